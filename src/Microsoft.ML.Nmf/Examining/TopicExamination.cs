using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What topics are in some data: how coherent they are there, how much of it each has, which rows show them best, how they are shared out over groups and over
/// time, and what they leave unexplained. <see cref="NmfTransformer.Examine"/> and its like of the other models make it.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class TopicExamination
{
    internal TopicExamination()
    {
    }

    /// <summary>The number of rows that were read.</summary>
    public required long NumberOfRows { get; init; }

    /// <summary>The layer whose topics were examined; 0 for a model of one layer.</summary>
    public required int Layer { get; init; }

    /// <summary>The topics, in the order of the model.</summary>
    public required IReadOnlyList<ExaminedTopic> Topics { get; init; }

    /// <summary>The mean of the topics' <see cref="ExaminedTopic.Npmi"/>, without those that have none; NaN where no topic has one.</summary>
    public double MeanNpmi => MeanOf(topic => topic.Npmi);

    /// <summary>The mean of the topics' <see cref="ExaminedTopic.UMass"/>, without those that have none; NaN where no topic has one.</summary>
    public double MeanUMass => MeanOf(topic => topic.UMass);

    /// <summary>The mean residual of all rows; see <see cref="ExaminedRow.Residual"/>.</summary>
    public required double MeanResidual { get; init; }

    /// <summary>The rows that the topics explain least, the largest residual first: what is new, or what no topic is about.</summary>
    public required IReadOnlyList<ExaminedRow> LargestResiduals { get; init; }

    /// <summary>The shares of the topics by the values of each column of <see cref="Options.GroupColumnNames"/>, in their order.</summary>
    public required IReadOnlyList<GroupedTopics> Groups { get; init; }

    /// <summary>The shares of the topics over time, the earliest first; empty without a <see cref="Options.TimeColumnName"/>.</summary>
    public required IReadOnlyList<TopicPeriod> Periods { get; init; }

    /// <summary>The topics, the rows, the mean coherence and residual, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{InWords.Count(Topics.Count, "topic")} in {InWords.Count(NumberOfRows, "row")}, ")
        + string.Create(CultureInfo.InvariantCulture, $"mean NPMI {MeanNpmi:F3}, UMass {MeanUMass:F3}, residual {MeanResidual:F3}");

    private double MeanOf(Func<ExaminedTopic, double> measure)
        => Topics.Select(measure).Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();
}

/// <summary>A topic in some data.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record ExaminedTopic
{
    /// <summary>The topic, with the words that its coherence is of; its own prevalence is that in the training data.</summary>
    public required Topic Topic { get; init; }

    /// <summary>
    /// The topic's share of what the topics say about this data: its activations times its templates, summed over both, from 0 to 1; 0 for all where they say
    /// nothing.
    /// </summary>
    public required double Prevalence { get; init; }

    /// <summary>
    /// How coherent the topic is, by normalized pointwise mutual information: the mean over all pairs of its words of <c>log(p_ij / (p_i p_j)) / −log
    /// p_ij</c>, with p_ij the share of rows that have both words. About −1 to 1, larger for words that occur together, 0 for words that do not care for each
    /// other. gensim's c_npmi with whole documents: 1e-12 is added to p_ij. A pair of which one word is in no row, or both in every row, has 0; NaN for fewer
    /// than two words. (Röder, Both and Hinneburg, "Exploring the space of topic coherence measures", 2015,
    /// <see href="https://doi.org/10.1145/2684822.2685324"/>.)
    /// </summary>
    public required double Npmi { get; init; }

    /// <summary>
    /// How coherent the topic is, by the measure of the University of Massachusetts: the mean over all pairs of its words of <c>log(p_ij / p_j)</c>, with
    /// p_ij the share of rows that have both and j the heavier word. At most about 0, larger for words that occur together. gensim's u_mass: 1e-12 is added
    /// to p_ij. A pair whose heavier word is in no row has 0; NaN for fewer than two words. (Mimno, Wallach, Talley, Leenders and McCallum, "Optimizing
    /// semantic coherence in topic models", 2011, <see href="https://aclanthology.org/D11-1024"/>.)
    /// </summary>
    public required double UMass { get; init; }

    /// <summary>The rows of which the topic explains most, by <see cref="ExaminedRow.Explained"/>, the largest first.</summary>
    public required IReadOnlyList<ExaminedRow> Examples { get; init; }

    /// <summary>Its share of the data, its words and how coherent they are, in one line for people to read.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{InWords.Percent(Prevalence)}: {Topic}; NPMI {Npmi:F3}, UMass {UMass:F3}");
}

/// <summary>A row of the data.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record ExaminedRow
{
    // Of the text in a line about the row.
    private const int MostCharacters = 80;

    /// <summary>Its place in the view, from 0 on.</summary>
    public required long Row { get; init; }

    /// <summary>ML.NET's id of the row, which it keeps when rows before it are filtered out.</summary>
    public required DataViewRowId Id { get; init; }

    /// <summary>Its text; null without a <see cref="TopicExamination.Options.TextColumnName"/>.</summary>
    public required string? Text { get; init; }

    /// <summary>The topic that it is an example of, otherwise the one with the largest share in it; −1 where it has none.</summary>
    public required int Topic { get; init; }

    /// <summary>The share of <see cref="Topic"/> in the row's approximation: its activation times its templates, from 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>
    /// What the topics leave unexplained of a row x that they approximate by x̂: ‖x − x̂‖ / ‖x‖ for β = 2, from 0 to 1 but for rounding and penalties; for
    /// every other β D_β(x ‖ x̂) / D_β(x ‖ mean of x), the divergence that is left of that from the row's mean, above 1 where the mean says more about the
    /// row than the topics do. 0 for a row of zeros, and for β ≠ 2 for one of equal values.
    /// </summary>
    public required double Residual { get; init; }

    /// <summary>How much of the row the topic explains: <see cref="Share"/> times 1 − <see cref="Residual"/>, at least 0.</summary>
    public double Explained => Share * Math.Max(0, 1 - Residual);

    /// <summary>Its place, its topic, its residual and the first words of its text, in one line for people to read.</summary>
    public override string ToString()
    {
        string topic = Topic < 0 ? "no topic" : string.Create(CultureInfo.InvariantCulture, $"{InWords.Percent(Share)} topic {Topic}");
        string text = Text is null ? "" : $": {InWords.Line(Text, MostCharacters)}";
        return string.Create(CultureInfo.InvariantCulture, $"row {Row}, {topic}, residual {Residual:F3}{text}");
    }
}

/// <summary>The shares of topics by the values of a column.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record GroupedTopics
{
    /// <summary>The column.</summary>
    public required string ColumnName { get; init; }

    /// <summary>Its values that occur, ascending, keys by their number; last the rows that have none.</summary>
    public required IReadOnlyList<TopicGroup> Groups { get; init; }

    /// <summary>The column and how many groups there are, for people to read.</summary>
    public override string ToString() => $"{ColumnName}: {InWords.Count(Groups.Count, "group")}";
}

/// <summary>The shares of topics in the rows that have one value.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TopicGroup
{
    /// <summary>The value as text; of a key without values its number, from 1 on. Null for the rows whose value is missing.</summary>
    public required string? Name { get; init; }

    /// <summary>The number of rows.</summary>
    public required long NumberOfRows { get; init; }

    /// <summary>The share of each topic in these rows, as <see cref="ExaminedTopic.Prevalence"/>.</summary>
    public required IReadOnlyList<double> Shares { get; init; }

    /// <summary>The value, how many rows have it and their largest topic, for people to read.</summary>
    public override string ToString() => $"{Name ?? "(missing)"}: {InWords.Count(NumberOfRows, "row")}, {InWords.Largest(Shares)}";
}

/// <summary>The shares of topics in the rows of a time.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TopicPeriod
{
    /// <summary>Its first moment.</summary>
    public required DateTime Start { get; init; }

    /// <summary>The first moment after it; of the last of a number of bins its last moment.</summary>
    public required DateTime End { get; init; }

    /// <summary>The number of rows.</summary>
    public required long NumberOfRows { get; init; }

    /// <summary>The share of each topic in these rows, as <see cref="ExaminedTopic.Prevalence"/>; all 0 where there are none.</summary>
    public required IReadOnlyList<double> Shares { get; init; }

    /// <summary>When it was, how many rows are of then and their largest topic, for people to read.</summary>
    public override string ToString() => $"{DateOf(Start)} to {DateOf(End)}: {InWords.Count(NumberOfRows, "row")}, {InWords.Largest(Shares)}";

    // A period of the calendar begins and ends at midnight.
    private static string DateOf(DateTime time)
        => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
