namespace Microsoft.ML.Nmf.Topics;

/// <summary>Names for topics, all different and never blank, which are the slot names of their activations.</summary>
internal static class TopicNames
{
    private const int WordsOfName = 3;
    private const int MostWordsOfName = 10;

    /// <summary>
    /// The first words of each topic, more of them where those of several coincide, and a number where they still do or there is no word; numbers alone where
    /// the features have no names.
    /// </summary>
    /// <param name="templates">V, m × r.</param>
    /// <param name="featureNames">The names of the m features, or null.</param>
    public static string[] Of(FactorMatrix templates, IReadOnlyList<string>? featureNames)
    {
        if (featureNames is null)
            return UniqueNames.Of([.. Enumerable.Repeat("", templates.Columns)], "topic");
        string[] shortest = [.. TopicWords.Read(templates, featureNames, WordsOfName).Select(TopicWords.Join)];
        string[] names = [.. shortest];
        if (UniqueNames.FindTwins(names).Length == 0)
            return UniqueNames.Of(names, "topic");
        TopicWord[][] topics = TopicWords.Read(templates, featureNames, MostWordsOfName);
        for (int words = WordsOfName + 1; words <= MostWordsOfName; words++)
        {
            foreach (int k in UniqueNames.FindTwins(names))
                names[k] = TopicWords.Join(topics[k].Take(words));
        }

        // Many words that do not tell topics apart only make names long.
        foreach (int k in UniqueNames.FindTwins(names))
            names[k] = shortest[k];
        return UniqueNames.Of(names, "topic");
    }

    /// <summary>Given names before others: one of the others that is taken gets the topic's number.</summary>
    /// <param name="names">A name for each topic.</param>
    /// <param name="given">What topics were called instead; null for those that were not.</param>
    public static string[] Replace(string[] names, string?[] given)
    {
        string[] replaced = [.. names];
        var taken = new HashSet<string>(given.OfType<string>());
        for (int k = 0; k < replaced.Length; k++)
        {
            if (given[k] is { } name)
            {
                replaced[k] = name;
                continue;
            }

            while (!taken.Add(replaced[k]))
                replaced[k] += $" (topic {k})";
        }

        return replaced;
    }
}
