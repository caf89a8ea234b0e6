using System.Globalization;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>The parts of what a model says about itself in one line, the same in every culture.</summary>
internal static class InWords
{
    /// <summary>A number of things: "1 topic", "5,210 features".</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="thing">The thing, in the singular.</param>
    public static string Count(long count, string thing) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {thing}{(count == 1 ? "" : "s")}");

    /// <summary>The topics of layers from the features on, the features and the examples: "24 → 4 topics over 5,210 features from 400 examples".</summary>
    /// <param name="templates">The templates of each layer.</param>
    /// <param name="numberOfExamples">The number of training examples.</param>
    public static string Size(IReadOnlyList<FactorMatrix> templates, int numberOfExamples)
    {
        IEnumerable<string> finer = templates.SkipLast(1).Select(layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Columns:N0} → "));
        return $"{string.Concat(finer)}{Count(templates[^1].Columns, "topic")} over {Count(templates[0].Rows, "feature")} "
            + $"from {Count(numberOfExamples, "example")}";
    }

    /// <summary>A share in whole per cent, of which 0 and 100 stand for none and all alone.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static string Percent(double share) => share switch
    {
        > 0 and < 0.01 => "< 1 %",
        > 0.99 and < 1 => "> 99 %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F0} %"),
    };

    /// <summary>The topic of the largest share, the first of several: "45 % topic 3"; "no topic" where none has any.</summary>
    /// <param name="shares">The share of each topic, from 0 to 1.</param>
    public static string Largest(IReadOnlyList<double> shares)
    {
        int topic = Enumerable.Range(0, shares.Count).MaxBy(k => shares[k]);
        return shares[topic] > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Percent(shares[topic])} topic {topic}") : "no topic";
    }

    /// <summary>A text on one line, cut short where it is long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="mostCharacters">The most characters of it.</param>
    public static string Line(string text, int mostCharacters)
    {
        string line = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= mostCharacters)
            return line;
        // No half of a surrogate pair is left behind.
        return line[..(char.IsHighSurrogate(line[mostCharacters - 1]) ? mostCharacters - 1 : mostCharacters)] + "…";
    }
}
