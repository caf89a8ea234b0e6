namespace Microsoft.ML.Nmf.Tests.Engine;

public class BetaDivergenceTests
{
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
