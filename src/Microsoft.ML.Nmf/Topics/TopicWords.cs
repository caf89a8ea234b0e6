using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Topics;

/// <summary>Finds the words of topics.</summary>
internal static class TopicWords
{
    /// <summary>
    /// The most relevant features of every column of templates; of equal ones the heavier, then the first. Columns with fewer positive entries have fewer
    /// words.
    /// </summary>
    /// <param name="templates">V, m × r.</param>
    /// <param name="featureNames">The names of the m features, or null.</param>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <param name="relevance">λ, from 0 to 1.</param>
    /// <param name="activationSums">The sum of each component's activations over the training data; not needed at λ = 1.</param>
    public static TopicWord[][] Read(
        FactorMatrix templates, IReadOnlyList<string>? featureNames, int wordsPerTopic, double relevance = 1, double[]? activationSums = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wordsPerTopic, 1);
        var measure = new WordRelevance(templates, relevance, activationSums ?? []);
        var topics = new TopicWord[templates.Columns][];
        for (int k = 0; k < topics.Length; k++)
        {
            var best = new PriorityQueue<int, (double Relevance, float Weight, int Reverse)>();
            for (int j = 0; j < templates.Rows; j++)
            {
                float weight = templates.Row(j)[k];
                if (weight <= 0)
                    continue;
                // At λ = 1 relevance rises with the weight, whose logarithm need not be taken to compare.
                best.Enqueue(j, (relevance == 1 ? 0 : measure.Of(j, k), weight, -j));
                if (best.Count > wordsPerTopic)
                    best.Dequeue();
            }

            topics[k] = new TopicWord[best.Count];
            for (int i = topics[k].Length - 1; i >= 0; i--)
            {
                int j = best.Dequeue();
                topics[k][i] = new TopicWord { Word = NameOf(featureNames, j), Feature = j, Weight = templates.Row(j)[k], Relevance = measure.Of(j, k) };
            }
        }

        return topics;
    }

    /// <summary>Words as people read them.</summary>
    public static string Join(IEnumerable<TopicWord> words) => string.Join(", ", words.Select(word => word.Word));

    private static string NameOf(IReadOnlyList<string>? names, int feature)
        => names is not null && names[feature].Length > 0 ? names[feature] : $"slot {feature}";
}

/// <summary>
/// Sievert and Shirley's relevance of a word to a topic, λ log φ_kw + (1 − λ) log(φ_kw / p_w): φ_kw is the word's share of the topic's templates, and p_w its
/// share of everything, the φ of all topics weighted by their prevalence. A word that only topics without prevalence have has p_w = φ_kw.
/// </summary>
internal sealed class WordRelevance
{
    private readonly FactorMatrix _templates;
    private readonly double _lambda;
    private readonly double[] _topicSums;
    private readonly double[] _overall;

    /// <summary>The relevance of the words of templates.</summary>
    /// <param name="templates">V, m × r.</param>
    /// <param name="lambda">λ, from 0 to 1.</param>
    /// <param name="activationSums">The sum of each component's activations over the training data; not needed at λ = 1.</param>
    public WordRelevance(FactorMatrix templates, double lambda, double[] activationSums)
    {
        _templates = templates;
        _lambda = lambda;
        _topicSums = templates.ColumnMagnitudes();
        _overall = lambda == 1 ? [] : OverallShares(templates, activationSums);
    }

    /// <summary>The relevance of a word that weighs more than 0 in a topic.</summary>
    public double Of(int word, int topic)
    {
        double inTopic = _templates.Row(word)[topic] / _topicSums[topic];
        if (_lambda == 1)
            return Math.Log(inTopic);
        double lift = _overall[word] > 0 ? Math.Log(inTopic) - Math.Log(_overall[word]) : 0;
        return _lambda * Math.Log(inTopic) + (1 - _lambda) * lift;
    }

    /// <summary>p_w of every word: φ_kw times the prevalence of topic k is V_wk times the sum of its activations, but for the total.</summary>
    public static double[] OverallShares(FactorMatrix templates, double[] activationSums)
    {
        var shares = new double[templates.Rows];
        for (int j = 0; j < shares.Length; j++)
        {
            ReadOnlySpan<float> weights = templates.Row(j);
            for (int k = 0; k < weights.Length; k++)
                shares[j] += Math.Max(weights[k], 0) * activationSums[k];
        }

        return Proportions.Of(shares);
    }
}
