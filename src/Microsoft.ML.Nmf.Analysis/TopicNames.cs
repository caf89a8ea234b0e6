namespace Microsoft.ML.Nmf.Analysis;

/// <summary>What topics are called in a data frame.</summary>
internal static class TopicNames
{
    /// <summary>The names of the slots of the activations; "topic 0" and so on where features have no names.</summary>
    /// <param name="templates">The topics over the features.</param>
    /// <param name="featureNames">The names of the features, or null.</param>
    public static string[] Of(FactorMatrix templates, IReadOnlyList<string>? featureNames)
        => Topic.SlotNames(templates, featureNames) ?? [.. Enumerable.Range(0, templates.Columns).Select(topic => $"topic {topic}")];
}
