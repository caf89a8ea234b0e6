using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf;

/// <summary>Two topics of different models that were matched.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TopicMatch
{
    /// <summary>The index of the topic in the first model.</summary>
    public required int First { get; init; }

    /// <summary>The index of the topic in the second model.</summary>
    public required int Second { get; init; }

    /// <summary>The cosine of the two topics, from 0 for no common word to 1.</summary>
    public required double Similarity { get; init; }

    /// <summary>The two topics and how similar they are, for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First} ~ {Second}: {Similarity:F3}");
}

/// <summary>
/// How the topics of two models, of two seeds or of two layers correspond: topics are matched so that the similarities of the pairs have the largest sum.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TopicComparison
{
    private readonly double[,] _similarity;

    private TopicComparison(double[,] similarity)
    {
        _similarity = similarity;
        int[] partners = OptimalAssignment.Largest(similarity);
        IEnumerable<TopicMatch> matches = partners.Select((l, k) => new TopicMatch { First = k, Second = l, Similarity = l < 0 ? 0 : similarity[k, l] });
        Matches = [.. matches.Where(match => match.Second >= 0).OrderByDescending(match => match.Similarity).ThenBy(match => match.First)];
        MeanSimilarity = Matches.Average(match => match.Similarity);
        OnlyInFirst = [.. Enumerable.Range(0, similarity.GetLength(0)).Except(Matches.Select(match => match.First))];
        OnlyInSecond = [.. Enumerable.Range(0, similarity.GetLength(1)).Except(Matches.Select(match => match.Second))];
    }

    /// <summary>The pairs, the most similar first: as many as the set with fewer topics has.</summary>
    public IReadOnlyList<TopicMatch> Matches { get; }

    /// <summary>The mean similarity of the pairs, from 0 to 1. For models that differ in the seed alone it says how stable their topics are.</summary>
    public double MeanSimilarity { get; }

    /// <summary>The topics of the first that are in no pair, because the second has fewer.</summary>
    public IReadOnlyList<int> OnlyInFirst { get; }

    /// <summary>The topics of the second that are in no pair, because the first has fewer.</summary>
    public IReadOnlyList<int> OnlyInSecond { get; }

    /// <summary>Compares the topics of two models, or of layers of models.</summary>
    /// <param name="first">A model, or a layer of one.</param>
    /// <param name="second">Another one, of any number of topics.</param>
    /// <remarks>
    /// The similarity of two topics is the cosine of their templates over the features. Features are the same where their names are, and where names repeat the
    /// first is the same as the first and so on; a feature that only one has counts as 0 in the other. Where either has no names, the same place is the same
    /// feature. The pairs are an optimal assignment (Kuhn, "The Hungarian method for the assignment problem", 1955,
    /// <see href="https://doi.org/10.1002/nav.3800020109"/>).
    /// </remarks>
    /// <exception cref="ArgumentNullException">One of them is null.</exception>
    /// <exception cref="ArgumentException">Either has no names of features, and they differ in the number of features.</exception>
    public static TopicComparison Between(TopicSet first, TopicSet second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        FactorMatrix left = first.Components, right = second.Components;
        if (first.FeatureNames is { } names && second.FeatureNames is { } otherNames)
            return new(TopicMeasures.Cosines(left, right, Align(names, otherNames)));
        if (left.Rows != right.Rows)
        {
            throw new ArgumentException($"The first has {left.Rows} features and the second {right.Rows}, and without names of features in both, nothing "
                + "says which are the same. Train both on a column with slot names, or on the same column.", nameof(second));
        }

        return new(TopicMeasures.Cosines(left, right, [.. Enumerable.Range(0, right.Rows)]));
    }

    /// <summary>The similarity of every topic of the first with every topic of the second.</summary>
    public double[,] GetSimilarity() => (double[,])_similarity.Clone();

    /// <summary>How many pairs there are, and how similar they are, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{InWords.Count(Matches.Count, "pair")} of {_similarity.GetLength(0)} and {InWords.Count(_similarity.GetLength(1), "topic")}, ")
        + string.Create(CultureInfo.InvariantCulture, $"mean similarity {MeanSimilarity:F3}");

    // For each of the second names the place of its like among the first, −1 where there is none.
    private static int[] Align(IReadOnlyList<string> first, IReadOnlyList<string> second)
    {
        var places = new Dictionary<string, Queue<int>>();
        for (int j = 0; j < first.Count; j++)
        {
            if (!places.TryGetValue(first[j], out Queue<int>? same))
                places.Add(first[j], same = new Queue<int>(1));
            same.Enqueue(j);
        }

        return [.. second.Select(name => places.TryGetValue(name, out Queue<int>? same) && same.Count > 0 ? same.Dequeue() : -1)];
    }
}
