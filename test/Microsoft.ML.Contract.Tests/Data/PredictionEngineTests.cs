using Microsoft.ML.Contract.Data.Support;

namespace Microsoft.ML.Contract.Data;

public sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(1);

    private ITransformer Model()
        => _ml.Transforms.Concatenate("All", "Values", "Weight").Append(_ml.Transforms.CopyColumns("Copy", "Name")).Fit(_ml.Pixels());

    [Fact]
    public void An_object_becomes_an_object()
    {
        var engine = _ml.Model.CreatePredictionEngine<Pixel, Output>(Model());
        var output = engine.Predict(new Pixel { Values = [1, 2, 3], Weight = 4, Name = "n" });
        Assert.Equal([1, 2, 3, 4], output.All);
        Assert.Equal("n", output.Copy);
        Assert.Equal(0, output.Other);
        Assert.Equal(["Id", "Values", "Name", "Weight", "All", "Copy"], engine.OutputSchema.Select(column => column.Name));
    }

    [Fact]
    public void An_output_object_is_filled_in_its_place()
    {
        var engine = _ml.Model.CreatePredictionEngine<Pixel, Output>(Model());
        Output output = new() { Other = 7 };
        var before = output;
        engine.Predict(new Pixel { Values = [1, 2, 3] }, ref output);
        Assert.Same(before, output);
        Assert.Equal(7, output.Other);
        Assert.Throws<ArgumentNullException>(() => engine.Predict(null!));
    }

    [Fact]
    public void Missing_output_columns_throw_where_they_are_not_ignored()
        => Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Pixel, Output>(Model(), ignoreMissingColumns: false));

    [Fact]
    public void A_saved_input_schema_gives_sizes_that_a_class_leaves_open()
    {
        var model = _ml.Reload(Model(), _ml.Pixels().Schema, out var schema);
        Assert.Equal("Vector<Single>", _ml.Model.CreatePredictionEngine<Open, Small>(model).OutputSchema["All"].Type.ToString());
        var engine = _ml.Model.CreatePredictionEngine<Open, Small>(model, schema);
        Assert.Equal("Vector<Single, 4>", engine.OutputSchema["All"].Type.ToString());
        Assert.Equal([1, 2, 3, 4], engine.Predict(new Open { Values = [1, 2, 3], Weight = 4 }).All);
        Assert.Throws<InvalidOperationException>(() => _ml.Model.CreatePredictionEngine<Small, Small>(model, schema));
    }

    [Fact]
    public void Key_values_of_a_saved_input_schema_survive()
    {
        var data = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.SelectColumns("Key")).Fit(_ml.Pixels()).Transform(_ml.Pixels());
        var model = _ml.Transforms.Conversion.MapKeyToValue("Copy", "Key").Fit(data);
        var loaded = _ml.Reload(model, data.Schema, out var schema);
        Assert.Equal(data.Schema["Key"].KeyValues(), schema["Key"].KeyValues());
        var engine = _ml.Model.CreatePredictionEngine<Keyed, Copied>(loaded, schema);
        Assert.Equal("row 2", engine.Predict(new Keyed { Key = 2 }).Copy);
    }

    [Fact]
    public void A_disposed_engine_disposes_of_a_transformer_that_it_owns()
    {
        var options = new PredictionEngineOptions();
        Assert.True(options.OwnsTransformer);
        Assert.True(options.IgnoreMissingColumns);
        using var engine = _ml.Model.CreatePredictionEngine<Pixel, Output>(Model(), options);
        engine.Dispose();
    }

    private sealed class Output
    {
        public float[] All { get; set; } = [];

        public string? Copy { get; set; }

        public int Other { get; set; }
    }

    private sealed class Small
    {
        public float[] All { get; set; } = [];

        public string? Copy { get; set; }
    }

    private sealed class Open
    {
        public int Id { get; set; }

        public float[] Values { get; set; } = [];

        public string? Name { get; set; }

        public float Weight { get; set; }
    }

    private sealed class Copied
    {
        public string? Copy { get; set; }
    }

    private sealed class Keyed
    {
        public uint Key { get; set; }
    }
}
