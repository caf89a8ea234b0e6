using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Transforms;

public sealed class SelectFeaturesBasedOnCountTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public SelectFeaturesBasedOnCountTests()
        => _data = _ml.Data.LoadFromEnumerable([
            new Example { Features = [1, 0, -4, 2, 5] },
            new Example { Features = [2, 0, 0, 2, float.NaN] },
            new Example { Features = [3, 0, 0, 2, 0] },
        ]);

    [Fact]
    public void Slots_with_fewer_values_than_the_count_are_dropped()
        => Assert.Equal([[1f, 2f], [2f, 2f], [3f, 2f]], Select(2).Floats("Out"));

    [Fact]
    public void Neither_zero_nor_missing_is_a_value()
        => Assert.Equal(4, SizeOf(Select(1)));

    [Fact]
    public void One_is_the_default_count()
        => Assert.Equal(4, SizeOf(_data.Apply(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", "Features"))));

    [Fact]
    public void Nothing_is_dropped_where_every_slot_has_enough()
        => Assert.Equal(_data.Floats("Features"), Select(0).Floats("Out"));

    [Fact]
    public void One_empty_slot_is_left_where_no_slot_has_enough()
        => Assert.Equal([[0f], [0f], [0f]], Select(4).Floats("Out"));

    [Fact]
    public void Slot_names_stay_with_their_slots()
    {
        var texts = _ml.Data.LoadFromEnumerable([new Line { Text = "a b c d" }, new Line { Text = "b d e" }, new Line { Text = "d x" }]);
        var view = texts.Apply(_ml.Transforms.Text.ProduceWordBags("Bag", "Text", ngramLength: 1)).Apply(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", "Bag", count: 2));

        Assert.Equal(["b", "d"], view.SlotNames("Out"));
        Assert.Equal([[1f, 1f], [1f, 1f], [0f, 1f]], view.Floats("Out"));
    }

    [Fact]
    public void Sparse_rows_keep_the_values_of_the_slots_that_stay()
    {
        var data = _ml.Data.LoadFromEnumerable([
            new Sparse { Features = new VBuffer<float>(100, 4, [1, 2, 3, 4], [0, 40, 60, 99]) },
            new Sparse { Features = new VBuffer<float>(100, 2, [5, 6], [41, 99]) },
            new Sparse { Features = new VBuffer<float>(100, 2, [7, 8], [40, 41]) }]);
        var rows = data.Apply(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", "Features", count: 2)).Floats("Out");

        Assert.Equal([[2f, 0f, 4f], [0f, 5f, 6f], [7f, 8f, 0f]], rows);
    }

    [Fact]
    public void A_missing_column_is_named()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", "Nowhere").Fit(_data));

        Assert.Contains("'Nowhere'", error.Message, StringComparison.Ordinal);
    }

    private IDataView Select(long count) => _data.Apply(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", "Features", count));

    private static int SizeOf(IDataView view) => ((VectorDataViewType)view.Schema["Out"].Type).Size;

    private sealed class Example
    {
        [VectorType(5)]
        public float[]? Features { get; set; }
    }

    private sealed class Sparse
    {
        [VectorType(100)]
        public VBuffer<float> Features { get; set; }
    }

    private sealed class Line
    {
        public string? Text { get; set; }
    }
}
