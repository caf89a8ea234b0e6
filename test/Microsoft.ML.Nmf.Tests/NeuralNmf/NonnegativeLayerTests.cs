using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>The public least-squares layer.</summary>
public class NonnegativeLayerTests : IDisposable
{
    private readonly NonnegativeLeastSquares _layer = new(2);

    public void Dispose() => _layer.Dispose();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(40, 12, 5)]
    [InlineData(150, 60, 8)]
    public void The_solution_is_the_best_of_all_supports(int n, int m, int r)
    {
        double[,] a = Naive.Random(m, r, 1), x = Naive.Random(n, m, 2, 0.6);
        Near.Equal(NaiveNeural.Layer(x, a), NeuralData.Read(_layer.Solve(Build.Matrix(a), Build.Matrix(x))), 1e-5);
        double[,] signed = Naive.Signed(m + r, r, 3), data = Naive.Signed(n, m + r, 4);
        Near.Equal(NaiveNeural.Layer(data, signed), NeuralData.Read(_layer.Solve(Build.Matrix(signed), Build.Matrix(data))), 1e-5);
    }

    public static TheoryData<int, int, int, bool> Shapes()
        => new() { { 50, 5, 3, false }, { 300, 40, 20, false }, { 300, 700, 30, false }, { 50, 5, 3, true }, { 300, 40, 20, true }, { 300, 700, 30, true } };

    [Theory, MemberData(nameof(Shapes))]
    public void The_conditions_of_optimality_hold_to_the_tolerance(int n, int m, int r, bool signed)
    {
        for (int seed = 0; seed < 3; seed++)
        {
            double[,] a = signed ? Naive.Signed(m, r, seed) : Naive.Random(m, r, seed, 0.7);
            double[,] x = signed ? Naive.Signed(n, m, seed + 50) : Naive.Random(n, m, seed + 50, 0.3);
            for (int j = 0; j < m; j++)
                x[7, j] = 0;
            double[,] s = NeuralData.Read(_layer.Solve(Build.Matrix(a), Build.Matrix(x)));
            double[,] fitted = Naive.Multiply(s, Naive.Gram(a)), product = Naive.Multiply(x, a), size = Naive.Multiply(Absolute(x), Absolute(a));
            for (int i = 0; i < n; i++)
            {
                double tolerance = NonnegativeLeastSquares.OptimalityTolerance * Naive.Row(size, i).Max();
                for (int k = 0; k < r; k++)
                    Assert.InRange(fitted[i, k] - product[i, k], -tolerance, s[i, k] > 0 ? tolerance : double.PositiveInfinity);
            }

            Assert.All(s.Cast<double>(), v => Assert.True(v >= 0 && double.IsFinite(v)));
            Assert.All(Naive.Row(s, 7), v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void Templates_that_depend_on_each_other_are_no_obstacle()
    {
        // Columns 1 and 3 are equal, column 4 is zero, column 5 is the sum of 0 and 2; some rows are negative or zero.
        for (int seed = 0; seed < 10; seed++)
        {
            double[,] a = Naive.Random(15, 6, seed + 100), x = Naive.Random(60, 15, seed + 200, 0.5);
            for (int i = 0; i < 15; i++)
                (a[i, 3], a[i, 4], a[i, 5], x[5, i], x[6, i]) = (a[i, 1], 0, (float)(a[i, 0] + a[i, 2]), 0, -x[6, i]);
            double[,] gram = Naive.Gram(a), product = Naive.Multiply(x, a);
            FactorMatrix templates = Build.Matrix(a), data = Build.Matrix(x), solution = _layer.Solve(templates, data);
            double[,] s = NeuralData.Read(solution);
            Assert.InRange(NaiveNeural.OptimalityResidual(gram, product, s), 0, 2e-5);
            for (int i = 0; i < 60; i++)
            {
                Assert.Equal(0, s[i, 4]);
                // Many minimisers, one minimum.
                double[] b = Naive.Row(product, i);
                double least = Naive.Quadratic(gram, b, Naive.BestOfAllSupports(gram, b));
                Assert.Equal(least, Naive.Quadratic(gram, b, Naive.Row(s, i)), 1e-5 * Math.Abs(least));
            }

            Assert.All(Naive.Row(s, 5), v => Assert.Equal(0, v));
            Assert.All(Naive.Row(s, 6), v => Assert.Equal(0, v));
            (FactorMatrix forTemplates, FactorMatrix forData) = _layer.Backward(templates, data, solution, Build.Matrix(Naive.Signed(60, 6, seed)));
            Assert.All(forTemplates.Values.ToArray().Concat(forData.Values.ToArray()), v => Assert.True(float.IsFinite(v)));
        }
    }

    [Fact]
    public void The_start_does_not_change_the_solution()
    {
        double[,] a = Naive.Random(40, 15, 5, 0.7), x = Naive.Random(200, 40, 6, 0.4);
        FactorMatrix templates = Build.Matrix(a), data = Build.Matrix(x), cold = _layer.Solve(templates, data), before = new(cold.ToArray());
        Assert.Equal(cold.Values, _layer.Solve(templates, data, cold).Values);
        foreach (double[,] start in new[] { Naive.Random(200, 15, 7, 0.5), Naive.Random(200, 15, 8), Naive.Signed(200, 15, 9) })
            Near.Equal(NeuralData.Read(cold), NeuralData.Read(_layer.Solve(templates, data, Build.Matrix(start))), 1e-6);
        Assert.Equal(before.Values, cold.Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradients_are_those_of_finite_differences(bool signed)
    {
        const int n = 9, m = 7, r = 4;
        double[,] a = signed ? Naive.Signed(m, r, 10) : Naive.Random(m, r, 10);
        double[,] x = signed ? Naive.Signed(n, m, 11) : Naive.Random(n, m, 11, 0.6), c = Naive.Signed(n, r, 12);
        FactorMatrix templates = Build.Matrix(a), data = Build.Matrix(x), solution = _layer.Solve(templates, data);
        (FactorMatrix forTemplates, FactorMatrix forData) = _layer.Backward(templates, data, solution, Build.Matrix(c));
        int[][][] supports = NaiveNeural.Supports([NaiveNeural.Layer(x, a)]);
        Assert.Equal(supports, NaiveNeural.Supports([NeuralData.Read(solution)]));
        Assert.InRange(supports[0].Sum(on => on.Length), 1, n * r - 1);
        // Of Σ c_ik s_ik, whose gradient for S is c.
        Near.Equal(Differences(a, moved => Loss(x, moved)), NeuralData.Read(forTemplates), 1e-5);
        Near.Equal(Differences(x, moved => Loss(moved, a)), NeuralData.Read(forData), 1e-5);

        double Loss(double[,] data, double[,] templates)
        {
            double[,] s = NaiveNeural.Layer(data, templates);
            Assert.Equal(supports, NaiveNeural.Supports([s]));
            return s.Cast<double>().Zip(c.Cast<double>(), (value, weight) => value * weight).Sum();
        }
    }

    [Fact]
    public void What_a_row_has_no_part_of_has_no_gradient()
    {
        FactorMatrix templates = new(new float[,] { { 1, 0 }, { 0, 1 }, { 0, 0 } }), data = new(new float[,] { { 2, 0, 5 }, { -1, -2, 0 } });
        FactorMatrix solution = _layer.Solve(templates, data);
        Assert.Equal([2, 0, 0, 0], solution.Values);
        (FactorMatrix forTemplates, FactorMatrix forData) = _layer.Backward(templates, data, solution, new FactorMatrix(new float[,] { { 1, 7 }, { 7, 7 } }));
        // s_00 = ⟨x, a⟩ / ⟨a, a⟩: its gradient for a is x − 2 s a, for x it is a.
        Assert.Equal(new float[,] { { -2, 0 }, { 0, 0 }, { 5, 0 } }, forTemplates.ToArray());
        Assert.Equal(new float[,] { { 1, 0, 0 }, { 0, 0, 0 } }, forData.ToArray());
    }

    [Fact]
    public void The_same_bits_come_from_any_number_of_threads()
    {
        FactorMatrix a = Build.Matrix(Naive.Random(90, 17, 13)), x = Build.Matrix(Naive.Random(1300, 90, 14, 0.3));
        FactorMatrix d = Build.Matrix(Naive.Signed(1300, 17, 15));
        float[][] one = Compute(1);
        Assert.Equal(one, Compute(2));
        Assert.Equal(one, Compute(3));

        float[][] Compute(int threads)
        {
            using var layer = new NonnegativeLeastSquares(threads);
            FactorMatrix s = layer.Solve(a, x);
            (FactorMatrix forTemplates, FactorMatrix forData) = layer.Backward(a, x, s, d);
            return [s.Values.ToArray(), forTemplates.Values.ToArray(), forData.Values.ToArray()];
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_a_reason()
    {
        FactorMatrix a = new(new float[5, 2]), x = new(new float[3, 5]), s = new(new float[3, 2]), odd = new(new float[2, 3]);
        Assert.Contains("data is 2 × 3 and templates are 5 × 2", Message(() => _layer.Solve(a, odd)));
        Assert.Contains("start is 2 × 3, but must be 3 × 2", Message(() => _layer.Solve(a, x, odd)));
        Assert.Contains("data is 2 × 3 and templates are 5 × 2", Message(() => _layer.Backward(a, odd, s, s)));
        Assert.Contains("solution is 2 × 3, but must be 3 × 2", Message(() => _layer.Backward(a, x, odd, s)));
        Assert.Contains("gradient is 2 × 3, but must be 3 × 2", Message(() => _layer.Backward(a, x, s, odd)));
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            FactorMatrix Bad(int rows, int columns)
            {
                var values = new float[rows, columns];
                values[1, 1] = bad;
                return new FactorMatrix(values);
            }

            Assert.Contains("templates has the value", Message(() => _layer.Solve(Bad(5, 2), x)));
            Assert.Contains("data has the value", Message(() => _layer.Solve(a, Bad(3, 5))));
            Assert.Contains("solution has the value", Message(() => _layer.Backward(a, x, Bad(3, 2), s)));
            Assert.Contains("gradient has the value", Message(() => _layer.Backward(a, x, s, Bad(3, 2))));
            Assert.Contains("start has the value", Message(() => _layer.Solve(a, x, Bad(3, 2))));
        }

        Assert.Throws<ArgumentNullException>(() => _layer.Solve(null!, x));
        Assert.Throws<ArgumentNullException>(() => _layer.Solve(a, null!));
        Assert.Throws<ArgumentNullException>(() => _layer.Backward(a, x, null!, s));
        Assert.Throws<ArgumentNullException>(() => _layer.Backward(a, x, s, null!));
        Assert.Contains("numberOfThreads is 0, but must be at least 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => new NonnegativeLeastSquares(0)).Message);

        static string Message(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;
    }

    [Fact]
    public void No_rows_give_no_rows()
    {
        FactorMatrix a = Build.Matrix(Naive.Random(5, 2, 16)), none = new(new float[0, 5]), solution = _layer.Solve(a, none);
        Assert.Equal((0, 2), (solution.Rows, solution.Columns));
        (FactorMatrix forTemplates, FactorMatrix forData) = _layer.Backward(a, none, solution, solution);
        Assert.All(forTemplates.Values.ToArray(), v => Assert.Equal(0, v));
        Assert.Equal((0, 5), (forData.Rows, forData.Columns));
    }

    private static double[,] Absolute(double[,] a)
    {
        var absolute = (double[,])a.Clone();
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
                absolute[i, j] = Math.Abs(a[i, j]);
        }

        return absolute;
    }

    private static double[,] Differences(double[,] at, Func<double[,], double> loss)
    {
        var gradient = new double[at.GetLength(0), at.GetLength(1)];
        for (int i = 0; i < at.GetLength(0); i++)
        {
            for (int j = 0; j < at.GetLength(1); j++)
                gradient[i, j] = (loss(Moved(i, j, 1e-6)) - loss(Moved(i, j, -1e-6))) / 2e-6;
        }

        return gradient;

        double[,] Moved(int i, int j, double by)
        {
            var moved = (double[,])at.Clone();
            moved[i, j] += by;
            return moved;
        }
    }
}
