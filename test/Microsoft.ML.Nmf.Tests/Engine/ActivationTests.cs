using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class ActivationTests
{
    private static readonly double[,] _templates = Naive.Random(40, 6, 1, 0.6);

    [Fact]
    public void For_beta_2_the_activations_are_the_exact_solution()
    {
        ActivationSolver solver = Solver(2, 0.1f, 0.2f);
        double[,] gram = Naive.Gram(_templates);
        for (int k = 0; k < 6; k++)
            gram[k, k] += 0.2f;
        for (int seed = 0; seed < 30; seed++)
        {
            double[,] x = Naive.Random(1, 40, seed + 10, 0.3), product = Naive.Multiply(x, _templates);
            double[] best = Naive.BestOfAllSupports(gram, [.. Enumerable.Range(0, 6).Select(k => product[0, k] - 0.1f)]);
            float[] found = Solve(solver, x);
            for (int k = 0; k < 6; k++)
                Assert.Equal(best[k], found[k], 1e-5);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(3)]
    public void For_every_other_beta_no_small_change_of_the_activations_is_better(double beta)
    {
        ActivationSolver solver = Solver(beta, 0.02f, 0.03f, tolerance: 1e-6f, iterations: 20_000);
        for (int seed = 0; seed < 10; seed++)
        {
            // β ≤ 0 is for data without zeros.
            double[,] x = Naive.Random(1, 40, seed + 50, beta <= 0 ? 1 : 0.4);
            double[] found = [.. Solve(solver, x).Select(v => (double)v)];
            double best = Objective(x, found, beta);
            for (int k = 0; k < 6; k++)
            {
                foreach (double step in new[] { 0.02, -0.02 })
                {
                    double[] moved = (double[])found.Clone();
                    moved[k] = Math.Max(0, moved[k] + step);
                    Assert.True(Objective(x, moved, beta) >= best * (1 - 1e-5), $"β {beta}, seed {seed}, activation {k}");
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 0.02f, 0.03f)]
    [InlineData(1.00001, 0, 0)]
    [InlineData(1.2, 0.02f, 0)]
    [InlineData(1.5, 0, 0.03f)]
    [InlineData(1.9, 0, 0)]
    public void For_beta_from_1_to_below_2_the_objective_is_within_a_millionth_of_its_minimum(double beta, float l1, float l2)
    {
        // Many and few features, many and few of them in the row, of sizes that are no multiples of a vector.
        foreach ((int m, int r, double density) in new[] { (40, 1, 1), (90, 7, 0.9), (90, 20, 0.1), (150, 37, 0.05), (33, 50, 0.4), (600, 3, 0.6) })
        {
            double[,] templates = Naive.Random(m, r, 11 * m + r, 0.7);
            ActivationSolver solver = ActivationProblem.Create(Build.Matrix(templates), new(beta, l1, l2, 500, 1e-4f)).CreateSolver();
            for (int seed = 0; seed < 2; seed++)
            {
                double[,] x = Naive.Random(1, m, seed + 300, density);
                double found = Objective(x, Solve(solver, x, r), templates, beta, l1, l2);
                double updated = Objective(x, MultiplicativeUpdates(x, templates, beta, l1, l2, 1500), templates, beta, l1, l2);
                Assert.True(found <= updated * (1 + 1e-6), $"{m} × {r}, density {density}, seed {seed}: {found:R} and after updates {updated:R}");
            }
        }
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 0.02f, 0.03f)]
    [InlineData(1.5, 0, 0)]
    [InlineData(1.9, 0.02f, 0)]
    public void For_beta_from_1_to_below_2_the_slope_vanishes_at_positive_activations_and_points_to_zero_at_others(double beta, float l1, float l2)
    {
        foreach ((int m, int r, double density) in new[] { (90, 7, 0.9), (150, 20, 0.3), (600, 12, 0.05) })
        {
            double[,] templates = Naive.Random(m, r, 13 * m + r, 0.3);
            ActivationSolver solver = ActivationProblem.Create(Build.Matrix(templates), new(beta, l1, l2, 500, 1e-4f)).CreateSolver();
            for (int seed = 0; seed < 10; seed++)
            {
                double[,] x = Naive.Random(1, m, seed + 400, density);
                float[] found = Solve(solver, x, r);
                double floor = BetaDivergence.FloorOf(beta) * x.Cast<double>().Average();
                double[] approximation = [.. Enumerable.Range(0, m).Select(j => Math.Max(Enumerable.Range(0, r).Sum(k => templates[j, k] * found[k]), floor))];
                for (int k = 0; k < r; k++)
                {
                    double up = l1 + l2 * found[k], down = 0;
                    // A feature that no component has tells nothing.
                    for (int j = 0; j < m; j++)
                    {
                        up += templates[j, k] * Math.Pow(approximation[j], beta - 1);
                        down += x[0, j] == 0 || templates[j, k] == 0 ? 0 : templates[j, k] * x[0, j] * Math.Pow(approximation[j], beta - 2);
                    }

                    // Activations that would be next to nothing stay 0. For β > 1 the slope is steep where x̂ is nearly 0.
                    double within = beta == 1 ? 1e-5 : 3e-4;
                    Assert.InRange(down / up - 1, found[k] > 0 ? -within : -1, found[k] > 0 ? within : 1e-3);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    public void Values_of_very_different_sizes_are_no_obstacle(double beta)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            int m = 50 + seed, r = 2 + seed % 12;
            double[,] templates = Powers(Naive.Random(m, r, seed, 0.2 + 0.8 * (seed % 2)), 5), x = Powers(Naive.Random(1, m, seed + 400, 0.4), 4);
            ActivationSolver solver = ActivationProblem.Create(Build.Matrix(templates), new(beta, 0, 0, 500, 1e-4f)).CreateSolver();
            double found = Objective(x, Solve(solver, x, r), templates, beta, 0, 0);
            double updated = Objective(x, MultiplicativeUpdates(x, templates, beta, 0, 0, 1500), templates, beta, 0, 0);
            // What float32 can tell: 1e-7 of the row's own part.
            double noise = 1e-7 * x.Cast<double>().Sum(value => Math.Pow(value, beta));
            Assert.True(found <= updated * (1 + 1e-6) + noise, $"seed {seed}: {found:R} and after updates {updated:R}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void Templates_at_the_ends_of_float32_give_the_activations_of_ordinary_ones_scaled(double beta)
    {
        double[,] x = Naive.Random(1, 40, 7, 0.6);
        foreach (int exponent in new[] { -100, -40, -24, 24, 66, 100, 120 })
        {
            double scale = Math.ScaleB(1, exponent);
            double[,] templates = NeuralData.Scaled(_templates, scale);
            var settings = new ActivationSettings(beta, 0.02f, 0, 200, 1e-6f);
            ActivationSolver ordinary = ActivationProblem.Create(Build.Matrix(_templates), settings).CreateSolver();
            ActivationSolver scaled = ActivationProblem.Create(Build.Matrix(templates), settings with { L1 = (float)(0.02f * scale) }).CreateSolver();
            float[] expected = Solve(ordinary, x), found = Solve(scaled, x);
            for (int k = 0; k < 6; k++)
                Assert.Equal(expected[k], found[k] * scale, 1e-4);
        }
    }

    [Theory]
    [InlineData(-8e256)]
    [InlineData(1e300)]
    [InlineData(-500)]
    [InlineData(500)]
    public void An_absurd_beta_ends_with_finite_activations(double beta)
    {
        foreach (double scale in new[] { 1e-6, 1, 1e6 })
        {
            float[] found = Solve(Solver(beta, tolerance: 0, iterations: 1000), NeuralData.Scaled(Naive.Random(1, 40, 7, 0.6), scale));
            Assert.All(found, value => Assert.True(value >= 0 && float.IsFinite(value), $"{value}"));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(0.5)]
    public void A_row_gives_the_same_bits_whatever_was_solved_before(double beta)
    {
        // Rows of few features and of many are solved in different ways.
        double[][,] rows = [.. Enumerable.Range(0, 20).Select(seed => Naive.Random(1, 40, seed + 90, seed % 3 == 0 ? 0.9 : 0.3))];
        float[][] alone = [.. rows.Select(row => Solve(Solver(beta), row))];
        ActivationSolver shared = Solver(beta);
        foreach (int i in Enumerable.Range(0, 20).Reverse().Concat(Enumerable.Range(0, 20)))
            Assert.Equal(alone[i], Solve(shared, rows[i]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(1.5)]
    public void A_row_of_zeros_gives_zeros(double beta)
    {
        ActivationSolver solver = Solver(beta);
        Solve(solver, Naive.Random(1, 40, 7));
        Assert.All(Solve(solver, new double[1, 40]), v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1.5)]
    [InlineData(1.00001)]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(0.25)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Activations_scale_with_the_row(double beta)
    {
        ActivationSolver solver = Solver(beta);
        double[,] x = Naive.Random(1, 40, 8, 0.5);
        float[] unit = Solve(solver, x);
        foreach (double scale in new[] { 1e-36, 1e-30, 1e-20, 1e-16, 1e-4, 1000, 1e12, 1e20, 1e36 })
        {
            float[] scaled = Solve(solver, NeuralData.Scaled(x, scale));
            for (int k = 0; k < 6; k++)
                Assert.Equal(unit[k], scaled[k] / scale, 1e-3 * unit.Max());
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void A_denormal_row_gives_finite_activations(double beta)
    {
        var x = new double[1, 40];
        (x[0, 3], x[0, 7]) = (1.4e-45, 1e-40);
        Assert.All(Solve(Solver(beta), x), v => Assert.True(v >= 0 && float.IsFinite(v), $"{v}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void A_component_without_templates_has_no_activation(double beta)
    {
        double[,] templates = (double[,])_templates.Clone();
        for (int j = 0; j < 40; j++)
            templates[j, 2] = 0;
        ActivationSolver solver = ActivationProblem.Create(Build.Matrix(templates), new(beta, 0, 0, 500, 1e-4f)).CreateSolver();
        Assert.Equal(0, Solve(solver, Naive.Random(1, 40, 8, 0.5))[2]);
    }

    [Fact]
    public void Solving_allocates_nothing()
    {
        foreach ((double beta, double density) in new[] { (2, 0.3), (1, 0.3), (1, 0.9), (1.5, 0.3), (0.5, 0.3) })
        {
            ActivationSolver solver = Solver(beta);
            double[,] x = Naive.Random(1, 40, 9, density);
            (int[] features, float[] values) = NonZeros(x);
            var activations = new float[6];
            for (int i = 0; i < 200; i++)
                solver.Solve(features, values, hasHoles: false, activations);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
                solver.Solve(features, values, hasHoles: false, activations);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static ActivationSolver Solver(double beta, float l1 = 0, float l2 = 0, float tolerance = 1e-4f, int iterations = 500)
        => ActivationProblem.Create(Build.Matrix(_templates), new ActivationSettings(beta, l1, l2, iterations, tolerance)).CreateSolver();

    private static float[] Solve(ActivationSolver solver, double[,] row, int rank = 6)
    {
        (int[] features, float[] values) = NonZeros(row);
        var activations = new float[rank];
        solver.Solve(features, values, hasHoles: false, activations);
        return activations;
    }

    private static (int[] Features, float[] Values) NonZeros(double[,] row)
    {
        int[] features = [.. Enumerable.Range(0, row.GetLength(1)).Where(j => row[0, j] != 0)];
        return (features, [.. features.Select(j => (float)row[0, j])]);
    }

    // Each entry to a power, which spreads them, as float32.
    private static double[,] Powers(double[,] values, double exponent)
    {
        var result = new double[values.GetLength(0), values.GetLength(1)];
        for (int i = 0; i < values.GetLength(0); i++)
        {
            for (int j = 0; j < values.GetLength(1); j++)
                result[i, j] = (float)Math.Pow(values[i, j], exponent);
        }

        return result;
    }

    // Those of 1 ≤ β ≤ 2 in double, from equal activations.
    private static double[] MultiplicativeUpdates(double[,] x, double[,] templates, double beta, double l1, double l2, int updates)
    {
        int r = templates.GetLength(1);
        double sum = templates.Cast<double>().Sum();
        double[] columnSums = [.. Enumerable.Range(0, r).Select(k => Enumerable.Range(0, templates.GetLength(0)).Sum(j => templates[j, k]))];
        var h = new double[1, r];
        for (int k = 0; k < r; k++)
            h[0, k] = columnSums[k] > 0 ? x.Cast<double>().Sum() / sum : 0;
        for (int update = 0; update < updates; update++)
        {
            (double[,] numerator, double[,] denominator) = Naive.Terms(x, h, templates, beta);
            for (int k = 0; k < r; k++)
                h[0, k] *= numerator[0, k] / Math.Max(denominator[0, k] + l1 + l2 * h[0, k], double.Epsilon);
        }

        return Naive.Row(h, 0);
    }

    private static double Objective(double[,] x, double[] h, double beta) => Objective(x, h, _templates, beta, 0.02, 0.03);

    private static double Objective(double[,] x, float[] h, double[,] templates, double beta, double l1, double l2)
        => Objective(x, [.. h.Select(value => (double)value)], templates, beta, l1, l2);

    private static double Objective(double[,] x, double[] h, double[,] templates, double beta, double l1, double l2)
    {
        var row = new double[1, h.Length];
        for (int k = 0; k < h.Length; k++)
            row[0, k] = h[k];
        return Naive.Divergence(x, row, templates, beta) + h.Sum(v => l1 * v + l2 / 2 * v * v);
    }
}
