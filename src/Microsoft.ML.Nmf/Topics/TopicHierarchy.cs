namespace Microsoft.ML.Nmf.Topics;

/// <summary>Arranges the topics of several layers as a tree.</summary>
internal static class TopicHierarchy
{
    /// <summary>The topics of the deepest layer with all below them.</summary>
    public static TopicNode[] Read(IReadOnlyList<TopicLayer> layers, int wordsPerTopic)
    {
        TopicNode[] nodes = [];
        for (int i = 0; i < layers.Count; i++)
        {
            TopicLayer layer = layers[i];
            IReadOnlyList<double> prevalence = layer.GetPrevalence();
            ILookup<int, TopicNode> children = nodes.ToLookup(node => layer.ParentOf(node.Topic.Index));
            nodes = [.. layer.GetTopics(wordsPerTopic).Select(topic => new TopicNode(i, topic, prevalence[topic.Index], [.. Sorted(children[topic.Index])]))];
        }

        return [.. Sorted(nodes)];
    }

    private static IEnumerable<TopicNode> Sorted(IEnumerable<TopicNode> nodes) => nodes.OrderByDescending(node => node.Prevalence).ThenBy(node => node.Topic.Index);
}
