using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>Rows of least squares that are solved together, against the solver for one row, plain loops and all supports.</summary>
public class LaneEquationsTests
{
    private const int Rows = 700;

    private static readonly ManagedEngine _engine = new(2);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(70)]
    [InlineData(130)]
    public void Every_row_of_a_batch_is_the_minimiser(int rank)
    {
        // From empty supports, whole ones, and some in between.
        double[,] gram = Naive.Gram(Naive.Signed(rank + 4, rank, 1)), b = Naive.Signed(Rows, rank, 2), start = Naive.Random(Rows, rank, 3, 0.4);
        for (int k = 0; k < rank; k++)
            (start[0, k], start[1, k]) = (0, 1);
        (double[,] solution, double[,] product, double[,] q) = Solve(gram, b, start);
        var solver = new NonnegativeRowSolver(rank, PivotingRule.DependentInSingle);
        PaddedGram padded = PaddedGram.From([.. q.Cast<double>()], rank, rank);
        for (int i = 0; i < Rows; i++)
        {
            var expected = new double[rank];
            Assert.True(solver.SolveFromZero(padded, Naive.Row(product, i), expected));
            for (int k = 0; k < rank; k++)
                Assert.Equal(expected[k], solution[i, k], 1e-6 * expected.Max());
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_among_any_others()
    {
        const int Rank = 37;
        double[,] gram = Naive.Gram(Naive.Signed(Rank + 4, Rank, 4)), b = Naive.Signed(Rows, Rank, 5), start = Naive.Random(Rows, Rank, 6, 0.5);
        int[] order = [.. Enumerable.Range(0, Rows)];
        new Random(7).Shuffle(order);
        double[,] expected = Solve(gram, b, start).Solution, shuffled = Solve(gram, Take(b, order), Take(start, order)).Solution;
        Assert.Equal(Take(expected, order), shuffled);
        double[,] backward = Backward(gram, expected, b), back = Backward(gram, shuffled, Take(b, order));
        Assert.Equal(Take(backward, order), back);
    }

    [Fact]
    public void A_batch_with_equal_and_zero_columns_has_the_least_values()
    {
        // Columns 1 and 3 are equal, column 4 is zero, column 5 is the sum of 0 and 2: many solutions, one least value.
        const int Few = 100;
        double[,] a = Naive.Random(15, 7, 8), x = Naive.Random(Few, 15, 9);
        for (int i = 0; i < 15; i++)
            (a[i, 3], a[i, 4], a[i, 5]) = (a[i, 1], 0, a[i, 0] + a[i, 2]);
        double[,] b = Naive.Multiply(x, a);
        for (int i = 0; i < Few; i++)
        {
            for (int k = 0; k < 7; k++)
                b[i, k] -= 2;
        }

        (double[,] solution, double[,] product, double[,] q) = Solve(Naive.Gram(a), b, new double[Few, 7]);
        for (int i = 0; i < Few; i++)
        {
            double[] target = Naive.Row(product, i);
            Near.Equal(Naive.Quadratic(q, target, Naive.BestOfAllSupports(q, target)), Naive.Quadratic(q, target, Naive.Row(solution, i)), 1e-5);
        }
    }

    private static (double[,] Solution, double[,] Product, double[,] Gram) Solve(double[,] gram, double[,] b, double[,] start)
    {
        using Factor factor = Build.Factor(_engine, start), product = Build.Factor(_engine, b);
        using Gram g = Build.Gram(_engine, gram);
        Assert.Equal(0, _engine.NonnegativeLeastSquares(factor, g, product, default));
        return (Build.Read(factor), Build.Read(product), Build.Read(g));
    }

    private static double[,] Backward(double[,] gram, double[,] solution, double[,] gradient)
    {
        using Factor s = Build.Factor(_engine, solution), d = Build.Factor(_engine, gradient), z = _engine.Allocate(s.Rows, s.Rank);
        using Gram g = Build.Gram(_engine, gram);
        _engine.LeastSquaresBackward(s, g, d, z);
        return Build.Read(z);
    }

    private static double[,] Take(double[,] values, int[] rows)
    {
        var taken = new double[rows.Length, values.GetLength(1)];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int k = 0; k < values.GetLength(1); k++)
                taken[i, k] = values[rows[i], k];
        }

        return taken;
    }
}
