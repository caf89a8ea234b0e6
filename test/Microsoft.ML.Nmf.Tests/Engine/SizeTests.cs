using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>No product of two sizes overflows: what cannot be held is refused with the sizes and the limit.</summary>
public class SizeTests
{
    [Theory]
    [InlineData(16_001)]
    [InlineData(46_341)]
    [InlineData(65_536)]
    [InlineData(int.MaxValue)]
    public void A_rank_above_the_limit_is_refused_by_every_model(int rank)
    {
        string nmf = Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { Rank = rank }).Message;
        Assert.Contains($"Rank is {rank}, but must be at most 16000", nmf);
        string deep = Assert.Throws<ArgumentOutOfRangeException>(() => new DeepNmfEstimator.Options { Ranks = [rank, rank] }).Message;
        Assert.Contains($"Ranks[0] is {rank}, but must be at most 16000", deep);
        string neural = Assert.Throws<ArgumentOutOfRangeException>(() => new NeuralNmfEstimator.Options { Ranks = [rank, 3] }).Message;
        Assert.Contains($"Ranks[0] is {rank}, but must be at most 16000", neural);
        Assert.Contains("columns is", Assert.Throws<ArgumentOutOfRangeException>(() => ChainFactor.Random(1, rank, 1)).Message);
        using var layer = new NonnegativeLeastSquares(1);
        FactorMatrix wide = new([], 0, rank), none = new([], 0, 0);
        Assert.Contains("must be at most 16000", Assert.Throws<ArgumentOutOfRangeException>(() => layer.Solve(wide, none)).Message);
        var factors = new ChainFactor[] { new(wide), new(wide) };
        Assert.Contains("must be at most 16000", Assert.Throws<ArgumentOutOfRangeException>(() => new FactorizationChain(none, factors)).Message);
    }

    [Theory]
    [InlineData(50_000, 50_000)]
    [InlineData(65_536, 65_536)]
    [InlineData(256, 8_400_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_matrix_that_no_array_holds_is_refused_with_its_sizes(int rows, int columns)
    {
        Assert.Contains($"of {rows} × {columns} takes {(long)rows * columns} values", Assert.Throws<InvalidOperationException>(() => ArraySize.Of(rows, columns)).Message);
        using var engine = new ManagedEngine(1);
        Assert.Throws<InvalidOperationException>(() => engine.Allocate(rows, columns));
        Assert.Throws<InvalidOperationException>(() => engine.AllocateGram(Math.Max(rows, columns)));
        Assert.Throws<InvalidOperationException>(() => new ClassificationLayer(Math.Max(rows, columns), rows, NeuralNmfLabelLoss.CrossEntropy, 0));
    }

    [Fact]
    public void Blocks_are_counted_up_to_the_largest_number_of_rows()
    {
        Assert.Equal(1 << 23, RowBlocks.Count(int.MaxValue));
        Assert.Equal((int.MaxValue - 255, 255), RowBlocks.Range((1 << 23) - 1, int.MaxValue));
    }

    [Fact]
    public void Products_of_tall_factors_take_memory_that_does_not_grow_with_the_rows()
        => Assert.InRange(CrossProductKernel.BytesFor(10_000_000, 100), 1, 4 << 20);

    [Fact]
    public void Products_in_several_rounds_are_those_of_all_rows_with_the_same_bits_on_any_number_of_threads()
    {
        // Two rounds; on 64 threads the rows of the result are shared too.
        const int rows = 17 * 1024 + 7, rank = 256;
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, rows * rank).Select(_ => random.NextSingle())];
        double[][] grams = [.. new[] { 1, 3, 64 }.Select(threads => GramOf(values, rows, rank, threads))];
        Assert.Equal(grams[0], grams[1]);
        Assert.Equal(grams[0], grams[2]);
        foreach ((int k, int l) in new[] { (0, 0), (3, 200), (255, 17), (255, 255) })
            Near.Equal(Enumerable.Range(0, rows).Sum(i => (double)values[i * rank + k] * values[i * rank + l]), grams[0][k * rank + l], 1e-5);
    }

    private static double[] GramOf(float[] values, int rows, int rank, int threads)
    {
        using var engine = new ManagedEngine(threads);
        using Factor factor = engine.Allocate(rows, rank);
        using Gram gram = engine.AllocateGram(rank);
        factor.CopyFrom(values);
        engine.Gram(factor, gram);
        var result = new double[rank * rank];
        gram.CopyTo(result);
        return result;
    }
}
