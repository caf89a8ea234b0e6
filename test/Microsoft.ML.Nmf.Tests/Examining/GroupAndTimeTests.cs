using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Examining;

/// <summary>The shares of topics by the values of any column and by time, and the columns that cannot be read.</summary>
public class GroupAndTimeTests
{
    private readonly MLContext _context = new(1);
    private readonly NmfTransformer _transformer;

    public GroupAndTimeTests()
    {
        IDataView data = Rows.NamedView(_context, Rows.Values());
        _transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3, maximumNumberOfIterations: 20, seed: 1).Fit(data);
    }

    [Fact]
    public void Groups_are_the_values_of_a_column_in_their_order_and_missing_ones_come_last()
    {
        IDataView view = View(i => new Row
        {
            Text = i % 3 == 0 ? "" : $"t{i % 3}",
            Number = i % 4 == 0 ? float.NaN : i % 4 - 2.5f,
            Flag = i % 2 == 0,
            Key = (uint)(i % 4),
        });
        view = _context.Transforms.Conversion.MapValueToKey("Mapped", "Number").Fit(view).Transform(view);
        TopicExamination examined = _transformer.Examine(view, new() { GroupColumnNames = ["Text", "Number", "Flag", "Key", "Mapped"] });
        Assert.Equal(["Text", "Number", "Flag", "Key", "Mapped"], examined.Groups.Select(grouped => grouped.ColumnName));
        Assert.Equal(["t1", "t2", null], Names(0));
        Assert.Equal(["-1.5", "-0.5", "0.5", null], Names(1));
        Assert.Equal(["False", "True"], Names(2));
        Assert.Equal(["1", "2", "3", null], Names(3));
        // Keys are numbered as values appear.
        Assert.Equal(["-1.5", "-0.5", "0.5", null], Names(4));
        foreach (GroupedTopics grouped in examined.Groups)
        {
            Assert.Equal(24, grouped.Groups.Sum(group => group.NumberOfRows));
            Assert.All(grouped.Groups, group => Assert.Equal(1, group.Shares.Sum(), 1e-9));
        }

        // A group alone has the shares that all rows have where there are no others.
        IDataView first = _context.Data.LoadFromEnumerable(_context.Data.CreateEnumerable<Row>(view, reuseRowObject: false).Where(row => row.Text == "t1"));
        Assert.Equal(_transformer.Examine(first).Topics.Select(topic => topic.Prevalence), examined.Groups[0].Groups[0].Shares);

        IEnumerable<string?> Names(int column) => examined.Groups[column].Groups.Select(group => group.Name);
    }

    [Theory]
    [InlineData(TopicTimeUnit.Day, "2023-12-31 2024-01-01 2024-02-29 2024-03-03 2024-03-04", "2024-01-01 2024-01-02 2024-03-01 2024-03-04 2024-03-05")]
    [InlineData(TopicTimeUnit.Week, "2023-12-25 2024-01-01 2024-02-26 2024-03-04", "2024-01-01 2024-01-08 2024-03-04 2024-03-11")]
    [InlineData(TopicTimeUnit.Month, "2023-12-01 2024-01-01 2024-02-01 2024-03-01", "2024-01-01 2024-02-01 2024-03-01 2024-04-01")]
    [InlineData(TopicTimeUnit.Quarter, "2023-10-01 2024-01-01", "2024-01-01 2024-04-01")]
    [InlineData(TopicTimeUnit.Year, "2023-01-01 2024-01-01", "2024-01-01 2025-01-01")]
    public void Periods_of_the_calendar_begin_and_end_where_it_says(TopicTimeUnit unit, string starts, string ends)
    {
        // The least time stands for none.
        DateTime[] times = [new(2024, 3, 4), new(2024, 3, 3, 23, 59, 59), new(2024, 1, 1, 0, 0, 0), new(2023, 12, 31, 12, 0, 0), new(2024, 2, 29), default];
        foreach (string column in new[] { "Time", "Offset" })
        {
            IDataView view = View(i => new Row { Time = times[i % 6], Offset = i % 6 == 5 ? default : new(times[i % 6].AddHours(2), TimeSpan.FromHours(2)) });
            IReadOnlyList<TopicPeriod> periods = _transformer.Examine(view, new() { TimeColumnName = column, TimeUnit = unit }).Periods;
            Assert.Equal(starts, string.Join(' ', periods.Select(period => period.Start.ToString("yyyy-MM-dd"))));
            Assert.Equal(ends, string.Join(' ', periods.Select(period => period.End.ToString("yyyy-MM-dd"))));
            Assert.Equal(20, periods.Sum(period => period.NumberOfRows));
            Assert.All(periods, period => Assert.Equal(1, period.Shares.Sum(), 1e-9));
        }
    }

    [Fact]
    public void A_number_of_periods_cuts_the_time_evenly_and_keeps_empty_ones()
    {
        DateTime first = new(2024, 1, 1);
        // Hours 0 to 7 and 23, 24 of a day: quarters of six hours.
        IDataView view = View(i => new Row { Time = first.AddHours(i < 8 ? i : i < 16 ? 23 : 24) });
        IReadOnlyList<TopicPeriod> periods = _transformer.Examine(view, new() { TimeColumnName = "Time", NumberOfPeriods = 4 }).Periods;
        Assert.Equal([0, 6, 12, 18], periods.Select(period => (period.Start - first).TotalHours));
        Assert.Equal([6, 12, 18, 24], periods.Select(period => (period.End - first).TotalHours));
        Assert.Equal([6, 2, 0, 16], periods.Select(period => period.NumberOfRows));
        Assert.All(periods[2].Shares, share => Assert.Equal(0, share));
        // One moment is one period, and no time none.
        view = View(_ => new Row { Time = first });
        TopicPeriod moment = Assert.Single(_transformer.Examine(view, new() { TimeColumnName = "Time", NumberOfPeriods = 4 }).Periods);
        Assert.Equal((first, first, 24), (moment.Start, moment.End, moment.NumberOfRows));
        Assert.Empty(_transformer.Examine(View(_ => new Row()), new() { TimeColumnName = "Time", NumberOfPeriods = 4 }).Periods);
    }

    [Fact]
    public void The_last_days_that_there_are_have_an_end()
    {
        IDataView view = View(_ => new Row { Time = new DateTime(9999, 12, 31) });
        foreach (TopicTimeUnit unit in Enum.GetValues<TopicTimeUnit>())
            Assert.Equal(DateTime.MaxValue, Assert.Single(_transformer.Examine(view, new() { TimeColumnName = "Time", TimeUnit = unit }).Periods).End);
    }

    [Fact]
    public void What_cannot_be_read_is_refused_by_its_name()
    {
        IDataView view = View(i => new Row { Text = "a" });
        Refuse<ArgumentOutOfRangeException>("Could not find text column 'Nobody'", new() { TextColumnName = "Nobody" });
        Refuse<ArgumentOutOfRangeException>("Text column 'Number' is of type Single, but must be a text.", new() { TextColumnName = "Number" });
        Refuse<ArgumentOutOfRangeException>("Could not find time column 'Nobody'", new() { TimeColumnName = "Nobody" });
        Refuse<ArgumentOutOfRangeException>("Time column 'Text' is of type String, but must be a DateTime", new() { TimeColumnName = "Text" });
        Refuse<ArgumentOutOfRangeException>("Could not find group column 'Nobody'", new() { GroupColumnNames = ["Nobody"] });
        Refuse<ArgumentOutOfRangeException>("Group column 'Features' is of type Vector<Single, 12>, but must be a text",
            new() { GroupColumnNames = ["Features"] });
        Refuse<ArgumentOutOfRangeException>("The layer is 1, but the model has layers 0 to 0.", new() { Layer = 1 });
        Assert.Contains("has no rows", Assert.Throws<InvalidOperationException>(() => _transformer.Examine(_context.Data.LoadFromEnumerable<Row>([]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => _transformer.ReadResiduals(view, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicExamination.Options { WordsPerTopic = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicExamination.Options { ExamplesPerTopic = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicExamination.Options { NumberOfPeriods = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicExamination.Options { TimeUnit = (TopicTimeUnit)9 });

        void Refuse<T>(string message, TopicExamination.Options options)
            where T : Exception
            => Assert.StartsWith(message, Assert.Throws<T>(() => _transformer.Examine(view, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_too_many_values_is_refused_by_the_row_that_has_one_too_many()
    {
        IDataView view = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 65_538).Select(i => new Row { Text = i == 7 ? "" : $"{i}" }));
        string message = Assert.Throws<InvalidOperationException>(() => _transformer.Examine(view, new() { GroupColumnNames = ["Text"] })).Message;
        Assert.StartsWith("Group column 'Text', row 65537 (the first is 0): it has more than 65536 values", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_the_context_ends_it()
    {
        IDataView view = View(_ => new Row());
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(_context, null);
        Assert.Throws<OperationCanceledException>(() => _transformer.Examine(view));
        Assert.Throws<OperationCanceledException>(() => _transformer.ReadResiduals(view).ToArray());
    }

    private IDataView View(Func<int, Row> make)
    {
        float[][] values = Rows.Values(24, 9);
        return _context.Data.LoadFromEnumerable(values.Select((features, i) =>
        {
            Row row = make(i);
            row.Features = features;
            return row;
        }).ToArray());
    }

    private sealed class Row
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = new float[Rows.Size];

        public string Text { get; set; } = "";

        public float Number { get; set; }

        public bool Flag { get; set; }

        [KeyType(3)]
        public uint Key { get; set; }

        public DateTime Time { get; set; }

        public DateTimeOffset Offset { get; set; }
    }
}
