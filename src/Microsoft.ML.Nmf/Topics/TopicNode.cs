using System.Diagnostics;
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

    /// <summary>Its share of what the layer says about the training data, from 0 to 1.</summary>
    public required double Prevalence { get; init; }

    /// <summary>The finer topics, most prevalent first.</summary>
    public required IReadOnlyList<TopicNode> Children { get; init; }

    /// <summary>Its share, its words, and how many finer topics it has, for people to read.</summary>
    public override string ToString()
        => $"{InWords.Percent(Prevalence)}: {Topic}{(Children.Count == 0 ? "" : $" ({InWords.Count(Children.Count, "finer topic")})")}";

    /// <summary>The topics of the deepest of several layers, with all below them.</summary>
    internal static TopicNode[] Read(IReadOnlyList<TopicLayer> layers, int wordsPerTopic)
    {
        TopicNode[] nodes = [];
        foreach (TopicLayer layer in layers)
        {
            IReadOnlyList<double> prevalence = layer.GetPrevalence();
            ILookup<int, TopicNode> children = nodes.ToLookup(node => layer.ParentOf(node.Topic.Index));
            nodes =
            [
                .. layer.GetTopics(wordsPerTopic).Select(topic => new TopicNode
                {
                    Layer = layer.Index,
                    Topic = topic,
                    Prevalence = prevalence[topic.Index],
                    Children = [.. Sorted(children[topic.Index])],
                }),
            ];
        }

        return [.. Sorted(nodes)];
    }

    private static IEnumerable<TopicNode> Sorted(IEnumerable<TopicNode> nodes)
        => nodes.OrderByDescending(node => node.Prevalence).ThenBy(node => node.Topic.Index);
}
