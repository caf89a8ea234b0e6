using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Data;

public sealed class EnumerableTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Members_become_columns_fields_first()
    {
        var schema = _ml.Data.LoadFromEnumerable(new[] { new Everything() }).Schema;
        Assert.Equal(
            [
                "Flag: Boolean", "Renamed: Int64", "Key: Key<UInt32, 0-4>", "Grid: Vector<Single, 2, 3>", "Texts: Vector<String>",
                "Buffer: Vector<Double, 4>", "Text: String", "Time: DateTime", "Small: Byte",
            ],
            schema.Select(column => column.ToString()));
    }

    [Fact]
    public void Values_go_there_and_back()
    {
        var rows = new[]
        {
            new Everything
            {
                Flag = true,
                Long = 7,
                Grid = [1, 2, 3, 4, 5, 6],
                Texts = ["a", "b"],
                Buffer = new VBuffer<double>(4, 1, [5], [2]),
                Text = "text",
                Time = new DateTime(2020, 1, 2),
                Small = 3,
            },
            new Everything { Grid = [0, 0, 0, 0, 0, 0], Buffer = new VBuffer<double>(4, [1, 2, 3, 4]) },
        };
        var read = _ml.Data.CreateEnumerable<Everything>(_ml.Data.LoadFromEnumerable(rows), reuseRowObject: false).ToArray();
        Assert.Equal((true, 7L, "text", new DateTime(2020, 1, 2), (byte)3), (read[0].Flag, read[0].Long, read[0].Text, read[0].Time, read[0].Small));
        Assert.Equal(rows[0].Grid, read[0].Grid);
        Assert.Equal(rows[0].Texts, read[0].Texts);
        Assert.Equal([0, 0, 5, 0], read[0].Buffer.DenseValues());
        Assert.Equal("", read[1].Text);
        Assert.Null(read[1].Texts);
    }

    [Fact]
    public void An_objects_key_counts_from_zero_and_a_columns_from_one()
    {
        var data = _ml.Data.LoadFromEnumerable(new uint[] { 0, 4, 5 }.Select(key => new Everything { Key = key }));
        Assert.Equal([1u, 5u, 0u], data.Read<uint>("Key"));
        Assert.Equal([1u, 5u, 0u], _ml.Data.CreateEnumerable<OnlyKey>(data, false, ignoreMissingColumns: true).Select(row => row.Key));
    }

    [Fact]
    public void Rows_are_enumerated_anew_by_every_cursor_and_not_before()
    {
        int runs = 0;
        IEnumerable<Pixel> Rows()
        {
            runs++;
            yield return new Pixel();
        }

        var data = _ml.Data.LoadFromEnumerable(Rows());
        Assert.Equal(0, runs);
        Assert.Null(data.GetRowCount());
        data.Ids();
        data.Ids();
        Assert.Equal(2, runs);
    }

    [Fact]
    public void A_collection_knows_its_row_count_and_cannot_be_shuffled()
    {
        var data = _ml.Data.LoadFromEnumerable(new List<Pixel> { new(), new() });
        Assert.Equal(2, data.GetRowCount());
        Assert.False(data.CanShuffle);
    }

    [Fact]
    public void A_null_row_throws()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Pixel(), null! });
        Assert.Throws<InvalidOperationException>(data.Ids);
    }

    [Fact]
    public void A_definition_changes_names_types_and_annotations()
    {
        var definition = SchemaDefinition.Create(typeof(Pixel));
        definition["Values"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, 1);
        var names = new VBuffer<ReadOnlyMemory<char>>(3, ["a".AsMemory(), "b".AsMemory(), "c".AsMemory()]);
        definition["Values"].AddAnnotation("SlotNames", names, new VectorDataViewType(TextDataViewType.Instance, 3));
        definition["Id"].ColumnName = "Number";
        definition.Remove(definition["Weight"]);
        var schema = _ml.Data.LoadFromEnumerable(new[] { new Pixel() }, definition).Schema;
        Assert.Equal(["Number", "Values", "Name"], schema.Select(column => column.Name));
        Assert.Equal(["a", "b", "c"], schema["Values"].SlotNames());
        Assert.Equal("Vector<Single, 3, 1>", schema["Values"].Type.ToString());
        Assert.Throws<InvalidOperationException>(() => definition["Values"].AddAnnotation("SlotNames", 1, NumberDataViewType.Int32));
    }

    [Fact]
    public void A_definition_that_does_not_fit_the_class_throws()
    {
        var definition = SchemaDefinition.Create(typeof(Pixel));
        definition["Id"].ColumnType = NumberDataViewType.Single;
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new Pixel() }, definition));
        definition["Id"].ColumnType = new VectorDataViewType(NumberDataViewType.Int32);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new Pixel() }, definition));
    }

    [Fact]
    public void A_schema_gives_its_types_and_annotations_to_other_objects()
    {
        var data = _ml.Pixels();
        var names = _ml.Transforms.Concatenate("Values", "Weight", "Weight", "Weight").Fit(data).Transform(data);
        var again = _ml.Data.LoadFromEnumerable(new[] { new Pixel() }, names.Schema);
        Assert.Equal(["Weight", "Weight", "Weight"], again.Schema["Values"].SlotNames());
        var less = _ml.Data.LoadFromEnumerable(new[] { new Everything() }).Schema;
        Assert.Contains("Flag", Assert.Throws<InvalidOperationException>(() => _ml.Data.LoadFromEnumerable(new[] { new Pixel() }, less)).Message);
    }

    [Fact]
    public void Columns_that_are_missing_throw_unless_ignored()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new OnlyKey() });
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CreateEnumerable<Everything>(data, false));
        Assert.Single(_ml.Data.CreateEnumerable<Everything>(data, false, ignoreMissingColumns: true));
    }

    [Fact]
    public void A_member_of_another_type_than_its_column_throws_at_once()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Pixel() });
        var thrown = Assert.Throws<InvalidOperationException>(() => _ml.Data.CreateEnumerable<WrongPixel>(data, false, ignoreMissingColumns: true));
        Assert.StartsWith("Can't bind the IDataView column 'Id' of type 'Int32' to field or property 'Id' of type 'System.Single'", thrown.Message);
    }

    [Fact]
    public void A_reused_object_is_the_same_for_all_rows()
    {
        var data = _ml.Pixels();
        Assert.Single(_ml.Data.CreateEnumerable<Pixel>(data, reuseRowObject: true).Distinct());
        Assert.Equal(4, _ml.Data.CreateEnumerable<Pixel>(data, reuseRowObject: false).Distinct().Count());
    }

    [Fact]
    public void Members_that_make_no_column_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new { Unknown = new object() } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new BadVector() }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new BadKey() }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new BadName() }));
    }

    [Fact]
    public void A_row_before_the_first_and_after_the_last_has_no_values()
    {
        var data = _ml.Pixels(1);
        using var cursor = data.GetRowCursor(data.Schema);
        var id = cursor.GetGetter<int>(data.Schema["Id"]);
        var rowId = cursor.GetIdGetter();
        int value = 0;
        DataViewRowId position = default;
        Assert.Equal(-1, cursor.Position);
        Assert.ThrowsAny<Exception>(() => id(ref value));
        Assert.Throws<InvalidOperationException>(() => rowId(ref position));
        Assert.True(cursor.MoveNext());
        id(ref value);
        Assert.Equal(0, cursor.Position);
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.ThrowsAny<Exception>(() => id(ref value));
    }

    [Fact]
    public void A_cursor_gives_only_what_it_was_asked_for()
    {
        var data = _ml.Pixels();
        using var cursor = data.GetRowCursor([data.Schema["Id"]]);
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<float>(data.Schema["Weight"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(data.Schema["Id"]));
    }

    private sealed class Everything
    {
        public bool Flag;

        [ColumnName("Renamed")]
        public long Long;

        [KeyType(5)]
        public uint Key;

        [VectorType(2, 3)]
        public float[]? Grid;

        public string[]? Texts;

        [VectorType(4)]
        public VBuffer<double> Buffer;

        [NoColumn]
        public object? Ignored = new();

        public string? Text { get; set; }

        public DateTime Time { get; set; }

        public byte Small { get; set; }
    }

    private sealed class OnlyKey
    {
        public uint Key { get; set; }
    }

    private sealed class WrongPixel
    {
        public float Id { get; set; }
    }

    private sealed class BadVector
    {
        [VectorType(3)]
        public float Value { get; set; }
    }

    private sealed class BadKey
    {
        [KeyType(3)]
        public int Value { get; set; }
    }

    private sealed class BadName
    {
        public int A { get; set; }

        [ColumnName("A")]
        public int B { get; set; }
    }
}
