using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Analysis;

/// <summary>What topics are in some data, and two models compared, as data frames.</summary>
public class ExaminationDataFrameTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _view;
    private readonly NmfTransformer _transformer;
    private readonly TopicExamination _examined;

    public ExaminationDataFrameTests()
    {
        IDataView data = Rows.NamedView(_context, Rows.Values());
        _transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3, maximumNumberOfIterations: 20, seed: 1).Fit(data);
        _view = _context.Data.LoadFromEnumerable(Rows.Values(30).Select((row, i) => new Note
        {
            Features = row,
            Text = $"note {i}",
            Group = i % 5 == 4 ? "" : "g" + i % 5,
            Flag = i % 2 == 0,
            Time = new DateTime(2024, 1 + i % 3, 1),
        }).ToArray());
        _examined = _transformer.Examine(_view, new()
        {
            TextColumnName = "Text",
            ExamplesPerTopic = 2,
            NumberOfLargestResiduals = 4,
            GroupColumnNames = ["Group", "Flag"],
            TimeColumnName = "Time",
        });
    }

    [Fact]
    public void Topics_have_a_row_each()
    {
        DataFrame frame = _examined.ToDataFrame();
        Assert.Equal(["topic", "name", "words", "prevalence", "training prevalence", "NPMI", "UMass", "examples"], NamesOf(frame));
        Assert.Equal(3, frame.Rows.Count);
        for (int k = 0; k < 3; k++)
        {
            ExaminedTopic topic = _examined.Topics[k];
            Assert.Equal([k, topic.Topic.Name, topic.Topic.ToString(), topic.Prevalence, topic.Topic.Prevalence, topic.Npmi, topic.UMass, 2], Row(frame, k));
        }

        // A topic of one word has no coherence.
        Assert.Equal(3, _transformer.Examine(_view, new() { WordsPerTopic = 1 }).ToDataFrame()["NPMI"].NullCount);
    }

    [Fact]
    public void Shares_have_a_row_a_topic_of_each_group()
    {
        DataFrame frame = _examined.GroupSharesToDataFrame();
        Assert.Equal(["column", "group", "rows", "topic", "name", "share"], NamesOf(frame));
        int at = 0;
        foreach (GroupedTopics grouped in _examined.Groups)
        {
            foreach (TopicGroup group in grouped.Groups)
            {
                for (int k = 0; k < 3; k++, at++)
                    Assert.Equal([grouped.ColumnName, group.Name, group.NumberOfRows, k, _examined.Topics[k].Topic.Name, group.Shares[k]], Row(frame, at));
            }
        }

        Assert.Equal((5 + 2) * 3, at);
        Assert.Equal(at, frame.Rows.Count);
        // Rows without a value are a group without a name.
        Assert.Equal(3, frame["group"].NullCount);
        Assert.Empty(_transformer.Examine(_view).GroupSharesToDataFrame().Rows);
    }

    [Fact]
    public void Shares_have_a_row_a_topic_of_each_period()
    {
        DataFrame frame = _examined.PeriodSharesToDataFrame();
        Assert.Equal(["start", "end", "rows", "topic", "name", "share"], NamesOf(frame));
        Assert.Equal(3 * 3, frame.Rows.Count);
        for (int at = 0; at < 9; at++)
        {
            TopicPeriod period = _examined.Periods[at / 3];
            Assert.Equal([new DateTime(2024, 1 + at / 3, 1), new DateTime(2024, 2 + at / 3, 1), 10L, at % 3, _examined.Topics[at % 3].Topic.Name,
                period.Shares[at % 3]], Row(frame, at));
        }

        Assert.Empty(_transformer.Examine(_view).PeriodSharesToDataFrame().Rows);
    }

    [Fact]
    public void Examples_and_large_residuals_are_rows_of_the_data()
    {
        string[] columns = ["topic", "name", "row", "id", "share", "residual", "explained", "text"];
        DataFrame examples = _examined.ExamplesToDataFrame(), residuals = _examined.LargestResidualsToDataFrame();
        Assert.Equal(columns, NamesOf(examples));
        Assert.Equal(columns, NamesOf(residuals));
        Check(examples, [.. _examined.Topics.SelectMany(topic => topic.Examples)]);
        Check(residuals, [.. _examined.LargestResiduals]);
        Assert.Equal([0, 0, 1, 1, 2, 2], ((Int32DataFrameColumn)examples["topic"]).Select(topic => topic!.Value));
        Assert.Equal(4, residuals.Rows.Count);
        Assert.Equal(6, _transformer.Examine(_view, new() { ExamplesPerTopic = 2 }).ExamplesToDataFrame()["text"].NullCount);

        void Check(DataFrame frame, ExaminedRow[] rows)
        {
            Assert.Equal(rows.Length, frame.Rows.Count);
            for (int i = 0; i < rows.Length; i++)
            {
                ExaminedRow row = rows[i];
                Assert.Equal([row.Topic, _examined.Topics[row.Topic].Topic.Name, row.Row, row.Id.ToString(), row.Share, row.Residual,
                    row.Share * (1 - row.Residual), $"note {row.Row}"], Row(frame, i));
            }
        }
    }

    [Fact]
    public void A_row_without_a_topic_has_none_in_the_frame()
    {
        // Feature 0 is in no template.
        NmfModel model = InsightFixture.Make(Build.Matrix(new double[,] { { 0, 0 }, { 1, 0 }, { 0, 1 } }), ["a", "b", "c"], [1, 1]);
        var transformer = new NmfTransformer(
            ComponentHost.Register(_context.Transforms, "Test"), new ColumnNames("Features", ["Topics"]), model, new ActivationSettings(2, 0, 0, 100, 1e-4f), new ReadingSettings());
        DataFrame frame = transformer.Examine(Two([1, 0, 0], [0, 1, 0])).LargestResidualsToDataFrame();
        Assert.Equal([null, null, 0L], Row(frame, 0).Take(3));

        IDataView Two(params float[][] rows) => _context.Data.LoadFromEnumerable(rows.Select(row => new Three { Features = row }).ToArray());
    }

    [Fact]
    public void Pairs_come_first_and_topics_without_one_have_none()
    {
        InsightFixture fixture = InsightFixture.Load();
        TopicComparison comparison = TopicComparison.Between(fixture.Model, fixture.Other);
        DataFrame frame = comparison.ToDataFrame();
        Assert.Equal(["first", "second", "similarity"], NamesOf(frame));
        Assert.Equal(6, frame.Rows.Count);
        for (int i = 0; i < 4; i++)
            Assert.Equal([comparison.Matches[i].First, comparison.Matches[i].Second, comparison.Matches[i].Similarity], Row(frame, i));
        for (int i = 4; i < 6; i++)
            Assert.Equal([null, comparison.OnlyInSecond[i - 4], null], Row(frame, i));
        DataFrame turned = TopicComparison.Between(fixture.Other, fixture.Model).ToDataFrame();
        Assert.Equal([comparison.OnlyInSecond[0], null, null], Row(turned, 4));
    }

    [Fact]
    public void Residuals_stand_beside_chosen_columns()
    {
        DataFrame frame = _transformer.ResidualsToDataFrame(_view, "Text", "Flag", "Features");
        Assert.Equal(["Text", "Flag", .. Enumerable.Range(0, Rows.Size).Select(j => $"Features {j}"), "residual"], NamesOf(frame));
        Assert.Equal(_transformer.ReadResiduals(_view), Doubles(frame, "residual"));
        Assert.Equal(["note 7", false], Row(frame, 7).Take(2));
        Assert.Equal(["residual"], NamesOf(_transformer.ResidualsToDataFrame(_view)));
        IDataView taken = _context.Transforms.CopyColumns("residual", "Group").Fit(_view).Transform(_view);
        Assert.Equal(["residual", "residual 2"], NamesOf(_transformer.ResidualsToDataFrame(taken, "residual")));
        Assert.Contains("'None'", Assert.Throws<ArgumentOutOfRangeException>(() => _transformer.ResidualsToDataFrame(_view, "None")).Message);
    }

    [Fact]
    public void Residuals_are_those_of_any_layer()
    {
        DeepNmfTransformer deep = _context.Transforms.DeepNmf(
            new DeepNmfEstimator.Options { InputColumnName = "Features", Ranks = [5, 2], Seed = 1 }).Fit(_view);
        NeuralNmfTransformer neural = _context.Transforms.NeuralNmf(
            new NeuralNmfEstimator.Options { InputColumnName = "Features", Ranks = [5, 2], MaximumNumberOfIterations = 5, Seed = 1 }).Fit(_view);
        Assert.Equal(deep.ReadResiduals(_view), Doubles(deep.ResidualsToDataFrame(_view, "Text"), "residual"));
        Assert.Equal(deep.ReadResiduals(_view, 0), Doubles(deep.ResidualsToDataFrame(_view, 0, "Text"), "residual"));
        Assert.Equal(neural.ReadResiduals(_view), Doubles(neural.ResidualsToDataFrame(_view), "residual"));
        Assert.Equal(neural.ReadResiduals(_view, 0), Doubles(neural.ResidualsToDataFrame(_view, 0), "residual"));
        Assert.NotEqual(Doubles(deep.ResidualsToDataFrame(_view, 0), "residual"), Doubles(deep.ResidualsToDataFrame(_view, 1), "residual"));
    }

    private static IEnumerable<string> NamesOf(DataFrame frame) => frame.Columns.Select(column => column.Name);

    private static IEnumerable<object?> Row(DataFrame frame, int row) => frame.Columns.Select(column => column[row]);

    private static IEnumerable<double> Doubles(DataFrame frame, string column) => ((DoubleDataFrameColumn)frame[column]).Select(value => value!.Value);

    private sealed class Note
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        public string Text { get; set; } = "";

        public string Group { get; set; } = "";

        public bool Flag { get; set; }

        public DateTime Time { get; set; }
    }

    private sealed class Three
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }
}
