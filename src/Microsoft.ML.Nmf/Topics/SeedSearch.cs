namespace Microsoft.ML.Nmf.Topics;

/// <summary>Finds the features that seed words name.</summary>
internal static class SeedSearch
{
    private const int MostNear = 3;

    /// <summary>The features of each topic's words, ascending, without repetitions.</summary>
    /// <param name="seeds">The topics.</param>
    /// <param name="names">The names of the features, or null.</param>
    /// <param name="column">The name of their column.</param>
    /// <param name="option">The option that the topics come from.</param>
    /// <param name="warn">Is told of words that are no features.</param>
    /// <exception cref="ArgumentOutOfRangeException">The features have no names, or none of a topic's words is one.</exception>
    public static int[][] Find(TopicSeeds seeds, IReadOnlyList<string>? names, string column, string option, Action<string> warn)
    {
        if (seeds.Count == 0)
            return [];
        if (names is null)
        {
            throw new ArgumentOutOfRangeException(option, column,
                $"{option} names words, but column '{column}' has no slot names that would tell which features they are. Make the column by "
                + "Text.ProduceTopicWords or another featurizer that names its slots, or give templates as InitialTemplates.");
        }

        var exact = names.Select((name, feature) => (name, feature)).ToLookup(pair => pair.name, pair => pair.feature);
        var alike = names.Select((name, feature) => (Form: FormOf(name), feature)).ToLookup(pair => pair.Form, pair => pair.feature);
        return [.. seeds.Select(topic => OfTopic(topic.Key, topic.Value))];

        int[] OfTopic(string topic, IReadOnlyList<string> words)
        {
            var missing = new List<string>();
            var found = new SortedSet<int>();
            foreach (string word in words)
            {
                int[] features = exact[word].Any() ? [.. exact[word]] : [.. alike[FormOf(word)]];
                found.UnionWith(features);
                if (features.Length == 0)
                    missing.Add(Describe(word, names));
            }

            if (found.Count == 0)
            {
                throw new ArgumentOutOfRangeException(option, topic,
                    $"No seed word of topic '{topic}' is a feature of column '{column}': {string.Join(", ", missing)}. Take words that its slots name.");
            }

            if (missing.Count > 0)
            {
                warn($"Of topic '{topic}' {(missing.Count == 1 ? "a seed word is no feature" : $"{missing.Count} seed words are no features")} "
                    + $"of column '{column}', and {(missing.Count == 1 ? "is" : "are")} left out: {string.Join(", ", missing)}.");
            }

            return [.. found];
        }
    }

    // What names that mean the same have in common: case, the strokes between the words of an n-gram, and the prefix that FeaturizeText gives words.
    private static string FormOf(string name)
    {
        const string prefix = "Word.";
        string bare = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        return string.Join(' ', bare.ToLowerInvariant().Split(['|', '_', ' '], StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Describe(string word, IReadOnlyList<string> names)
    {
        string form = FormOf(word);
        string[] near =
        [
            .. names.Select(name => (name, Distance: DistanceOf(form, FormOf(name)))).Where(pair => pair.Distance is not null)
                .OrderBy(pair => pair.Distance).Take(MostNear).Select(pair => $"'{pair.name}'"),
        ];
        return near.Length == 0 ? $"'{word}'" : $"'{word}' (near are {string.Join(", ", near)})";
    }

    // How many letters two words differ by; null where that is more than a third of the first, unless one of them begins with the other or is a word of it.
    private static int? DistanceOf(string word, string other)
    {
        bool isPart = other.StartsWith(word, StringComparison.Ordinal) || other.Split(' ').Contains(word)
            || (other.Length > 3 && word.StartsWith(other, StringComparison.Ordinal));
        int most = Math.Max(1, word.Length / 3);
        if (isPart)
            return Math.Abs(other.Length - word.Length);
        if (Math.Abs(other.Length - word.Length) > most)
            return null;
        int[] above = [.. Enumerable.Range(0, other.Length + 1)], row = new int[other.Length + 1];
        for (int i = 1; i <= word.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (word[i - 1] == other[j - 1] ? 0 : 1));
            (above, row) = (row, above);
        }

        return above[^1] <= most ? above[^1] : null;
    }
}
