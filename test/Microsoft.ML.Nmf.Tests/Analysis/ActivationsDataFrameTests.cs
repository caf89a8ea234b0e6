using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Analysis;

/// <summary>A transformed view as a data frame.</summary>
public class ActivationsDataFrameTests
{
    private readonly MLContext _context = new(1);

    private sealed class Row
    {
        [VectorType(2)]
        public float[] Topics { get; set; } = [];

        public string Text { get; set; } = "";

        public float Number { get; set; }

        public double Precise { get; set; }

        public int Count { get; set; }

        public long Long { get; set; }

        public bool Flag { get; set; }

        public DateTime Time { get; set; }

        public byte Byte { get; set; }

        public ushort Short { get; set; }

        public string Label { get; set; } = "";

        [VectorType(2)]
        public double[] Score { get; set; } = [];

        public float[] Loose { get; set; } = [];

        public TimeSpan Span { get; set; }
    }

    private static Row[] Some(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Row
        {
            Topics = [i, i == 3 ? float.NaN : -i],
            Text = i == 2 ? "" : $"text {i}",
            Number = i == 1 ? float.NaN : i + 0.5f,
            Precise = i == 4 ? double.NaN : i + 0.25,
            Count = i - 3,
            Long = long.MaxValue - i,
            Flag = i % 3 == 0,
            Time = new DateTime(2020, 1, 1).AddDays(i),
            Byte = (byte)i,
            Short = (ushort)(65000 + i % 500),
            Label = i % 5 == 4 ? "" : $"group {i % 3}",
            Score = [i, 2 * i],
        }),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(1000)]
    public void Every_row_and_every_type_is_carried_over(int count)
    {
        Row[] rows = Some(count);
        // A view that does not know how many rows it has.
        IDataView view = _context.Data.LoadFromEnumerable(rows.Select(row => row));
        DataFrame frame = view.ActivationsToDataFrame("Topics", "Text", "Number", "Precise", "Count", "Long", "Flag", "Time", "Byte", "Short");
        Assert.Equal(count, frame.Rows.Count);
        Assert.Equal(["Text", "Number", "Precise", "Count", "Long", "Flag", "Time", "Byte", "Short", "Topics 0", "Topics 1"], frame.Columns.Select(c => c.Name));
        Assert.Equal(
            [typeof(string), typeof(float), typeof(double), typeof(int), typeof(long), typeof(bool), typeof(DateTime), typeof(byte), typeof(ushort), typeof(float), typeof(float)],
            frame.Columns.Select(c => c.DataType));
        for (int i = 0; i < count; i++)
        {
            object?[] expected =
            [
                rows[i].Text, i == 1 ? null : rows[i].Number, i == 4 ? null : rows[i].Precise, rows[i].Count, rows[i].Long, rows[i].Flag, rows[i].Time, rows[i].Byte,
                rows[i].Short, rows[i].Topics[0], i == 3 ? null : rows[i].Topics[1],
            ];
            Assert.Equal(expected, frame.Columns.Select(column => column[i]));
        }

        Assert.Equal(count > 1 ? 1 : 0, frame["Number"].NullCount);
        Assert.Equal(0, frame["Count"].NullCount);
    }

    [Fact]
    public void The_columns_are_a_data_frames_own()
    {
        DataFrame frame = _context.Data.LoadFromEnumerable(Some(9)).ActivationsToDataFrame("Topics", "Number", "Flag");
        Assert.Equal(36.0, Convert.ToDouble(frame["Topics 0"].Sum()), 1e-6);
        frame["Number"][1] = 7f;
        Assert.Equal((7f, 0L), (frame["Number"][1], frame["Number"].NullCount));
        frame.Append([5f, true, 1f, 2f], inPlace: true);
        Assert.Equal(10, frame.Rows.Count);
        Assert.Equal(4, frame.Filter((BooleanDataFrameColumn)frame["Flag"]).Rows.Count);
        // And back to a view, where what is missing is NaN.
        frame["Number"][2] = null;
        Assert.Equal(float.NaN, ((IDataView)frame).GetColumn<float>("Number").ElementAt(2));
    }

    [Fact]
    public void Keys_are_their_values_and_a_missing_one_is_missing()
    {
        IDataView view = _context.Data.LoadFromEnumerable(Some(9));
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.Conversion.MapValueToKey("CountKey", "Count"))
            .Append(_context.Transforms.Conversion.MapValueToKey("TimeKey", "Time"));
        DataFrame frame = pipeline.Fit(view).Transform(view).ActivationsToDataFrame("Topics", "Label", "CountKey", "TimeKey");
        string?[] labels = ["group 0", "group 1", "group 2", "group 0", null, "group 2", "group 0", "group 1", "group 2"];
        Assert.Equal(labels, (IEnumerable<string?>)(StringDataFrameColumn)frame["Label"]);
        Assert.Equal([-3, -2, -1, 0, 1, 2, 3, 4, 5], ((Int32DataFrameColumn)frame["CountKey"]).Select(v => v!.Value));
        Assert.Equal(new DateTime(2020, 1, 9), frame["TimeKey"][8]);
    }

    [Fact]
    public void Keys_without_values_are_their_numbers()
    {
        // In an object a key counts from 0, in a view from 1.
        uint[] keys = [2, 0, 3];
        IDataView view = _context.Data.LoadFromEnumerable(keys.Select(key => new Keyed { Key = key, Topics = [1, 2] }));
        Assert.Equal([3UL, 1UL, 4UL], ((UInt64DataFrameColumn)view.ActivationsToDataFrame("Topics", "Key")["Key"]).ToArray());
    }

    private sealed class Keyed
    {
        [KeyType(5)]
        public uint Key { get; set; }

        [VectorType(2)]
        public float[] Topics { get; set; } = [];
    }

    [Fact]
    public void Topics_are_named_by_their_slots_and_other_vectors_are_spread_too()
    {
        IDataView data = NeuralRows.NamedGroupView(_context, Rows.Values());
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 5 })).Fit(data);
        IDataView view = transformer.Transform(data);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        view.Schema["Topics"].GetSlotNames(ref slots);
        DataFrame frame = view.ActivationsToDataFrame("Topics", "Label", "Score");
        Assert.Equal(["Label", "group 0", "group 1", "group 2", .. slots.DenseValues().Select(name => name.ToString())], frame.Columns.Select(c => c.Name));
        float[][] topics = Rows.Topics(view);
        for (int i = 0; i < topics.Length; i++)
            Assert.Equal(topics[i], Enumerable.Range(4, 3).Select(k => (float)frame.Columns[k][i]));
    }

    [Fact]
    public void A_taken_name_gets_the_number_of_its_slot()
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        ReadOnlyMemory<char>[] names = ["Text".AsMemory(), " ".AsMemory()];
        schema["Topics"].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(2, names), new VectorDataViewType(TextDataViewType.Instance, 2));
        IDataView view = _context.Data.LoadFromEnumerable(Some(2), schema);
        Assert.Equal(["Text", "Score 0", "Score 1", "Text (Topics 0)", "Topics 1"], view.ActivationsToDataFrame("Topics", "Text", "Score").Columns.Select(c => c.Name));
    }

    [Fact]
    public void What_cannot_be_carried_over_is_refused_by_name()
    {
        IDataView view = _context.Data.LoadFromEnumerable(Some(2));
        Assert.Contains("no column 'Nothing'. The data has 'Topics', 'Text'", Refused("Topics", "Nothing"));
        Assert.Contains("no column 'Nothing'", Refused("Nothing"));
        Assert.Contains("'Text' is named twice", Refused("Topics", "Text", "Text"));
        Assert.Contains("'Loose' is a vector of variable size", Refused("Topics", "Loose"));
        Assert.Contains("'Span' is of type TimeSpan", Refused("Topics", "Span"));
        Assert.Contains("'Number' is of type Single, but activations are a vector", Refused("Number"));
        string Refused(string topics, params string[] others)
            => Assert.Throws<ArgumentOutOfRangeException>(() => view.ActivationsToDataFrame(topics, others)).Message;
    }
}
