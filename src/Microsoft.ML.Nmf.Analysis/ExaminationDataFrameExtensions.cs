using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What topics are in some data, and how those of two models correspond, as data frames. A number that is NaN is a missing value.
/// </summary>
/// <remarks>
/// Shares are in long form, a row for each topic of each group or period: so a plot takes them, several columns of groups fit into one frame, and no topic's
/// name is a heading that another column may have.
/// </remarks>
public static class ExaminationDataFrameExtensions
{
    /// <summary>
    /// The topics: columns "topic", "name", "words", "prevalence" (in this data), "training prevalence", "NPMI", "UMass" and "examples", the number of rows
    /// that are kept as such.
    /// </summary>
    public static DataFrame ToDataFrame(this TopicExamination examination)
    {
        ArgumentNullException.ThrowIfNull(examination);
        IReadOnlyList<ExaminedTopic> rows = examination.Topics;
        return new Rows().Number("topic", rows, (row, _) => row.Topic.Index).Text("name", rows, (row, _) => row.Topic.Name)
            .Text("words", rows, (row, _) => string.Join(", ", row.Topic.Words.Select(word => word.Word)))
            .Real("prevalence", rows, (row, _) => row.Prevalence).Real("training prevalence", rows, (row, _) => row.Topic.Prevalence)
            .Real("NPMI", rows, (row, _) => row.Npmi).Real("UMass", rows, (row, _) => row.UMass)
            .Number("examples", rows, (row, _) => row.Examples.Count).ToDataFrame();
    }

    /// <summary>
    /// The shares of the topics in each group: columns "column", "group" (missing for the rows that have none), "rows", "topic", "name" and "share", which add
    /// up to 1 for a group. No rows where no column of groups was named.
    /// </summary>
    public static DataFrame GroupSharesToDataFrame(this TopicExamination examination)
    {
        ArgumentNullException.ThrowIfNull(examination);
        (string Column, TopicGroup Group, Topic Topic)[] rows =
        [
            .. from grouped in examination.Groups
               from @group in grouped.Groups
               from examined in examination.Topics
               select (grouped.ColumnName, @group, examined.Topic),
        ];
        Rows frame = new Rows().Text("column", rows, (row, _) => row.Column).Text("group", rows, (row, _) => row.Group.Name)
            .Number("rows", rows, (row, _) => row.Group.NumberOfRows);
        return AddShares(frame, rows, row => row.Topic, row => row.Group.Shares);
    }

    /// <summary>
    /// The shares of the topics in each period: columns "start", "end", "rows", "topic", "name" and "share", which add up to 1 for a period that has rows. No
    /// rows where no column of times was named.
    /// </summary>
    public static DataFrame PeriodSharesToDataFrame(this TopicExamination examination)
    {
        ArgumentNullException.ThrowIfNull(examination);
        (TopicPeriod Period, Topic Topic)[] rows =
        [
            .. from period in examination.Periods
               from examined in examination.Topics
               select (period, examined.Topic),
        ];
        Rows frame = new Rows().Time("start", rows, (row, _) => row.Period.Start).Time("end", rows, (row, _) => row.Period.End)
            .Number("rows", rows, (row, _) => row.Period.NumberOfRows);
        return AddShares(frame, rows, row => row.Topic, row => row.Period.Shares);
    }

    /// <summary>
    /// The rows that show each topic best, the best first: columns "topic", "name", "row", "id" (ML.NET's, as text), "share", "residual", "explained" and
    /// "text", which is missing where no column of texts was named.
    /// </summary>
    public static DataFrame ExamplesToDataFrame(this TopicExamination examination)
    {
        ArgumentNullException.ThrowIfNull(examination);
        return Told(examination, [.. examination.Topics.SelectMany(topic => topic.Examples)]);
    }

    /// <summary>
    /// The rows that the topics explain least, the largest residual first: columns as those of <see cref="ExamplesToDataFrame"/>. The topic is the one with the
    /// largest share in the row, missing where it has none.
    /// </summary>
    public static DataFrame LargestResidualsToDataFrame(this TopicExamination examination)
    {
        ArgumentNullException.ThrowIfNull(examination);
        return Told(examination, examination.LargestResiduals);
    }

    /// <summary>
    /// The pairs, the most similar first, and after them the topics that are in none: columns "first" and "second", of which one is missing for those, and
    /// "similarity".
    /// </summary>
    public static DataFrame ToDataFrame(this TopicComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        (int? First, int? Second, double? Similarity)[] rows =
        [
            .. comparison.Matches.Select(match => ((int?)match.First, (int?)match.Second, (double?)match.Similarity)),
            .. comparison.OnlyInFirst.Select(topic => ((int?)topic, (int?)null, (double?)null)),
            .. comparison.OnlyInSecond.Select(topic => ((int?)null, (int?)topic, (double?)null)),
        ];
        return new Rows().Number("first", rows, (row, _) => row.First).Number("second", rows, (row, _) => row.Second)
            .Real("similarity", rows, (row, _) => row.Similarity).ToDataFrame();
    }

    private static DataFrame AddShares<T>(Rows frame, IReadOnlyList<T> rows, Func<T, Topic> topic, Func<T, IReadOnlyList<double>> shares)
        => frame.Number("topic", rows, (row, _) => topic(row).Index).Text("name", rows, (row, _) => topic(row).Name)
            .Real("share", rows, (row, _) => shares(row)[topic(row).Index]).ToDataFrame();

    private static DataFrame Told(TopicExamination examination, IReadOnlyList<ExaminedRow> rows)
        => new Rows().Number("topic", rows, (row, _) => row.Topic < 0 ? null : row.Topic)
            .Text("name", rows, (row, _) => row.Topic < 0 ? null : examination.Topics[row.Topic].Topic.Name)
            .Number("row", rows, (row, _) => row.Row).Text("id", rows, (row, _) => row.Id.ToString()).Real("share", rows, (row, _) => row.Share)
            .Real("residual", rows, (row, _) => row.Residual).Real("explained", rows, (row, _) => row.Explained)
            .Text("text", rows, (row, _) => row.Text).ToDataFrame();
}
