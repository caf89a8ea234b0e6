using System.Collections.Immutable;
using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Contract.Transforms;

public sealed class NormalizeMinMaxTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public NormalizeMinMaxTests()
        => _data = _ml.Data.LoadFromEnumerable([
            new Example { Features = [1, 0, -4, 2], Scalar = 2, Double = -3 },
            new Example { Features = [2, 0, 0, 2], Scalar = 4, Double = 1 },
            new Example { Features = [3, 0, 1, float.NaN], Scalar = 6, Double = 0 },
        ]);

    [Fact]
    public void Zero_stays_zero_by_default_and_the_largest_size_becomes_one()
        => AssertRows(_data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Features")),
            [1 / 3f, 0, -1, 0],
            [2 / 3f, 0, 0, 0],
            [1, 0, 0.25f, float.NaN]);

    [Fact]
    public void Otherwise_the_smallest_becomes_zero_and_the_largest_one()
        => AssertRows(_data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Features", fixZero: false)),
            [0, 0, 0, 0],
            [0.5f, 0, 0.8f, 0],
            [1, 0, 1, float.NaN]);

    [Fact]
    public void Scalars_are_normalized_too()
    {
        Assert.Equal([1 / 3f, 2 / 3f, 1], _data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Scalar")).Values<float>("Out"), (x, y) => MathF.Abs(x - y) < 1e-6f);
        Assert.Equal([0, 1, 0.75], _data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Double", fixZero: false)).Values<double>("Out"), (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Fact]
    public void New_values_may_leave_the_range()
    {
        var transformer = _ml.Transforms.NormalizeMinMax("Out", "Features").Fit(_data);

        AssertRows(transformer.Transform(_ml.Data.LoadFromEnumerable([new Example { Features = [-6, 5, 2, 1] }])), [-2, 0, 0.5f, 0]);
    }

    [Fact]
    public void Only_as_many_examples_are_looked_at_as_allowed()
        => Assert.Equal([0.5f, 1, 1.5f], _data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Scalar", maximumExampleCount: 2)).Values<float>("Out"));

    [Fact]
    public void Sparse_rows_count_their_zeros_and_stay_sparse()
    {
        var data = _ml.Data.LoadFromEnumerable([new Sparse { Features = new VBuffer<float>(8, 1, [3], [1]) }, new Sparse { Features = new VBuffer<float>(8, 1, [6], [1]) }, new Sparse { Features = new VBuffer<float>(8, 0, [], []) }]);
        var rows = data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Features")).Values<VBuffer<float>>("Out");

        Assert.All(rows, row => Assert.False(row.IsDense));
        Assert.Equal([0.5f, 1, 0], rows.Select(row => row.GetItemOrDefault(1)));
    }

    [Fact]
    public void Scale_and_offset_can_be_read()
    {
        var parameters = Assert.IsType<NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>>>(
            _ml.Transforms.NormalizeMinMax("Out", "Features", fixZero: false).Fit(_data).GetNormalizerModelParameters(0));

        Assert.Equal([0.5f, 0, 0.2f, 0], parameters.Scale.ToArray(), (x, y) => MathF.Abs(x - y) < 1e-6f);
        Assert.Equal([1, 0, -4, 0], parameters.Offset.ToArray());
    }

    [Fact]
    public void The_output_has_the_type_of_the_input()
    {
        var view = _data.Apply(_ml.Transforms.NormalizeMinMax("Out", "Features"));

        Assert.Equal(view.Schema["Features"].Type, view.Schema["Out"].Type);
    }

    private static void AssertRows(IDataView view, params float[][] expected)
    {
        var rows = view.Floats("Out");
        Assert.Equal(expected.Length, rows.Count);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], rows[i], (x, y) => MathF.Abs(x - y) < 1e-6f || float.IsNaN(x) && float.IsNaN(y));
    }

    private sealed class Example
    {
        [VectorType(4)]
        public float[]? Features { get; set; }

        public float Scalar { get; set; }

        public double Double { get; set; }
    }

    private sealed class Sparse
    {
        [VectorType(8)]
        public VBuffer<float> Features { get; set; }
    }
}
