using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class RoundedFactorTests
{
    // Half a unit in the last of eight bits.
    private const double Rounding = 1.0 / 512;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(50)]
    [InlineData(70)]
    [InlineData(128)]
    [InlineData(150)]
    public void A_product_is_right_to_half_a_unit_of_its_sixteen_bits(int rank)
    {
        double[,] x = Naive.Random(40, 90, 1, 0.3), o = Naive.Random(90, rank, 2), expected = Naive.Multiply(x, o);
        var factor = (ManagedFactor)Build.Factor(new ManagedEngine(1), o);
        var rounded = new RoundedFactor(90, factor.Stride);
        rounded.Take(factor.RowRange(0, 60), 0);
        rounded.Take(factor.RowRange(60, 30), 60);
        var result = new ManagedFactor(40, rank);
        result.Values.Fill(float.NaN);
        rounded.Multiply(Build.Sparse(x).Data.Blocks[0], result.Values);
        double[,] actual = Build.Read(result);
        for (int i = 0; i < 40; i++)
        {
            for (int k = 0; k < rank; k++)
                Assert.Equal(expected[i, k], actual[i, k], Rounding * expected[i, k] + 1e-12);
            for (int k = rank; k < result.Stride; k++)
                Assert.Equal(0, result.Values[i * result.Stride + k]);
        }
    }

    [Fact]
    public void A_value_is_rounded_to_the_nearest()
    {
        var factor = new ManagedFactor(1, 3);
        float[] values = [1.00390625f, 1.0117188f, 0.3f];
        factor.CopyFrom(values);
        var rounded = new RoundedFactor(1, factor.Stride);
        rounded.Take(factor.Values, 0);
        var result = new ManagedFactor(1, 3);
        rounded.Multiply(new CompressedBlock([0, 1], [0], [1f]), result.Values);
        // A tie goes up; 0.3 lies between 0.298828125 and 0.30078125.
        Assert.Equal([1.0078125f, 1.015625f, 0.30078125f], Build.Floats(result));
    }

    [Fact]
    public void A_rough_product_with_a_factor_beyond_the_cache_is_rough_and_gives_the_same_bits_for_any_thread_count()
    {
        double[,] x = Naive.Random(70_000, 30, 3, 0.05), h = Naive.Random(70_000, 3, 4), expected = Naive.Multiply(Naive.Transpose(x), h);
        float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using var engine = new ManagedEngine(threads);
            using DataMatrix data = engine.Load(Build.Sparse(x));
            using Factor factor = Build.Factor(engine, h), exact = engine.Allocate(30, 3), rough = engine.Allocate(30, 3);
            engine.DataProduct(data.Transposed, factor, exact);
            engine.RoughDataProduct(data.Transposed, factor, rough);
            Near.Equal(expected, Build.Read(rough), 1e-4);
            Assert.NotEqual(Build.Floats(exact), Build.Floats(rough));
            return Build.Floats(rough);
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }
}
