using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;
using static Microsoft.ML.Transforms.LpNormNormalizingEstimatorBase;

namespace Microsoft.ML.Contract.Transforms;

public sealed class NormalizeLpNormTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(NormFunction.L2, false, new[] { 0.14744195f, 0, -0.5897678f, 0.2948839f, 0.7372098f })]
    [InlineData(NormFunction.L1, false, new[] { 0.083333336f, 0, -0.33333334f, 0.16666667f, 0.4166667f })]
    [InlineData(NormFunction.Infinity, false, new[] { 0.2f, 0, -0.8f, 0.4f, 1 })]
    [InlineData(NormFunction.StandardDeviation, false, new[] { 0.34179297f, 0, -1.3671719f, 0.68358594f, 1.7089648f })]
    [InlineData(NormFunction.L2, true, new[] { 0.030570889f, -0.12228357f, -0.7337014f, 0.18342535f, 0.6419887f })]
    [InlineData(NormFunction.L1, true, new[] { 0.017857142f, -0.071428575f, -0.42857146f, 0.107142866f, 0.375f })]
    [InlineData(NormFunction.Infinity, true, new[] { 0.041666664f, -0.16666667f, -1, 0.25f, 0.87499994f })]
    [InlineData(NormFunction.StandardDeviation, true, new[] { 0.06835859f, -0.27343437f, -1.6406063f, 0.41015157f, 1.4355304f })]
    public void Rows_are_divided_by_their_norm_after_the_mean_is_taken_off_if_asked(NormFunction norm, bool ensureZeroMean, float[] expected)
        => Assert.Equal(expected, Assert.Single(Data([1, 0, -4, 2, 5]).Apply(_ml.Transforms.NormalizeLpNorm("Out", "Features", norm, ensureZeroMean)).Floats("Out")), Close);

    [Fact]
    public void Length_one_without_taking_off_the_mean_is_the_default()
        => Assert.Equal(1, Assert.Single(Data([3, 0, 4, 0, 0]).Apply(_ml.Transforms.NormalizeLpNorm("Out", "Features")).Floats("Out")).Sum(x => x * x), 1e-6f);

    [Fact]
    public void A_row_of_zeros_stays_a_row_of_zeros()
        => Assert.Equal(new float[5], Assert.Single(Data(new float[5]).Apply(_ml.Transforms.NormalizeLpNorm("Out", "Features")).Floats("Out")));

    [Fact]
    public void A_row_whose_norm_would_make_the_scale_tiny_is_left_as_it_is()
        => Assert.Equal([2e8f, 0, 0, 0, 0], Assert.Single(Data([2e8f, 0, 0, 0, 0]).Apply(_ml.Transforms.NormalizeLpNorm("Out", "Features")).Floats("Out")));

    [Fact]
    public void Sparse_rows_stay_sparse()
    {
        var data = _ml.Data.LoadFromEnumerable([new Sparse { Features = new VBuffer<float>(5, 2, [3, 4], [1, 3]) }]);
        var row = Assert.Single(data.Apply(_ml.Transforms.NormalizeLpNorm("Out", "Features")).Values<VBuffer<float>>("Out"));

        Assert.False(row.IsDense);
        Assert.Equal([1, 3], row.GetIndices().ToArray());
        Assert.Equal([0.6f, 0.8f], row.GetValues().ToArray(), Close);
    }

    [Fact]
    public void A_vector_of_unknown_size_is_refused_by_name()
    {
        var data = _ml.Data.LoadFromEnumerable([new Unsized { Features = [1] }]);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => data.Apply(_ml.Transforms.NormalizeLpNorm("Out", "Features")));

        Assert.Contains("'Features'", error.Message, StringComparison.Ordinal);
    }

    private IDataView Data(params float[][] rows) => _ml.Data.LoadFromEnumerable(rows.Select(row => new Dense { Features = row }));

    private static bool Close(float x, float y) => MathF.Abs(x - y) < 1e-6f;

    private sealed class Dense
    {
        [VectorType(5)]
        public float[]? Features { get; set; }
    }

    private sealed class Sparse
    {
        [VectorType(5)]
        public VBuffer<float> Features { get; set; }
    }

    private sealed class Unsized
    {
        public float[]? Features { get; set; }
    }
}
