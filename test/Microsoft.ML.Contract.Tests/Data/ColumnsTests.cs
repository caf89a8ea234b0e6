using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Data;

public sealed class ColumnsTests
{
    private readonly MLContext _ml = new(1);

    private IDataView Named => _ml.Transforms.Concatenate("Two", "Weight", "Weight").Append(_ml.Transforms.Concatenate("Plain", "Values"))
        .Fit(_ml.Pixels()).Transform(_ml.Pixels());

    private static void Agree<TTransformer>(IEstimator<TTransformer> estimator, IDataView data)
        where TTransformer : ITransformer
    {
        var promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema));
        var model = estimator.Fit(data);
        var delivered = SchemaShape.Create(model.Transform(data).Schema);
        Assert.Equal(delivered.Select(column => column.Name).Order(), promised.Select(column => column.Name).Order());
        Assert.All(promised, column => Assert.True(delivered.TryFindColumn(column.Name, out var actual) && column.IsCompatibleWith(actual), column.Name));
        Assert.Equal(model.GetOutputSchema(data.Schema).Select(column => column.ToString()), model.Transform(data).Schema.Select(column => column.ToString()));
    }

    [Fact]
    public void Concatenated_values_keep_their_order()
    {
        var joined = _ml.Transforms.Concatenate("All", "Weight", "Values").Fit(_ml.Pixels()).Transform(_ml.Pixels());
        Assert.Equal("Vector<Single, 4>", joined.Schema["All"].Type.ToString());
        Assert.Equal([1, 2, 1, 4], joined.Floats("All")[2]);
    }

    [Fact]
    public void Slot_names_survive_concatenate()
    {
        var data = Named;
        var joined = _ml.Transforms.Concatenate("All", "Values", "Weight", "Two").Fit(data).Transform(data);
        Assert.Equal(["", "", "", "Weight", "Two.Weight", "Two.Weight"], joined.Schema["All"].SlotNames());
    }

    [Fact]
    public void One_vector_alone_keeps_its_annotations()
    {
        var data = Named;
        var copy = _ml.Transforms.Concatenate("Copy", "Two").Fit(data).Transform(data);
        Assert.Equal(["Weight", "Weight"], copy.Schema["Copy"].SlotNames());
        Assert.False(data.Schema["Plain"].HasSlotNames());
    }

    [Fact]
    public void Mostly_empty_vectors_stay_sparse()
    {
        var rows = new[] { new Sparse { A = new VBuffer<float>(8, 1, [5], [3]), B = new VBuffer<float>(2, [1, 2]) } };
        var data = _ml.Data.LoadFromEnumerable(rows);
        var joined = _ml.Transforms.Concatenate("All", "A", "B").Fit(data).Transform(data).Read<VBuffer<float>>("All")[0];
        Assert.False(joined.IsDense);
        Assert.Equal([new(3, 5), new(8, 1), new(9, 2)], joined.Items());
    }

    [Fact]
    public void Columns_that_cannot_be_joined_throw()
    {
        Assert.Throws<InvalidOperationException>(() => _ml.Transforms.Concatenate("All", "Id", "Weight").GetOutputSchema(SchemaShape.Create(_ml.Pixels().Schema)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Concatenate("All", "Id", "Weight").Fit(_ml.Pixels()).Transform(_ml.Pixels()));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Concatenate("All", "Nothing").Fit(_ml.Pixels()).Transform(_ml.Pixels()));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Concatenate("All"));
    }

    [Fact]
    public void A_vector_of_unknown_size_makes_one()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Free { Values = [1] }, new Free { Values = [1, 2, 3] } });
        var joined = _ml.Transforms.Concatenate("All", "Values", "Values").Fit(data).Transform(data);
        Assert.Equal("Vector<Single>", joined.Schema["All"].Type.ToString());
        Assert.Equal([2, 6], joined.Floats("All").Select(row => row.Length));
    }

    [Fact]
    public void A_copy_has_all_annotations()
    {
        var data = Named;
        var copy = _ml.Transforms.CopyColumns("Copy", "Two").Fit(data).Transform(data);
        Assert.Equal(["Weight", "Weight"], copy.Schema["Copy"].SlotNames());
        Assert.Equal(data.Floats("Two"), copy.Floats("Copy"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.CopyColumns("Copy", "Nothing").Fit(data));
    }

    [Fact]
    public void Selected_columns_come_in_the_order_of_their_naming()
    {
        var data = _ml.Transforms.CopyColumns("Id", "Weight").Fit(_ml.Pixels()).Transform(_ml.Pixels());
        string[] Select(ITransformer model) => [.. model.Transform(data).Schema.Select(column => $"{column.Name} {column.Type}")];

        Assert.Equal(["Name String", "Id Single"], Select(_ml.Transforms.SelectColumns("Name", "Id").Fit(data)));
        Assert.Equal(["Name String", "Id Int32", "Id Single"], Select(_ml.Transforms.SelectColumns(["Name", "Id"], keepHidden: true).Fit(data)));
        Assert.Equal(["Id Int32", "Id Single", "Weight Single"], Select(_ml.Transforms.DropColumns("Name", "Values").Fit(data)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.SelectColumns("Nothing").Fit(data));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.DropColumns("Nothing").Fit(data));
    }

    [Fact]
    public void Promised_and_delivered_schemas_agree()
    {
        var data = Named;
        Agree(_ml.Transforms.Concatenate("All", "Values", "Two"), data);
        Agree(_ml.Transforms.Concatenate("Values", "Values", "Weight"), data);
        Agree(_ml.Transforms.CopyColumns("Copy", "Two"), data);
        Agree(_ml.Transforms.SelectColumns("Id", "Two"), data);
        Agree(_ml.Transforms.DropColumns("Id"), data);
        Agree(_ml.Transforms.Conversion.MapValueToKey("Key", "Name"), data);
        Agree(_ml.Transforms.Conversion.MapValueToKey("Keys", "Two", addKeyValueAnnotationsAsText: true), data);
        Agree(_ml.Transforms.Conversion.ConvertType("Id"), data);
        var keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Fit(data).Transform(data);
        Agree(_ml.Transforms.Conversion.MapKeyToValue("Key"), keys);
        Agree(_ml.Transforms.Conversion.MapValueToKey("Key"), keys);
    }

    [Fact]
    public void Loaded_transformers_do_the_same()
    {
        var data = Named;
        var model = _ml.Transforms.Concatenate("All", "Values", "Two").Append(_ml.Transforms.CopyColumns("Copy", "All"))
            .Append(_ml.Transforms.SelectColumns("Copy", "Id", "Two")).Fit(data);
        var loaded = _ml.Reload(model, data);
        Assert.Equal(model.GetOutputSchema(data.Schema).Select(column => column.ToString()), loaded.GetOutputSchema(data.Schema).Select(column => column.ToString()));
        Assert.Equal(model.Transform(data).Floats("Copy"), loaded.Transform(data).Floats("Copy"));
        Assert.Equal(model.Transform(data).Schema["Copy"].SlotNames(), loaded.Transform(data).Schema["Copy"].SlotNames());
    }

    private sealed class Sparse
    {
        [VectorType(8)]
        public VBuffer<float> A { get; set; }

        [VectorType(2)]
        public VBuffer<float> B { get; set; }
    }

    private sealed class Free
    {
        public float[] Values { get; set; } = [];
    }
}
