using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class CoordinateDescentTests
{
    private static readonly ManagedEngine _engine = new(2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(37, 16)]
    [InlineData(300, 18)]
    [InlineData(65, 50)]
    public void One_sweep_is_one_coordinate_after_the_other(int n, int r)
    {
        var penalty = new Penalty(0.1f, 0.2f, 0.05f);
        (double[,] h, double[,] gram, double[,] product) = Problem(n, r, seed: 1);
        var expected = (double[,])h.Clone();
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < r; k++)
            {
                double gradient = penalty.L1 - product[i, k], others = 0;
                for (int l = 0; l < r; l++)
                {
                    gradient += gram[k, l] * expected[i, l];
                    others += l == k ? 0 : expected[i, l];
                }

                gradient += penalty.L2 * expected[i, k] + penalty.Orthogonality * others;
                expected[i, k] = Math.Max(0, expected[i, k] - gradient / (gram[k, k] + penalty.L2));
            }
        }

        Near.Equal(expected, Descend(h, gram, product, penalty, sweeps: 1), 2e-5);
    }

    [Fact]
    public void The_objective_of_a_row_never_rises_and_ends_at_the_exact_solution()
    {
        (double[,] h, double[,] gram, double[,] product) = Problem(64, 6, seed: 2);
        var values = new List<double> { Value(h, gram, product) };
        for (int sweep = 0; sweep < 60; sweep++)
        {
            h = Descend(h, gram, product, default, sweeps: 1);
            values.Add(Value(h, gram, product));
        }

        Near.NeverRises(values, 1e-6);
        for (int i = 0; i < 64; i++)
        {
            double[] b = Row(product, i);
            Near.Equal(Naive.Quadratic(gram, b, Naive.BestOfAllSupports(gram, b)), Naive.Quadratic(gram, b, Row(h, i)), 1e-3);
        }
    }

    [Fact]
    public void More_sweeps_gain_more_and_stop_where_they_gain_little()
    {
        (double[,] h, double[,] gram, double[,] product) = Problem(200, 24, seed: 3);
        double one = Value(Descend(h, gram, product, default, 1), gram, product);
        double three = Value(Descend(h, gram, product, default, 3), gram, product);
        Assert.True(three < one);
        // At the solution no sweep gains anything, so a thousand allowed sweeps are as cheap as two and change nothing.
        double[,] settled = Descend(h, gram, product, default, 10_000);
        for (int i = 0; i < 40; i++)
            settled = Descend(settled, gram, product, default, 1000);
        Near.Equal(settled, Descend(settled, gram, product, default, 1000), 1e-4);
    }

    [Fact]
    public void A_component_that_is_zero_everywhere_keeps_its_value()
    {
        (double[,] h, double[,] gram, double[,] product) = Problem(40, 5, seed: 4);
        for (int k = 0; k < 5; k++)
            gram[k, 2] = gram[2, k] = 0;
        for (int i = 0; i < 40; i++)
            product[i, 2] = 0;
        double[,] after = Descend(h, gram, product, default, 3);
        for (int i = 0; i < 40; i++)
            Assert.Equal(h[i, 2], after[i, 2]);
    }

    [Fact]
    public void A_component_that_is_zero_everywhere_vanishes_under_a_penalty()
    {
        (double[,] h, double[,] gram, double[,] product) = Problem(40, 5, seed: 4);
        for (int k = 0; k < 5; k++)
            gram[k, 2] = gram[2, k] = 0;
        for (int i = 0; i < 40; i++)
            product[i, 2] = 0;
        double[,] after = Descend(h, gram, product, new Penalty(0.01f, 0), 1);
        for (int i = 0; i < 40; i++)
            Assert.Equal(0, after[i, 2]);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(41)]
    [InlineData(16)]
    public void Same_bits_whether_one_unit_of_rows_is_swept_or_two(int rows)
    {
        (double[,] h, double[,] gram, double[,] product) = Problem(rows, 13, seed: 6);
        using var engine = new ManagedEngine(1);
        var kernelGram = (ManagedGram)Build.Gram(engine, gram);
        var b = (ManagedFactor)Build.Factor(engine, product);
        float[][] results = [.. new[] { 1, 2 }.Select(units =>
        {
            var f = (ManagedFactor)Build.Factor(engine, h);
            var kernel = new CoordinateDescentKernel(kernelGram, new Penalty(0.01f, 0.02f), sweeps: 7, units);
            kernel.Descend(f.Values, b.Values, f.Stride, rows, new float[kernel.ScratchLength]);
            return Build.Floats(f);
        })];
        Assert.Equal(results[0], results[1]);
    }

    [Theory]
    [InlineData(1, 13)]
    [InlineData(3, 50)]
    [InlineData(17, 13)]
    [InlineData(31, 50)]
    [InlineData(32, 13)]
    [InlineData(32, 33)]
    public void Rows_to_lanes_and_back_are_the_same(int count, int rank)
    {
        const int width = 32;
        int stride = ManagedFactor.Padded(rank);
        var random = new Random(5);
        float[] rows = new float[count * stride], back = new float[count * stride];
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < rank; k++)
                rows[i * stride + k] = random.NextSingle();
        }

        var lanes = new float[stride * width];
        LaneTranspose.ToLanes(rows, stride, count, lanes, width, rank);
        for (int k = 0; k < rank; k++)
        {
            for (int i = 0; i < width; i++)
                Assert.Equal(i < count ? rows[i * stride + k] : 0, lanes[k * width + i]);
        }

        LaneTranspose.FromLanes(lanes, width, rank, back, stride, count);
        Assert.Equal(rows, back);
    }

    private static (double[,] H, double[,] Gram, double[,] Product) Problem(int n, int r, int seed)
    {
        double[,] w = Naive.Random(3 * r + 5, r, seed), x = Naive.Random(n, 3 * r + 5, seed + 10);
        return (Naive.Random(n, r, seed + 20), Naive.Gram(w), Naive.Multiply(x, w));
    }

    private static double[,] Descend(double[,] h, double[,] gram, double[,] product, Penalty penalty, int sweeps)
    {
        using Factor factor = Build.Factor(_engine, h), b = Build.Factor(_engine, product);
        using Gram g = Build.Gram(_engine, gram);
        _engine.CoordinateDescent(factor, g, b, penalty, sweeps);
        return Build.Read(factor);
    }

    private static double Value(double[,] h, double[,] gram, double[,] product)
        => Enumerable.Range(0, h.GetLength(0)).Sum(i => Naive.Quadratic(gram, Row(product, i), Row(h, i)));

    private static double[] Row(double[,] a, int i) => [.. Enumerable.Range(0, a.GetLength(1)).Select(k => a[i, k])];
}
