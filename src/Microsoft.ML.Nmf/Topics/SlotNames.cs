namespace Microsoft.ML.Nmf.Topics;

/// <summary>Names for the slots of activations.</summary>
internal static class SlotNames
{
    private const int Words = 3;

    /// <summary>The first words of each topic; null where the features have no names.</summary>
    public static string[]? Of(FactorMatrix templates, IReadOnlyList<string>? featureNames)
        => featureNames is null ? null : [.. TopicReader.Read(templates, featureNames, Words).Select(topic => topic.ToString())];
}
