namespace Microsoft.ML.Nmf.Topics;

/// <summary>Reads topics off templates.</summary>
internal static class TopicReader
{
    /// <summary>The heaviest features of every column; of equal ones the first. Columns with fewer positive entries have fewer words.</summary>
    /// <param name="templates">W, m × r.</param>
    /// <param name="featureNames">The names of the m features, or null.</param>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    public static Topic[] Read(FactorMatrix templates, IReadOnlyList<string>? featureNames, int wordsPerTopic)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wordsPerTopic, 1);
        var topics = new Topic[templates.Columns];
        for (int k = 0; k < topics.Length; k++)
        {
            var heaviest = new PriorityQueue<int, (float Weight, int Reverse)>();
            for (int j = 0; j < templates.Rows; j++)
            {
                float weight = templates.Row(j)[k];
                if (weight <= 0)
                    continue;
                heaviest.Enqueue(j, (weight, -j));
                if (heaviest.Count > wordsPerTopic)
                    heaviest.Dequeue();
            }

            var words = new TopicWord[heaviest.Count];
            for (int i = words.Length - 1; i >= 0; i--)
            {
                int feature = heaviest.Dequeue();
                words[i] = new TopicWord(NameOf(featureNames, feature), feature, templates.Row(feature)[k]);
            }

            topics[k] = new Topic(k, words);
        }

        return topics;
    }

    private static string NameOf(IReadOnlyList<string>? names, int feature)
        => names is not null && names[feature].Length > 0 ? names[feature] : $"slot {feature}";
}
