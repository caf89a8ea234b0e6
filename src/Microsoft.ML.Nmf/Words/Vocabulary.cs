using System.Globalization;

namespace Microsoft.ML.Nmf.Words;

/// <summary>Chooses words by the number of texts in which they occur.</summary>
internal static class Vocabulary
{
    /// <summary>The words that are neither rare nor frequent nor stop words, in the order in which they first occur.</summary>
    /// <exception cref="InvalidOperationException">There are no texts, or no word is left.</exception>
    public static List<string> Choose(WordCount count, TopicWordsEstimator.Options options, StopWordFilter filter, string column)
    {
        double most = options.MaximumDocumentShare * count.Documents;
        List<string> words = filter.Remove(count.Words.Where(w => w.Documents >= options.MinimumDocuments && w.Documents <= most).Select(w => w.Word));
        if (words.Count == 0)
            throw new InvalidOperationException($"{Describe(count, column)} {Advise(count, options, filter)}");
        if (words.Count <= options.MaximumNumberOfWords || options.MaximumNumberOfWords is not { } limit)
            return words;
        Dictionary<string, int> documents = count.Words.ToDictionary(w => w.Word, w => w.Documents);
        HashSet<string> kept = [.. words.OrderByDescending(word => documents[word]).ThenBy(word => word, StringComparer.Ordinal).Take(limit)];
        return words.FindAll(kept.Contains);
    }

    private static string Describe(WordCount count, string column)
        => string.Create(CultureInfo.InvariantCulture, $"No word of the {count.Documents:N0} texts in column '{column}' is left to make topics of.");

    // What would leave a word.
    private static string Advise(WordCount count, TopicWordsEstimator.Options options, StopWordFilter filter)
    {
        if (count.Documents == 0)
            return "Give data with rows.";
        HashSet<string> telling = [.. filter.Remove(count.Words.Select(w => w.Word))];
        int[] documents = [.. count.Words.Where(w => telling.Contains(w.Word)).Select(w => w.Documents)];
        if (documents.Length == 0)
        {
            return count.Words.Any()
                ? "They have none but stop words. Give other texts, or set Language to null and StopWords to none to keep them."
                : "They have no word of letters, and more than one. Give other texts, or name another column.";
        }

        double most = options.MaximumDocumentShare * count.Documents;
        int[] few = [.. documents.Where(d => d <= most)];
        if (few.Length > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"None occurs in {options.MinimumDocuments} or more of them and in a share of ")
                + string.Create(CultureInfo.InvariantCulture, $"{options.MaximumDocumentShare} of them at most. Set MinimumDocuments to {few.Max()} or less, ")
                + "or give more texts.";
        }

        string fewer = documents.Max() < options.MinimumDocuments ? $" and MinimumDocuments to {documents.Max()} or less" : "";
        return string.Create(CultureInfo.InvariantCulture, $"Every word occurs in more than a share of {options.MaximumDocumentShare} of them. ")
            + $"Set MaximumDocumentShare to 1{fewer}, or give more texts.";
    }
}
