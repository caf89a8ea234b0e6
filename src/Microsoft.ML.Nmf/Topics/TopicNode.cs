namespace Microsoft.ML.Nmf;

/// <summary>A topic in a hierarchy, with the finer topics that belong to it more than to any other.</summary>
/// <param name="Layer">The layer, from 0 for the one next to the features.</param>
/// <param name="Topic">The topic, by the words that weigh most in it.</param>
/// <param name="Prevalence">Its share of what the layer says about the training data, from 0 to 1.</param>
/// <param name="Children">The finer topics, most prevalent first.</param>
public sealed record TopicNode(int Layer, Topic Topic, double Prevalence, IReadOnlyList<TopicNode> Children);
