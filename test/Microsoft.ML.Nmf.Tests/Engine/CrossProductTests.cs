using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>Products of two tall factors, and the objective that is left when those of a good fit cancel.</summary>
public class CrossProductTests
{
    // Float32 within a few rows, double over them.
    private const double Rounding = 2e-7;

    private static readonly ManagedEngine _one = new(1);
    private static readonly ManagedEngine _many = new(9);

    /// <summary>Ranks on both sides of whole vectors and pairs of them; rows within a block, a part, and several of both.</summary>
    public static TheoryData<int, int> Shapes() => new()
    {
        { 1, 1 }, { 31, 13 }, { 33, 15 }, { 1024, 16 }, { 1025, 17 }, { 300, 31 },
        { 70, 32 }, { 4097, 33 }, { 2050, 47 }, { 129, 48 }, { 5000, 50 }, { 400, 77 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Gram_matrices_equal_the_plain_ones_with_the_same_bits_on_any_number_of_threads(int rows, int rank)
    {
        double[,] factor = Naive.Random(rows, rank, rank, 0.8);
        double[] values = GramOf(_one, factor);
        int at = 0;
        double scale = values.Max();
        foreach (double value in Naive.Gram(factor))
            Assert.InRange(values[at++], value - Rounding * scale, value + Rounding * scale);
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < k; l++)
                Assert.Equal(values[l * rank + k], values[k * rank + l]);
        }

        Assert.Equal(values, GramOf(_many, factor));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Products_of_two_factors_equal_the_plain_ones_with_the_same_bits_on_any_number_of_threads(int rows, int rank)
    {
        double[,] first = Naive.Signed(rows, 19, rank), second = Naive.Random(rows, rank, rank + 1);
        float[] values = ProductOf(_one, first, second);
        double[,] expected = Naive.Multiply(Naive.Transpose(first), second);
        int at = 0;
        double most = rows * Rounding;
        foreach (double value in expected)
            Assert.InRange(values[at++], value - most, value + most);
        Assert.Equal(values, ProductOf(_many, first, second));
    }

    [Fact]
    public void Equal_columns_have_equal_sums()
    {
        // Places in different tiles: the sums of dependent columns must not differ in the last digit, which solving for them would magnify.
        double[,] factor = Naive.Random(700, 50, 3);
        for (int i = 0; i < 700; i++)
            factor[i, 20] = factor[i, 49] = factor[i, 3];
        double[] values = GramOf(_one, factor);
        for (int k = 0; k < 50; k++)
        {
            Assert.Equal(values[3 * 50 + k], values[20 * 50 + k]);
            Assert.Equal(values[3 * 50 + k], values[49 * 50 + k]);
        }
    }

    [Theory]
    [InlineData(1500, 800, 0.3)]
    [InlineData(1500, 800, 0.1)]
    [InlineData(1500, 800, 0.01)]
    [InlineData(64, 900, 0.5)]
    [InlineData(64, 900, 0.1)]
    public void The_objective_of_a_good_fit_is_right_to_six_digits(int n, int m, double noise)
    {
        const int r = 9;
        double[,] h = Naive.Random(n, r, 1, 0.6), w = Naive.Random(m, r, 2, 0.6), x = Naive.Multiply(h, Naive.Transpose(w)), more = Naive.Random(n, m, 4);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < m; j++)
                x[i, j] = (float)(x[i, j] + noise * more[i, j]);
        }

        using DataMatrix data = _one.Load(Build.Dense(x));
        using Factor activations = Build.Factor(_one, h), templates = Build.Factor(_one, w);
        using FactorChain chain = Resolved.Chain(_one, new FactorPair(data, templates, activations), 2, FactorUpdate.Multiplicative);
        Near.Equal(Naive.Divergence(x, h, w, 2), chain.Evaluate().Divergence, 1e-6);
    }

    private static double[] GramOf(ManagedEngine engine, double[,] factor)
    {
        using Factor tall = Build.Factor(engine, factor);
        using Gram gram = engine.AllocateGram(tall.Rank);
        engine.Gram(tall, gram);
        var values = new double[tall.Rank * tall.Rank];
        gram.CopyTo(values);
        return values;
    }

    private static float[] ProductOf(ManagedEngine engine, double[,] first, double[,] second)
    {
        using Factor a = Build.Factor(engine, first), b = Build.Factor(engine, second), result = engine.Allocate(a.Rank, b.Rank);
        engine.CrossProduct(a, b, result);
        return Build.Floats(result);
    }
}
