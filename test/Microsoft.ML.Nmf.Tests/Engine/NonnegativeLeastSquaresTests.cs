using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class NonnegativeLeastSquaresTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public void The_solution_is_the_best_of_all_supports(int r)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            (double[,] gram, double[] b) = Problem(r, seed);
            double[] x = Solve(gram, b);
            double[] best = Naive.BestOfAllSupports(gram, b);
            for (int k = 0; k < r; k++)
                Assert.Equal(best[k], x[k], 1e-8 * Math.Max(1, best.Max()));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(120)]
    [InlineData(200)]
    public void The_optimality_conditions_hold_to_the_stated_tolerance(int r)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            (double[,] gram, double[] b) = Problem(r, seed + 100);
            AssertOptimal(gram, b, Solve(gram, b), 1e-9);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(50)]
    public void Scaling_the_columns_scales_the_solution(int r)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            (double[,] gram, double[] b) = Problem(r, seed + 600);
            double[] scales = [.. Enumerable.Range(0, r).Select(k => Math.ScaleB(1, (k * 7 + seed) % 41 - 20))], expected = Solve(gram, b);
            var scaled = new double[r, r];
            for (int k = 0; k < r; k++)
            {
                for (int l = 0; l < r; l++)
                    scaled[k, l] = scales[k] * gram[k, l] * scales[l];
            }

            double[] found = Solve(scaled, [.. b.Zip(scales, (value, scale) => value * scale)]);
            for (int k = 0; k < r; k++)
                Assert.Equal(expected[k], found[k] * scales[k], 1e-9 * expected.Max());
        }
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    public void Nearly_dependent_columns_are_solved_to_the_stated_tolerance(double difference)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            double[,] a = Naive.Random(40, 30, seed + 700), noise = Naive.Signed(40, 30, seed + 800), x = Naive.Random(1, 40, seed + 900, 0.3);
            for (int i = 0; i < 40; i++)
            {
                for (int k = 10; k < 30; k++)
                    a[i, k] = a[i, k % 10] + difference * noise[i, k];
            }

            double[,] gram = Naive.Gram(a);
            double[] b = Naive.Row(Naive.Multiply(x, a), 0);
            AssertOptimal(gram, b, Solve(gram, b), 1e-8);
        }
    }

    [Fact]
    public void A_solver_gives_a_row_the_same_bits_whatever_it_solved_before()
    {
        var shared = new NonnegativeRowSolver(50, PivotingRule.DependentInDouble);
        for (int seed = 0; seed < 30; seed++)
        {
            // Of several ranks, since Newton's method solves for what is free.
            (double[,] gram, double[] b) = Problem(50 - seed, seed + 1000);
            var x = new double[b.Length];
            shared.SolveFromZero(Padded(gram), b, x);
            Assert.Equal(Solve(gram, b), x);
        }
    }

    [Fact]
    public void From_a_point_with_its_gradient_the_solution_is_the_same()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            (double[,] gram, double[] b) = Problem(30, seed + 1100);
            double[] expected = Solve(gram, b), point = Naive.Row(Naive.Random(1, 30, seed + 1200, 0.5), 0), gradient = new double[32];
            PaddedGram padded = Padded(gram);
            padded.Multiply(point, -1, [.. b, 0, 0], gradient);
            for (int k = 0; k < 30; k++)
                Assert.Equal(Enumerable.Range(0, 30).Sum(l => gram[k, l] * point[l]) - b[k], gradient[k], 1e-12);
            new NonnegativeRowSolver(30, PivotingRule.DependentInDouble).SolveFrom(padded, b, point, gradient);
            for (int k = 0; k < 30; k++)
                Assert.Equal(expected[k], point[k], 1e-10 * expected.Max());
        }
    }

    [Fact]
    public void The_gram_matrix_of_templates_is_the_sum_of_their_products()
    {
        double[,] w = Naive.Random(50, 19, 3, 0.5), expected = Naive.Gram(w);
        PaddedGram gram = PaddedGram.Of(Build.Matrix(w), 0.25);
        for (int k = 0; k < 19; k++)
        {
            for (int l = 0; l < 19; l++)
                Near.Equal(expected[k, l] + (k == l ? 0.25 : 0), gram.Row(k)[l], 1e-14);
            Near.Equal(1 / (expected[k, k] + 0.25), gram.Inverses.Span[k], 1e-14);
            Assert.All(gram.Values.Span.Slice(k * gram.Stride + 19, gram.Stride - 19).ToArray(), value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void The_start_does_not_change_the_solution()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            (double[,] gram, double[] b) = Problem(25, seed + 200);
            double[] cold = Solve(gram, b), warm = Solve(gram, b, cold), wrong = Solve(gram, b, [.. cold.Select(v => v > 0 ? 0 : 1.0)]);
            for (int k = 0; k < 25; k++)
            {
                Assert.Equal(cold[k], warm[k], 1e-10 * cold.Max());
                Assert.Equal(cold[k], wrong[k], 1e-8 * cold.Max());
            }
        }
    }

    [Fact]
    public void Equal_and_zero_columns_are_no_obstacle()
    {
        // Columns 1 and 3 are equal, column 4 is zero, column 5 is the sum of 0 and 2: many solutions, one least value.
        for (int seed = 0; seed < 40; seed++)
        {
            double[,] a = Naive.Random(15, 7, seed + 300);
            for (int i = 0; i < 15; i++)
            {
                a[i, 3] = a[i, 1];
                a[i, 4] = 0;
                a[i, 5] = a[i, 0] + a[i, 2];
            }

            double[,] gram = Naive.Gram(a), x = Naive.Random(1, 15, seed + 400), product = Naive.Multiply(x, a);
            double[] b = [.. Enumerable.Range(0, 7).Select(k => product[0, k] - 2)], solution = Solve(gram, b);
            AssertOptimal(gram, b, solution, 1e-8);
            Near.Equal(Naive.Quadratic(gram, b, Naive.BestOfAllSupports(gram, b)), Naive.Quadratic(gram, b, solution), 1e-8);
        }
    }

    [Fact]
    public void A_target_without_a_positive_entry_gives_zeros()
    {
        (double[,] gram, _) = Problem(8, 500);
        Assert.All(Solve(gram, new double[8]), v => Assert.Equal(0, v));
        Assert.All(Solve(gram, [.. Enumerable.Repeat(-1.0, 8)]), v => Assert.Equal(0, v));
    }

    [Fact]
    public void The_batch_solves_every_row_with_its_penalties()
    {
        using var engine = new ManagedEngine(2);
        double[,] w = Naive.Random(30, 7, 1), x = Naive.Random(300, 30, 2), product = Naive.Multiply(x, w);
        using Factor factor = Build.Factor(engine, Naive.Random(300, 7, 3, 0.5)), b = Build.Factor(engine, product);
        using Gram gram = Build.Gram(engine, Naive.Gram(w));
        engine.NonnegativeLeastSquares(factor, gram, b, new Penalty(0.5f, 0.25f));
        double[,] q = Naive.Gram(w), solution = Build.Read(factor);
        for (int k = 0; k < 7; k++)
            q[k, k] += 0.25;
        for (int i = 0; i < 300; i++)
        {
            double[] target = [.. Enumerable.Range(0, 7).Select(k => product[i, k] - 0.5)], best = Naive.BestOfAllSupports(q, target);
            for (int k = 0; k < 7; k++)
                Assert.Equal(best[k], solution[i, k], 1e-4);
        }
    }

    [Fact]
    public void An_orthogonality_penalty_is_refused()
    {
        using var engine = new ManagedEngine(1);
        using Factor factor = engine.Allocate(3, 2);
        using Gram gram = engine.AllocateGram(2);
        Assert.Throws<NotSupportedException>(() => engine.NonnegativeLeastSquares(factor, gram, factor, new Penalty(0, 0, 1)));
    }

    private static (double[,] Gram, double[] B) Problem(int r, int seed)
    {
        // Signed columns, so that about half of the conditions are active.
        var random = new Random(seed);
        int rows = r + 3;
        var a = new double[rows, r];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < r; k++)
                a[i, k] = random.NextDouble() - 0.4;
        }

        double[,] gram = Naive.Gram(a);
        return (gram, [.. Enumerable.Range(0, r).Select(_ => random.NextDouble() - 0.4)]);
    }

    private static double[] Solve(double[,] gram, double[] b, double[]? start = null)
    {
        double[] x = (double[]?)start?.Clone() ?? new double[b.Length];
        var solver = new NonnegativeRowSolver(b.Length, PivotingRule.DependentInDouble);
        Assert.True(start is null ? solver.SolveFromZero(Padded(gram), b, x) : solver.Solve(Padded(gram), b, x));
        return x;
    }

    private static PaddedGram Padded(double[,] gram) => PaddedGram.From([.. gram.Cast<double>()], gram.GetLength(0), gram.GetLength(0));

    private static void AssertOptimal(double[,] gram, double[] b, double[] x, double tolerance)
    {
        double scale = b.Max(Math.Abs);
        for (int k = 0; k < b.Length; k++)
        {
            double gradient = -b[k];
            for (int l = 0; l < b.Length; l++)
                gradient += gram[k, l] * x[l];
            Assert.True(x[k] >= 0);
            Assert.True(gradient >= -tolerance * scale, $"gradient {gradient} at {k}");
            if (x[k] > 0)
                Assert.True(Math.Abs(gradient) <= 1e-7 * scale, $"gradient {gradient} at the positive entry {k}");
        }
    }
}
