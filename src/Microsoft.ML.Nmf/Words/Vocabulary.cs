using System.Globalization;

namespace Microsoft.ML.Nmf.Words;

/// <summary>Chooses words by the number of texts in which they occur.</summary>
internal static class Vocabulary
{
    /// <summary>The words that are neither rare nor frequent nor stop words, by their character codes.</summary>
    /// <exception cref="InvalidOperationException">There are no texts, or no word is left.</exception>
    public static List<WordDocuments> Choose(WordCount count, TopicWordsEstimator.Options options, StopWordFilter filter, string column)
    {
        double most = options.MaximumDocumentShare * count.Documents;
        List<WordDocuments> words = filter.Remove(count.Words.Where(word => word.Documents >= options.MinimumDocuments && word.Documents <= most));
        if (words.Count == 0)
            throw new InvalidOperationException($"{Describe(count, column)} {Advise(count, options, filter)}");
        words.Sort((a, b) => string.CompareOrdinal(a.Word, b.Word));
        if (words.Count <= options.MaximumNumberOfWords || options.MaximumNumberOfWords is not { } limit)
            return words;
        // The order of equal ones is kept.
        HashSet<WordDocuments> kept = [.. words.OrderByDescending(word => word.Documents).Take(limit)];
        return words.FindAll(kept.Contains);
    }

    private static string Describe(WordCount count, string column)
        => string.Create(CultureInfo.InvariantCulture, $"No word of the {count.Documents:N0} texts in column '{column}' is left to make topics of.");

    // What would leave a word.
    private static string Advise(WordCount count, TopicWordsEstimator.Options options, StopWordFilter filter)
    {
        if (count.Documents == 0)
            return "Give data with rows.";
        int[] documents = [.. filter.Remove(count.Words).Select(word => word.Documents)];
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
