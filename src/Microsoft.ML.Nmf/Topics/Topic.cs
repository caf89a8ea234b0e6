using System.Diagnostics;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf;

/// <summary>A word of a topic.</summary>
public sealed record TopicWord
{
    /// <summary>The name of the feature; "slot 7" where the model has no names.</summary>
    public required string Word { get; init; }

    /// <summary>The slot of the feature in the input column.</summary>
    public required int Feature { get; init; }

    /// <summary>Its entry in the topic's column of the templates, above 0.</summary>
    public required float Weight { get; init; }
}

/// <summary>A component of a factorization, by the features that weigh most in it.</summary>
[DebuggerDisplay("{Index}: {ToString(),nq}")]
public sealed record Topic
{
    private const int WordsOfName = 3;
    private const int MostWordsOfName = 10;

    /// <summary>The slot of the component in the activations.</summary>
    public required int Index { get; init; }

    /// <summary>Its words, heaviest first.</summary>
    public required IReadOnlyList<TopicWord> Words { get; init; }

    /// <summary>The words alone, for people to read.</summary>
    public override string ToString() => string.Join(", ", Words.Select(word => word.Word));

    /// <summary>The heaviest features of every column of templates; of equal ones the first. Columns with fewer positive entries have fewer words.</summary>
    /// <param name="templates">W, m × r.</param>
    /// <param name="featureNames">The names of the m features, or null.</param>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    internal static Topic[] Read(FactorMatrix templates, IReadOnlyList<string>? featureNames, int wordsPerTopic)
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
                words[i] = new TopicWord { Word = NameOf(featureNames, feature), Feature = feature, Weight = templates.Row(feature)[k] };
            }

            topics[k] = new Topic { Index = k, Words = words };
        }

        return topics;
    }

    /// <summary>
    /// Names for the slots of activations, all different: the first words of each topic, more of them where those of several coincide, and a number
    /// where they still do or there is no word. Null where the features have no names.
    /// </summary>
    internal static string[]? SlotNames(FactorMatrix templates, IReadOnlyList<string>? featureNames)
    {
        if (featureNames is null)
            return null;
        string[] shortest = [.. Read(templates, featureNames, WordsOfName).Select(topic => topic.ToString())];
        string[] names = [.. shortest];
        if (UniqueNames.FindTwins(names).Length == 0)
            return UniqueNames.Of(names, "topic");
        Topic[] topics = Read(templates, featureNames, MostWordsOfName);
        for (int words = WordsOfName + 1; words <= MostWordsOfName; words++)
        {
            foreach (int k in UniqueNames.FindTwins(names))
                names[k] = string.Join(", ", topics[k].Words.Take(words).Select(word => word.Word));
        }

        // Many words that do not tell topics apart only make names long.
        foreach (int k in UniqueNames.FindTwins(names))
            names[k] = shortest[k];
        return UniqueNames.Of(names, "topic");
    }

    private static string NameOf(IReadOnlyList<string>? names, int feature)
        => names is not null && names[feature].Length > 0 ? names[feature] : $"slot {feature}";
}
