using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>The public least-squares layer on templates and data of any unit, against double.</summary>
public class BadlyScaledLayerTests : IDisposable
{
    private readonly NonnegativeLeastSquares _layer = new(2);

    public void Dispose() => _layer.Dispose();

    [Theory]
    [InlineData(1e-37f)]
    [InlineData(1e-30f)]
    [InlineData(1e-20f)]
    [InlineData(1f)]
    [InlineData(1e20f)]
    [InlineData(1e30f)]
    [InlineData(1e37f)]
    public void The_unit_of_templates_and_data_does_not_matter(float s)
    {
        FactorMatrix a = new(new[,] { { s, s }, { 3 * s, 2 * s } }), x = new(new[,] { { 2 * s, 3 * s } }), solution = _layer.Solve(a, x);
        Near.Equal(new[,] { { 0, 1.6 } }, NeuralData.Read(solution), 1e-6);
        // s_01 = ⟨x, a⟩ / ⟨a, a⟩: its gradient for a is (x − 2 s_01 a) / ⟨a, a⟩, for x it is a / ⟨a, a⟩.
        (FactorMatrix forTemplates, FactorMatrix forData) = _layer.Backward(a, x, solution, new FactorMatrix(new[,] { { 7f, 1f } }));
        Near.Equal(new[,] { { 0, (2 - 3.2) / 5 / s }, { 0, (3 - 6.4) / 5 / s } }, NeuralData.Read(forTemplates), 1e-5);
        Near.Equal(new[,] { { 1 / 5.0 / s, 2 / 5.0 / s } }, NeuralData.Read(forData), 1e-5);
    }

    [Fact]
    public void Columns_of_very_different_sizes_are_solved_as_well_as_others()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            double[,] a = Naive.Random(30, 6, seed, 0.7), x = Naive.Random(40, 30, seed + 50, 0.5);
            var random = new Random(seed);
            double[] sizes = [.. Enumerable.Range(0, 6).Select(_ => Math.Pow(10, 15 * random.NextDouble() - 5))];
            double[,] scaled = (double[,])a.Clone();
            for (int j = 0; j < 30; j++)
            {
                for (int k = 0; k < 6; k++)
                    scaled[j, k] = (float)(a[j, k] * sizes[k]);
            }

            AssertBest(scaled, x, 1e-5);
        }
    }

    [Fact]
    public void Monomials_to_degree_seven_give_the_coefficients_of_double()
    {
        const int points = 40;
        var random = new Random(3);
        double[,] a = new double[points, 8], x = new double[5, points];
        for (int j = 0; j < points; j++)
        {
            for (int k = 0; k < 8; k++)
                a[j, k] = (float)Math.Pow(j + 1, k);
        }

        for (int i = 0; i < 5; i++)
        {
            double[] coefficients = [.. Enumerable.Range(0, 8).Select(k => random.NextDouble() / Math.Pow(points, k))];
            for (int j = 0; j < points; j++)
                x[i, j] = (float)(Enumerable.Range(0, 8).Sum(k => coefficients[k] * a[j, k]) * (1 + 0.1 * random.NextDouble()));
        }

        AssertBest(a, x, 1e-3);
    }

    [Fact]
    public void What_float32_cannot_hold_is_refused_instead_of_zeros()
    {
        FactorMatrix tiny = new(new[,] { { 1e-30f }, { 2e-30f } }), huge = new(new[,] { { 1e30f }, { 2e30f } });
        FactorMatrix small = new(new[,] { { 1e-30f, 1e-30f } }), large = new(new[,] { { 1e30f, 1e30f } });
        Assert.Contains("Row 0 of the solution has the value", Assert.Throws<InvalidOperationException>(() => _layer.Solve(tiny, large)).Message);
        Assert.Contains("Row 0 of the solution misses the conditions", Assert.Throws<InvalidOperationException>(() => _layer.Solve(huge, small)).Message);
        FactorMatrix one = new(new[,] { { 1f } });
        Assert.Contains("does not fit float32", Assert.Throws<InvalidOperationException>(() => _layer.Backward(tiny, large, one, new(new[,] { { 1e20f } }))).Message);
    }

    // Against every support, on columns of length 1, in double: the fit of each row, and the part of each column in it.
    private void AssertBest(double[,] a, double[,] x, double share)
    {
        int m = a.GetLength(0), r = a.GetLength(1);
        double[] lengths = [.. Enumerable.Range(0, r).Select(k => Math.Sqrt(Enumerable.Range(0, m).Sum(j => a[j, k] * a[j, k])))];
        var unit = new double[m, r];
        for (int j = 0; j < m; j++)
        {
            for (int k = 0; k < r; k++)
                unit[j, k] = a[j, k] / lengths[k];
        }

        double[,] gram = Naive.Gram(unit), product = Naive.Multiply(x, unit), s = NeuralData.Read(_layer.Solve(Build.Matrix(a), Build.Matrix(x)));
        for (int i = 0; i < x.GetLength(0); i++)
        {
            double[] b = Naive.Row(product, i), expected = Naive.BestOfAllSupports(gram, b), actual = [.. Enumerable.Range(0, r).Select(k => s[i, k] * lengths[k])];
            for (int k = 0; k < r; k++)
                Assert.Equal(expected[k], actual[k], share * expected.Max());
            double square = Naive.Row(x, i).Sum(v => v * v);
            double least = square + 2 * Naive.Quadratic(gram, b, expected), reached = square + 2 * Naive.Quadratic(gram, b, actual);
            Assert.InRange(reached, least - 1e-9 * square, least + 1e-9 * square);
        }
    }
}
