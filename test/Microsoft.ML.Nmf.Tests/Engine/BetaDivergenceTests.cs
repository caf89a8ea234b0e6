using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class BetaDivergenceTests
{
    // d_β(x ‖ y) = ∫ from y to x of (x − t) t^(β−2) dt, since its second derivative for x is x^(β−2): by Simpson's rule on t = y exp(s), which is smooth.
    private static double Integral(double x, double y, double beta)
    {
        const int Steps = 20_000;
        double end = Math.Log(x / y), width = end / Steps, sum = 0;
        for (int i = 0; i <= Steps; i++)
        {
            double s = i * width, t = y * Math.Exp(s);
            // x − t without cancellation where they are close.
            double difference = -x * ExpLessOne(s - end);
            sum += (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2) * difference * Math.Pow(t, beta - 1);
        }

        return sum * width / 3;
    }

    private static double ExpLessOne(double t) => Math.Abs(t) > 1e-2 ? Math.Exp(t) - 1 : t * (1 + t / 2 * (1 + t / 3 * (1 + t / 4 * (1 + t / 5 * (1 + t / 6)))));

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_zero_where_both_are_equal_and_positive_elsewhere(double beta)
    {
        foreach (double x in new[] { 0.1, 1, 7 })
        {
            Assert.Equal(0, BetaDivergence.Of(x, x, beta), 1e-12);
            foreach (double y in new[] { 0.05, 0.9, 20 })
                Assert.True(BetaDivergence.Of(x, y, beta) > 0);
        }
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(-1.4e-16)]
    [InlineData(0)]
    [InlineData(1e-16)]
    [InlineData(1e-5)]
    [InlineData(0.3)]
    [InlineData(0.9999999999999999)]
    [InlineData(1)]
    [InlineData(1.0000000000000002)]
    [InlineData(1.00001)]
    [InlineData(1.9999999)]
    [InlineData(3)]
    [InlineData(6)]
    public void It_is_the_integral_of_its_curvature_to_twelve_digits(double beta)
    {
        foreach (double x in new[] { 0.01, 0.5, 1.9, 1.99999, 2.0000001, 2.1, 3, 90 })
            Near.Equal(Integral(x, 2, beta), BetaDivergence.Of(x, 2, beta), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Named_betas_are_the_limits_of_the_formula(double beta)
        => Assert.Equal(BetaDivergence.Of(3, 1.7, beta + 1e-6), BetaDivergence.Of(3, 1.7, beta), 1e-4);

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    public void Scaling_both_sides_scales_it_by_the_power_beta(double beta)
        => Assert.Equal(Math.Pow(5, beta) * BetaDivergence.Of(3, 2, beta), BetaDivergence.Of(15, 10, beta), 1e-9);
}
