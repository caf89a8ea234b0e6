using System.Text.RegularExpressions;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Vocabulary and weights of texts by the definitions alone, in double.</summary>
internal static partial class NaiveWords
{
    /// <summary>The words that are no stop words, from as many texts as asked for to as large a share of them, by their codes.</summary>
    public static string[] Vocabulary(IReadOnlyList<string> texts, IEnumerable<string> stopWords, int fewest, double share)
    {
        string[][] tokens = [.. texts.Select(Tokens)];
        return [.. tokens.SelectMany(t => t).Distinct()
            .Where(word => word.Length > 1 && word.Any(char.IsLetter) && !stopWords.Contains(word))
            .Where(word => tokens.Count(t => t.Contains(word)) is int n && n >= fewest && n <= share * texts.Count)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Occurrences × ln(texts / texts with the word), each text scaled to length 1.</summary>
    public static double[][] Weights(IReadOnlyList<string> texts, IReadOnlyList<string> vocabulary)
    {
        string[][] tokens = [.. texts.Select(Tokens)];
        double[] rarity = [.. vocabulary.Select(word => Math.Log((double)texts.Count / tokens.Count(t => t.Contains(word))))];
        return [.. tokens.Select(t =>
        {
            double[] row = [.. vocabulary.Select((word, j) => t.Count(other => other == word) * rarity[j])];
            double length = Math.Sqrt(row.Sum(v => v * v));
            return length > 0 ? row.Select(v => v / length).ToArray() : row;
        })];
    }

    private static string[] Tokens(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    [GeneratedRegex(@"[\p{L}\p{Nd}\p{M}]+")]
    private static partial Regex Word();
}
