using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Data;

public sealed class TextLoaderTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"contract-{Guid.NewGuid():N}.txt");

    public void Dispose() => File.Delete(_path);

    private string Write(params string[] lines)
    {
        File.WriteAllLines(_path, lines);
        return _path;
    }

    private Line[] Load(char separator = '\t', bool hasHeader = false, bool allowQuoting = false, bool trimWhitespace = false)
        => [.. _ml.Data.CreateEnumerable<Line>(_ml.Data.LoadFromTextFile<Line>(_path, separator, hasHeader, allowQuoting, trimWhitespace), false)];

    private Line[] Load(TextLoader.Options options) => [.. _ml.Data.CreateEnumerable<Line>(_ml.Data.LoadFromTextFile<Line>(_path, options), false)];

    [Fact]
    public void A_line_is_a_row()
    {
        Write("a\t1.5\t3\t4", "b\t-2e3\t5\t6");
        var data = _ml.Data.LoadFromTextFile<Line>(_path);
        Assert.Equal(["Text: String", "Number: Single", "Counts: Vector<Single, 2>"], data.Schema.Select(column => column.ToString()));
        Assert.Null(data.GetRowCount());
        Assert.False(data.CanShuffle);
        var rows = Load();
        Assert.Equal([("a", 1.5f), ("b", -2000f)], rows.Select(row => (row.Text, row.Number)));
        Assert.Equal([5, 6], rows[1].Counts);
    }

    [Fact]
    public void A_header_empty_lines_and_comments_are_left_out()
    {
        Write("", "# comment", "// comment", "Text\tNumber\tx\ty", "", "a\t1\t2\t3", "// comment", "#b\t1\t2\t3");
        Assert.Equal(["a", "#b"], Load(hasHeader: true).Select(row => row.Text));
    }

    [Fact]
    public void Fields_that_are_missing_are_empty_or_zero()
    {
        Write("a", "\t\t1", "b\t?\tNaN\tna");
        var rows = Load();
        Assert.Equal([("a", 0f), ("", 0f), ("b", float.NaN)], rows.Select(row => (row.Text, row.Number)));
        Assert.Equal([1, 0], rows[1].Counts);
        Assert.Equal([float.NaN, float.NaN], rows[2].Counts);
        Assert.True(float.IsNaN(Load(new TextLoader.Options { MissingRealsAsNaNs = true })[0].Number));
    }

    [Fact]
    public void A_number_that_cannot_be_read_is_missing()
    {
        Write("a\tone\t2\t3");
        Assert.True(float.IsNaN(Load()[0].Number));
    }

    [Fact]
    public void An_integer_that_cannot_be_read_throws()
    {
        Write("one");
        var data = _ml.Data.LoadFromTextFile(_path, [new TextLoader.Column("A", DataKind.Int32, 0)]);
        Assert.Throws<FormatException>(() => data.Read<int>("A"));
    }

    [Fact]
    public void Quotes_keep_separators_and_quotes()
    {
        Write("\"a,b\",1", "\"say \"\"x\"\"\",2", "  \"c\"  ,3", "d \"e\" f,4", "\"open,5", "\"f\"g,6");
        var rows = Load(',', allowQuoting: true);
        Assert.Equal(["a,b", "say \"x\"", "c", "d \"e\" f", "", ""], rows.Select(row => row.Text));
        Assert.Equal([1, 2, 3, 4, 0, 6], rows.Select(row => row.Number));
        Assert.Equal("\"a", Load(',')[0].Text);
    }

    [Fact]
    public void Quotes_can_be_escaped_by_another_character()
    {
        Write("\"say \\\"x\\\"\",2");
        Assert.Equal("say \"x\"", Load(new TextLoader.Options { Separators = [','], AllowQuoting = true, EscapeChar = '\\' })[0].Text);
    }

    [Fact]
    public void A_quoted_field_can_go_over_lines()
    {
        Write("\"one", "two\",2", "b,3");
        var rows = Load(new TextLoader.Options { Separators = [','], AllowQuoting = true, ReadMultilines = true });
        Assert.Equal([("one\ntwo", 2f), ("b", 3f)], rows.Select(row => (row.Text, row.Number)));
    }

    [Fact]
    public void Spaces_before_a_field_are_left_out_and_others_kept()
    {
        Write("  a b  ,  1  ");
        var row = Load(',')[0];
        Assert.Equal(("a b  ", 1f), (row.Text, row.Number));
    }

    [Fact]
    public void Several_separators_and_a_decimal_comma_work()
    {
        Write("a;1,5|2|3");
        var row = Load(new TextLoader.Options { Separators = [';', '|'], DecimalMarker = ',' })[0];
        Assert.Equal(1.5f, row.Number);
        Assert.Equal([2, 3], row.Counts);
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(new TextLoader.Options { Separators = [','], DecimalMarker = ',' }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(new TextLoader.Options { Separators = ['"'] }));
    }

    [Fact]
    public void No_more_rows_than_wanted_are_read()
    {
        Write("a", "b", "c");
        Assert.Equal(["a", "b"], Load(new TextLoader.Options { MaxRows = 2 }).Select(row => row.Text));
    }

    [Fact]
    public void Text_keys_count_from_zero()
    {
        Write("0", "4", "5", "x", "");
        var data = _ml.Data.LoadFromTextFile(_path, [new TextLoader.Column("Key", DataKind.UInt32, [new TextLoader.Range(0)], new KeyCount(5))]);
        Assert.Equal("Key<UInt32, 0-4>", data.Schema["Key"].Type.ToString());
        Assert.Equal([1u, 5u, 0u, 0u], data.Read<uint>("Key"));
    }

    [Fact]
    public void A_sample_gives_sizes_and_slot_names()
    {
        Write("Label,a,b,c", "1,2,3,4");
        var options = new TextLoader.Options
        {
            Separators = [','],
            HasHeader = true,
            Columns = [new("Label", DataKind.Boolean, 0), new("Features", DataKind.Single, [new TextLoader.Range(1, null)])],
        };
        var data = _ml.Data.LoadFromTextFile(_path, options);
        Assert.Equal("Features: Vector<Single, 3> {SlotNames}", data.Schema["Features"].ToString());
        Assert.Equal(["a", "b", "c"], data.Schema["Features"].SlotNames());
        Assert.Equal([2, 3, 4], data.Floats("Features")[0]);
        Assert.Equal([true], data.Read<bool>("Label"));
        Assert.False(_ml.Data.LoadFromTextFile<Line>(_path, ',', hasHeader: true).Schema["Counts"].HasSlotNames());
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CreateTextLoader(options));
    }

    [Fact]
    public void Ranges_join_fields_and_may_end_with_the_line()
    {
        Write("1\t2\t3\t4", "1\t2");
        var data = _ml.Data.LoadFromTextFile(_path,
        [
            new("Ends", DataKind.Single, [new TextLoader.Range(0), new TextLoader.Range(3)]),
            new("Rest", DataKind.Single, [new TextLoader.Range { Min = 1, VariableEnd = true }]),
            new("One", DataKind.Single, [new TextLoader.Range(1, 1)]),
        ]);
        Assert.Equal(["Vector<Single, 2>", "Vector<Single>", "Vector<Single, 1>"], data.Schema.Select(column => column.Type.ToString()));
        Assert.Equal([[1, 4], [1, 0]], data.Floats("Ends"));
        Assert.Equal([[2, 3, 4], [2]], data.Floats("Rest"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CreateTextLoader([new("A", DataKind.Single, [new TextLoader.Range(0, 2), new TextLoader.Range(1)])]));
    }

    [Fact]
    public void Several_files_follow_each_other()
    {
        Write("a\t1");
        var loader = _ml.Data.CreateTextLoader<Line>();
        Assert.Equal(["a", "a"], loader.Load(new MultiFileSource(_path, _path)).GetColumn<string>("Text"));
        Assert.Equal(3, loader.GetOutputSchema().Count);
    }

    [Fact]
    public void What_cannot_be_loaded_throws_at_once()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromTextFile<Line>(Path.Combine(Path.GetTempPath(), "contract-nothing-here")));
        Write("a");
        Assert.Throws<InvalidOperationException>(() => _ml.Data.LoadFromTextFile<Pixel>(_path));
    }

    private sealed class Line
    {
        [LoadColumn(0)]
        public string? Text { get; set; }

        [LoadColumn(1)]
        public float Number { get; set; }

        [LoadColumn(2, 3)]
        [VectorType(2)]
        public float[] Counts { get; set; } = [];
    }
}
