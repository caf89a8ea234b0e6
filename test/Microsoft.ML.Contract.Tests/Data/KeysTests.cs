using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;
using static Microsoft.ML.Transforms.ValueToKeyMappingEstimator;

namespace Microsoft.ML.Contract.Data;

public sealed class KeysTests
{
    private readonly MLContext _ml = new(1);

    private IDataView Words(params string?[] words) => _ml.Data.LoadFromEnumerable(words.Select(word => new Word { Text = word }));

    private IDataView Map(IDataView data, string input = "Text", int maximum = 1000000, KeyOrdinality order = KeyOrdinality.ByOccurrence, bool asText = false)
        => _ml.Transforms.Conversion.MapValueToKey("Key", input, maximum, order, asText).Fit(data).Transform(data);

    [Fact]
    public void Keys_count_from_one_in_the_order_of_their_coming()
    {
        var keys = Map(Words("b", "a", "b", "c"));
        Assert.Equal([1u, 2u, 1u, 3u], keys.Read<uint>("Key"));
        Assert.Equal(["b", "a", "c"], keys.Schema["Key"].KeyValues());
        Assert.Equal("Key<UInt32, 0-2>", keys.Schema["Key"].Type.ToString());
    }

    [Fact]
    public void Keys_can_be_in_the_order_of_the_values()
    {
        Assert.Equal(["A", "B", "a", "b"], Map(Words("b", "A", "a", "B"), order: KeyOrdinality.ByValue).Schema["Key"].KeyValues());
        var numbers = _ml.Data.LoadFromEnumerable(new[] { 3f, float.NaN, -1, 3 }.Select(x => new Word { Number = x }));
        Assert.Equal([2u, 0u, 1u, 2u], Map(numbers, "Number", order: KeyOrdinality.ByValue).Read<uint>("Key"));
    }

    [Fact]
    public void Nothing_and_the_unknown_have_the_missing_key()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(Words("a", "", null));
        Assert.Equal([0u, 0u, 1u], model.Transform(Words("other", "", "a")).Read<uint>("Key"));
        Assert.Equal("Key<UInt32, 0-0>", model.GetOutputSchema(Words().Schema)["Key"].Type.ToString());
    }

    [Fact]
    public void No_more_keys_than_allowed_are_learned()
    {
        Assert.Equal(["a", "b"], Map(Words("a", "b", "c", "a"), maximum: 2).Schema["Key"].KeyValues());
        Assert.Throws<ArgumentOutOfRangeException>(() => Map(Words("a"), maximum: 0));
    }

    [Fact]
    public void Nothing_learned_is_a_key_of_one_and_a_warning()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        var schema = Map(Words("")).Schema;
        Assert.Equal(1UL, ((KeyDataViewType)schema["Key"].Type).Count);
        Assert.False(schema["Key"].HasKeyValues());
        Assert.Equal("Term map for output column 'Key' contains no entries.", Assert.Single(warnings));
    }

    [Fact]
    public void Numbers_have_numbers_as_key_values_or_their_text()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { 2.5f, 1 }.Select(x => new Word { Number = x }));
        var column = Map(data, "Number").Schema["Key"];
        VBuffer<float> values = default;
        column.GetKeyValues(ref values);
        Assert.Equal([2.5f, 1], values.DenseValues());
        Assert.False(column.HasKeyValues());
        Assert.True(column.HasKeyValues(NumberDataViewType.Single));
        Assert.Equal(["2.5", "1"], Map(data, "Number", asText: true).Schema["Key"].KeyValues());
    }

    [Fact]
    public void Vectors_become_vectors_of_keys()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Word { Many = ["a", "b", "a"] }, new Word { Many = ["c", ""] } });
        var keys = Map(data, "Many");
        Assert.Equal("Vector<Key<UInt32, 0-2>>", keys.Schema["Key"].Type.ToString());
        Assert.Equal([[1, 2, 1], [3, 0]], keys.Read<VBuffer<uint>>("Key").Select(vector => vector.DenseValues().ToArray()));
    }

    [Fact]
    public void Empty_slots_count_as_zeros()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Word { Vector = new VBuffer<float>(4, 1, [7], [1]) } });
        var keys = Map(data, "Vector");
        Assert.Equal([1u, 2u, 1u, 1u], keys.Read<VBuffer<uint>>("Key")[0].DenseValues());
    }

    [Fact]
    public void Keys_can_come_from_other_data()
    {
        var terms = _ml.Data.LoadFromEnumerable(new[] { new Term { Text = "x" }, new Term { Text = "a" } });
        var data = Words("a", "b");
        var keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Text", keyData: terms).Fit(data).Transform(data);
        Assert.Equal([2u, 0u], keys.Read<uint>("Key"));
        Assert.Equal(["x", "a"], keys.Schema["Key"].KeyValues());
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Conversion.MapValueToKey("Key", "Text", keyData: data));
    }

    [Fact]
    public void Keys_turn_back_into_values()
    {
        var data = Words("b", "a", "");
        var back = _ml.Transforms.Conversion.MapKeyToValue("Back", "Key").Fit(Map(data)).Transform(Map(data));
        Assert.Equal(["b", "a", ""], back.GetColumn<string>("Back"));
        var numbers = _ml.Data.LoadFromEnumerable(new[] { 2.5f, float.NaN }.Select(x => new Word { Number = x }));
        var keys = Map(numbers, "Number");
        Assert.Equal([2.5f, float.NaN], _ml.Transforms.Conversion.MapKeyToValue("Back", "Key").Fit(keys).Transform(keys).Read<float>("Back"));
    }

    [Fact]
    public void Vectors_of_keys_turn_back_into_vectors()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Word { Many = ["a", "b", ""] } });
        var keys = Map(data, "Many");
        var back = _ml.Transforms.Conversion.MapKeyToValue("Key").Fit(keys).Transform(keys);
        Assert.Equal(["a", "b", ""], back.Read<VBuffer<ReadOnlyMemory<char>>>("Key")[0].Texts());
    }

    [Fact]
    public void Values_that_are_no_keys_do_not_turn_back()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Conversion.MapKeyToValue("Text").GetOutputSchema(SchemaShape.Create(Words("a").Schema)));
        Assert.Throws<InvalidOperationException>(() => _ml.Transforms.Conversion.MapKeyToValue("Text").Fit(Words("a")));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Conversion.MapKeyToValue("Nothing").Fit(Words("a")));
    }

    [Fact]
    public void Loaded_keys_are_the_same()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Word { Text = "b", Number = 3, Many = ["x"] }, new Word { Text = "a", Number = 4, Many = ["y", "x"] } });
        var model = _ml.Transforms.Conversion.MapValueToKey([new InputOutputColumnPair("TextKey", "Text"), new("NumberKey", "Number"), new("ManyKey", "Many")])
            .Append(_ml.Transforms.Conversion.MapKeyToValue([new InputOutputColumnPair("Back", "NumberKey")])).Fit(data);
        var loaded = _ml.Reload(model, data).Transform(data);
        Assert.Equal([1u, 2u], loaded.Read<uint>("TextKey"));
        Assert.Equal(["b", "a"], loaded.Schema["TextKey"].KeyValues());
        Assert.Equal([3f, 4f], loaded.Read<float>("Back"));
        Assert.Equal([2u, 1u], loaded.Read<VBuffer<uint>>("ManyKey")[1].DenseValues());
    }

    [Fact]
    public void A_column_of_another_type_than_learned_throws()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(Words("a"));
        var numbers = _ml.Transforms.CopyColumns("Text", "Number").Fit(Words("a")).Transform(Words("a"));
        Assert.Throws<InvalidOperationException>(() => model.Transform(numbers));
    }

    [Fact]
    public void Types_are_converted_where_a_conversion_is_known()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Word { Text = "2.5", Number = 3, Flag = true }, new Word { Text = "?", Number = float.NaN } });
        IDataView Convert(string input, DataKind kind)
        {
            var estimator = _ml.Transforms.Conversion.ConvertType("Out", input, kind);
            return _ml.Reload(estimator.Fit(data), data).Transform(data);
        }

        Assert.Equal([2.5f, float.NaN], Convert("Text", DataKind.Single).Read<float>("Out"));
        Assert.Equal([3.0, double.NaN], Convert("Number", DataKind.Double).Read<double>("Out"));
        Assert.Equal(["3", "NaN"], Convert("Number", DataKind.String).GetColumn<string>("Out"));
        Assert.Equal([1f, 0f], Convert("Flag", DataKind.Single).Read<float>("Out"));
        Assert.True(Convert("Flag", DataKind.Single).Schema["Out"].IsNormalized());
        Assert.Throws<ArgumentOutOfRangeException>(() => Convert("Number", DataKind.Int32));
    }

    private sealed class Word
    {
        public string? Text { get; set; }

        public float Number { get; set; }

        public bool Flag { get; set; }

        public string[] Many { get; set; } = [];

        [VectorType(4)]
        public VBuffer<float> Vector { get; set; }
    }

    private sealed class Term
    {
        public string? Text { get; set; }
    }
}
