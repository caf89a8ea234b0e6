using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>What back-propagation through least squares is made of, against plain loops and eliminations in double.</summary>
public class LeastSquaresPrimitiveTests
{
    private static readonly ManagedEngine _engine = new(2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(300, 5)]
    [InlineData(1100, 17)]
    [InlineData(2100, 40)]
    public void A_symmetric_cross_product_is_the_plain_one(int rows, int rank)
    {
        double[,] a = Naive.Random(rows, rank, 1, 0.6), b = Naive.Random(rows, rank, 2);
        double[,] cross = Naive.Multiply(Naive.Transpose(a), b), back = Naive.Transpose(cross), expected = new double[rank, rank], twice = Naive.Gram(a);
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
            {
                expected[k, l] = cross[k, l] + back[k, l];
                twice[k, l] *= 2;
            }
        }

        using Factor first = Build.Factor(_engine, a), second = Build.Factor(_engine, b);
        using Gram gram = _engine.AllocateGram(rank);
        _engine.SymmetricCrossProduct(first, second, gram);
        double[,] actual = Build.Read(gram);
        // Sums of a thousand rows in float32, as those of other products.
        Near.Equal(expected, actual, 2e-5);
        Assert.Equal(Naive.Transpose(actual), actual);
        _engine.SymmetricCrossProduct(first, first, gram);
        Near.Equal(twice, Build.Read(gram), 2e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(20)]
    public void The_backward_pass_solves_on_the_support_of_every_row_and_is_zero_elsewhere(int rank)
    {
        // Row 7 has no support, row 8 has all of it.
        double[,] gram = Naive.Gram(Naive.Signed(rank + 6, rank, 3)), s = Naive.Random(300, rank, 4, 0.5), d = Naive.Signed(300, rank, 5), expected = new double[300, rank];
        for (int k = 0; k < rank; k++)
            (s[7, k], s[8, k]) = (0, 1);
        for (int i = 0; i < 300; i++)
        {
            int[] on = [.. Enumerable.Range(0, rank).Where(k => s[i, k] > 0)];
            double[] z = Naive.Solve(gram, Naive.Row(d, i), on)!;
            for (int k = 0; k < on.Length; k++)
                expected[i, on[k]] = z[k];
        }

        using Factor solution = Build.Factor(_engine, s), gradient = Build.Factor(_engine, d), result = Build.Factor(_engine, Naive.Random(300, rank, 6));
        using Gram g = Build.Gram(_engine, gram);
        _engine.LeastSquaresBackward(solution, g, gradient, result);
        double[,] actual = Build.Read(result);
        // Solved in double, kept in float32.
        Near.Equal(expected, actual, 1e-7);
        for (int i = 0; i < 300; i++)
        {
            for (int k = 0; k < rank; k++)
                Assert.Equal(s[i, k] > 0, actual[i, k] != 0);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(70)]
    public void Shares_of_the_solution_come_into_the_backward_pass_and_go_out_of_it(int rank)
    {
        // The whole of row 0 is its support, which at rank 70 is more than are solved together.
        double[,] gram = Naive.Gram(Naive.Signed(rank + 6, rank, 17)), s = Naive.Random(300, rank, 18, 0.5), d = Naive.Signed(300, rank, 19);
        for (int k = 0; k < rank; k++)
            s[0, k] = 1;
        using Factor solution = Build.Factor(_engine, s), gradient = Build.Factor(_engine, d), result = _engine.Allocate(300, rank);
        using Factor sum = _engine.Allocate(300, rank), expected = _engine.Allocate(300, rank);
        using Gram g = Build.Gram(_engine, gram);
        _engine.Combine(1, gradient, 0.75, solution, sum);
        _engine.LeastSquaresBackward(solution, g, sum, expected);
        _engine.Combine(1, expected, -1.25, solution, expected);
        _engine.LeastSquaresBackward(solution, g, gradient, (0.75, -1.25), result);
        Near.Equal(Build.Read(expected), Build.Read(result), 1e-6);
        // In place of the gradient as well.
        _engine.LeastSquaresBackward(solution, g, gradient, (0.75, -1.25), gradient);
        Assert.Equal(Build.Floats(result), Build.Floats(gradient));
    }

    [Fact]
    public void The_backward_pass_of_columns_that_depend_on_each_other_is_finite_and_solves_what_can_be_solved()
    {
        // Columns 1 and 3 are equal, column 4 is zero, column 5 is the sum of 0 and 2.
        double[,] a = Naive.Random(15, 6, 7);
        for (int i = 0; i < 15; i++)
            (a[i, 3], a[i, 4], a[i, 5]) = (a[i, 1], 0, a[i, 0] + a[i, 2]);
        double[,] gram = Naive.Gram(a), s = Naive.Random(200, 6, 8, 0.8), w = Naive.Signed(200, 6, 9);
        for (int i = 0; i < 200; i++)
        {
            for (int k = 0; k < 6; k++)
                w[i, k] *= s[i, k] > 0 ? 1 : 0;
        }

        // Gradients that the columns of the support can explain: those of w.
        double[,] explained = Naive.Multiply(w, gram);
        using Factor solution = Build.Factor(_engine, s), gradient = Build.Factor(_engine, explained), result = _engine.Allocate(200, 6);
        using Gram g = Build.Gram(_engine, gram);
        _engine.LeastSquaresBackward(solution, g, gradient, result);
        double[,] z = Build.Read(result), back = Naive.Multiply(z, gram);
        double largest = explained.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(0, z[i, 4]);
            for (int k = 0; k < 6; k++)
            {
                Assert.True(double.IsFinite(z[i, k]));
                // A column of zeros has no equation; the others are met to the share that is added to their diagonal, 1e-5, of what stands on it.
                if (s[i, k] > 0)
                    Assert.Equal(explained[i, k], back[i, k], 2e-4 * largest);
                else
                    Assert.Equal(0, z[i, k]);
            }
        }
    }

    [Fact]
    public void The_optimality_residual_is_rounding_for_exact_solutions_and_the_violation_for_others()
    {
        double[,] a = Naive.Random(30, 9, 10, 0.5), x = Naive.Random(600, 30, 11, 0.3), gram = Naive.Gram(a);
        using Factor factor = _engine.Allocate(600, 9), product = Build.Factor(_engine, Naive.Multiply(x, a));
        using Gram g = Build.Gram(_engine, gram);
        double[,] b = Build.Read(product);
        _engine.NonnegativeLeastSquares(factor, g, product, default);
        Assert.InRange(_engine.OptimalityResidual(factor, g, product), 0, 3e-7);
        double[,] exact = Build.Read(factor);
        var random = new Random(12);
        foreach (double by in new[] { 1e-3, -1e-3, 0.3, -0.3, -1 })
        {
            // An entry that moves by a share of itself, to zero for −1; or a zero that is made positive.
            double[,] moved = (double[,])exact.Clone();
            int row = random.Next(600), k = Enumerable.Range(0, 9).First(c => exact[row, c] > 0), zero = Enumerable.Range(0, 9).First(c => exact[row, c] == 0);
            moved[row, k] = (float)(moved[row, k] * (1 + by));
            if (by == 0.3)
                moved[row, zero] = 0.5;
            factor.CopyFrom(Build.Matrix(moved).Values);
            double expected = NaiveNeural.OptimalityResidual(gram, b, moved);
            Assert.True(expected > 1e-5);
            Near.Equal(expected, _engine.OptimalityResidual(factor, g, product), 1e-9);
        }
    }

    [Fact]
    public void The_optimality_residual_of_rows_that_ask_for_nothing_is_zero()
    {
        using Factor factor = _engine.Allocate(5, 3), product = _engine.Allocate(5, 3), none = _engine.Allocate(0, 3);
        using Gram gram = Build.Gram(_engine, Naive.Gram(Naive.Random(6, 3, 13)));
        Assert.Equal(0, _engine.OptimalityResidual(factor, gram, product));
        Assert.Equal(0, _engine.OptimalityResidual(none, gram, none));
        product.CopyFrom([.. Enumerable.Repeat(-1f, 15)]);
        Assert.Equal(0, _engine.OptimalityResidual(factor, gram, product));
    }

    [Fact]
    public void The_same_bits_come_from_any_number_of_threads()
    {
        double[][] one = Compute(1);
        Assert.Equal(one, Compute(2));
        Assert.Equal(one, Compute(3));

        static double[][] Compute(int threads)
        {
            using var engine = new ManagedEngine(threads);
            using Factor a = Build.Factor(engine, Naive.Random(80, 19, 14)), product = Build.Factor(engine, Naive.Multiply(Naive.Random(2600, 80, 15, 0.2), Naive.Random(80, 19, 14)));
            using Factor solution = engine.Allocate(2600, 19), gradient = Build.Factor(engine, Naive.Signed(2600, 19, 16)), result = engine.Allocate(2600, 19);
            using Gram gram = engine.AllocateGram(19), cross = engine.AllocateGram(19);
            engine.Gram(a, gram);
            engine.NonnegativeLeastSquares(solution, gram, product, default);
            engine.LeastSquaresBackward(solution, gram, gradient, result);
            engine.SymmetricCrossProduct(solution, result, cross);
            return [[.. Build.Floats(solution)], [.. Build.Floats(result)], [.. Build.Read(cross).Cast<double>()], [engine.OptimalityResidual(gradient, gram, product)]];
        }
    }
}
