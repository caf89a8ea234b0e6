using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

/// <summary>What a coarse topic takes from a finer one.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TopicLink
{
    /// <summary>The index of the finer topic in the layer before.</summary>
    public required int Topic { get; init; }

    /// <summary>Its share of the coarse topic's words, by weight, from 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The share and the finer topic, for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{InWords.Percent(Share)} topic {Topic}");
}

/// <summary>A layer of a fitted factorization in several layers.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TopicLayer : TopicSet
{
    private readonly TopicLayer? _before;

    internal TopicLayer(int index, FactorMatrix templates, TopicLayer? before, IReadOnlyList<string>? featureNames, ActivationMoments moments)
        : base(templates.Columns, () => before is null ? templates : before.EffectiveTemplates.Multiply(templates), featureNames, moments)
    {
        Index = index;
        Templates = templates;
        _before = before;
    }

    /// <summary>Which layer it is, from 0 for the one next to the features.</summary>
    public int Index { get; }

    /// <summary>
    /// The layer's templates, W_i in a deep and A_i in a neural factorization: features × rank in layer 0, rank of the layer before × rank in every
    /// other.
    /// </summary>
    public FactorMatrix Templates { get; }

    /// <summary>
    /// V_i, features × rank: the layer's components over the features. The product of the templates from layer 0 to this one, W_0 W_1 … W_i or A_0
    /// A_1 … A_i.
    /// </summary>
    public FactorMatrix EffectiveTemplates => Components;

    /// <summary>Which topics of the layer before make up a topic of this one, and how much: heaviest first, without those that have no part.</summary>
    /// <param name="topic">The topic, from 0 to <see cref="TopicSet.Rank"/> − 1.</param>
    /// <returns>The links, whose shares add up to 1; none in the first layer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such topic.</exception>
    public IReadOnlyList<TopicLink> GetLinks(int topic)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(topic);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(topic, Rank);
        IEnumerable<TopicLink> links = SharesIn(topic).Select((share, l) => new TopicLink { Topic = l, Share = share });
        return [.. links.Where(link => link.Share > 0).OrderByDescending(link => link.Share).ThenBy(link => link.Topic)];
    }

    /// <summary>Which layer it is, and how many topics it makes of what, for people to read.</summary>
    public override string ToString()
        => $"Layer {Index}: {InWords.Count(Rank, "topic")} of {InWords.Count(Templates.Rows, _before is null ? "feature" : "topic")}";

    /// <summary>The share of each topic of the layer before in one of this layer; none in the first layer. All 0 for a topic of nothing.</summary>
    internal double[] SharesIn(int topic)
    {
        if (_before is null)
            return [];
        return Proportions.Of([.. _before.ComponentSums.Select((sum, l) => sum * Templates[l, topic])]);
    }

    // The topic of this layer that brings most of a finer one about in the training data.
    internal int ParentOf(int finer)
        => Enumerable.Range(0, Rank).MaxBy(k => Moments.Sums[k] * Templates[finer, k]);
}
