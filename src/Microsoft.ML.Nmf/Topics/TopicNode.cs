using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

/// <summary>A topic in a hierarchy, with the finer topics that belong to it more than to any other.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TopicNode
{
    /// <summary>The layer, from 0 for the one next to the features.</summary>
    public required int Layer { get; init; }

    /// <summary>The topic, by the words that weigh most in it.</summary>
    public required Topic Topic { get; init; }

    /// <summary>
    /// Its share of what the deepest layer says about the training data, from 0 to 1: all topics of that layer together have 1, and a finer topic has what it
    /// brings to the one above it, so that those below a topic never have more than it has. What a finer topic brings to others besides does not count; all
    /// that it has in its layer is in <see cref="TopicSet.GetPrevalence"/>.
    /// </summary>
    public required double Prevalence { get; init; }

    /// <summary>The finer topics, most prevalent first.</summary>
    public required IReadOnlyList<TopicNode> Children { get; init; }

    /// <summary>Its share, its words, and how many finer topics it has, for people to read.</summary>
    public override string ToString()
        => $"{InWords.Percent(Prevalence)}: {Topic}{(Children.Count == 0 ? "" : $" ({InWords.Count(Children.Count, "finer topic")})")}";

    /// <summary>Topics of one layer, most prevalent first.</summary>
    internal static TopicNode[] Read(TopicSet topics, int wordsPerTopic)
        => [.. Sorted(topics.GetTopics(wordsPerTopic).Select(topic => new TopicNode { Layer = 0, Topic = topic, Prevalence = topic.Prevalence, Children = [] }))];

    /// <summary>The topics of the deepest of several layers, with all below them that have a share to speak of.</summary>
    internal static TopicNode[] Read(IReadOnlyList<TopicLayer> layers, int wordsPerTopic, double minimumPrevalence)
    {
        if (minimumPrevalence is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(minimumPrevalence), minimumPrevalence, string.Create(CultureInfo.InvariantCulture,
                $"{nameof(minimumPrevalence)} is {minimumPrevalence}, but must be from 0 to below 1."));
        }

        IReadOnlyList<Topic>[] topics = [.. layers.Select(layer => layer.GetTopics(wordsPerTopic))];
        ILookup<int, int>[] below =
            [.. layers.Select((layer, i) => Enumerable.Range(0, i == 0 ? 0 : layers[i - 1].Rank).ToLookup(layer.ParentOf))];
        return Make(layers.Count - 1, layers[^1].GetPrevalence().Select((prevalence, k) => (k, prevalence)));

        TopicNode[] Make(int layer, IEnumerable<(int Index, double Prevalence)> those)
            => [.. Sorted(those.Where(one => one.Prevalence >= minimumPrevalence).Select(one =>
            {
                double[] shares = layers[layer].SharesIn(one.Index);
                var node = new TopicNode
                {
                    Layer = layer,
                    Topic = topics[layer][one.Index],
                    Prevalence = one.Prevalence,
                    Children = Make(layer - 1, below[layer][one.Index].Select(finer => (finer, one.Prevalence * shares[finer]))),
                };
                return minimumPrevalence > 0 ? node.WithoutEcho() : node;
            }))];
    }

    // A topic that is made of one finer topic of the same words says nothing that the finer one does not.
    private TopicNode WithoutEcho()
        => Children is [var only] && only.Topic.Words.Select(word => word.Feature).ToHashSet().SetEquals(Topic.Words.Select(word => word.Feature))
            ? this with { Children = only.Children }
            : this;

    private static IEnumerable<TopicNode> Sorted(IEnumerable<TopicNode> nodes)
        => nodes.OrderByDescending(node => node.Prevalence).ThenBy(node => node.Topic.Index);
}
