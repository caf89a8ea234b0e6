using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class MultiplicativeUpdateTests
{
    private static readonly ManagedEngine _engine = new(2);

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(2.5)]
    [InlineData(3)]
    public void A_step_is_the_ratio_to_the_exponent(double beta)
    {
        double[,] f = Naive.Random(270, 19, 1), n = Naive.Random(270, 19, 2), d = Naive.Random(270, 19, 3);
        using Factor factor = Build.Factor(_engine, f);
        using var terms = new MultiplicativeTerms(Build.Factor(_engine, n), Build.Factor(_engine, d));
        _engine.MultiplicativeUpdate(factor, terms, new Penalty(0.3f, 0), beta);
        double exponent = beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1, epsilon = MultiplicativeRule.Epsilon;
        var expected = new double[270, 19];
        for (int i = 0; i < 270; i++)
        {
            for (int k = 0; k < 19; k++)
                expected[i, k] = f[i, k] * Math.Pow((n[i, k] + epsilon) / (d[i, k] + 0.3 + epsilon), exponent);
        }

        Near.Equal(expected, Build.Read(factor), 1e-5);
    }

    [Fact]
    public void Orthogonality_adds_the_other_entries_of_the_row()
    {
        double[,] f = Naive.Random(10, 5, 4), n = Naive.Random(10, 5, 5), d = Naive.Random(10, 5, 6);
        using Factor factor = Build.Factor(_engine, f);
        using var terms = new MultiplicativeTerms(Build.Factor(_engine, n), Build.Factor(_engine, d));
        _engine.MultiplicativeUpdate(factor, terms, new Penalty(0.1f, 0.2f, 0.4f), 2);
        double[,] after = Build.Read(factor);
        for (int i = 0; i < 10; i++)
        {
            for (int k = 0; k < 5; k++)
            {
                double others = Enumerable.Range(0, 5).Where(l => l != k).Sum(l => f[i, l]);
                Near.Equal(f[i, k] * n[i, k] / (d[i, k] + 0.1 + 0.2 * f[i, k] + 0.4 * others), after[i, k], 1e-5);
            }
        }
    }

    [Fact]
    public void One_denominator_row_serves_all_rows()
    {
        double[,] f = Naive.Random(600, 5, 7), n = Naive.Random(600, 5, 8), d = Naive.Random(1, 5, 9);
        using Factor factor = Build.Factor(_engine, f);
        using var terms = new MultiplicativeTerms(Build.Factor(_engine, n), Build.Factor(_engine, d));
        _engine.MultiplicativeUpdate(factor, terms, default, 1);
        Near.Equal(f[599, 3] * n[599, 3] / d[0, 3], Build.Read(factor)[599, 3], 1e-5);
    }

    [Fact]
    public void Zeros_stay_zero_and_nothing_lingers_among_denormals()
    {
        using Factor factor = Build.Factor(_engine, new double[,] { { 0, 1e-29, 1 } });
        using var terms = new MultiplicativeTerms(Build.Factor(_engine, new double[,] { { 1, 0, 1 } }), Build.Factor(_engine, new double[,] { { 1, 1, 1 } }));
        _engine.MultiplicativeUpdate(factor, terms, default, 1);
        Assert.Equal([0, 0, 1], Build.Floats(factor));
    }

    // The quick test of the kernel must never pass a step that raises the majoriser, and Shorten must always end below it.
    [Fact]
    public void No_step_raises_the_majoriser()
    {
        var random = new Random(10);
        for (int trial = 0; trial < 200_000; trial++)
        {
            double beta = new[] { -1, 0, 0.5, 0.9, 1, 1.2, 1.5, 1.9 }[random.Next(8)];
            double denominator = Power(random), linear = random.Next(2) * Power(random), quadratic = Power(random);
            double divisor = denominator + linear + quadratic, numerator = Power(random) * divisor;
            double u = Math.Pow(numerator / divisor, MultiplicativeRule.Exponent(beta));
            if (u > 1 && u * quadratic > divisor)
                u = MultiplicativeRule.Shorten(u, numerator, denominator, linear, quadratic, beta);
            double rise = Majoriser(u) - Majoriser(1);
            Assert.True(rise <= 1e-9 * divisor * Math.Max(1, u * u), $"β {beta}, u {u}, n {numerator}, d {denominator}, l1 {linear}, q {quadratic}: {rise}");

            double Majoriser(double v) => numerator * (beta == 1 ? -Math.Log(v) : -Math.Pow(v, beta - 1) / (beta - 1))
                + denominator * (beta < 1 ? v : Math.Pow(v, beta) / beta) + linear * v + quadratic * v * v / 2;
        }

        static double Power(Random random) => Math.Pow(10, random.NextDouble() * 6 - 3);
    }
}
