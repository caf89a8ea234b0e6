namespace Microsoft.ML.Nmf;

/// <summary>What a coarse topic takes from a finer one.</summary>
/// <param name="Topic">The index of the finer topic in the layer before.</param>
/// <param name="Share">Its share of the coarse topic's words, by weight, from 0 to 1.</param>
public sealed record TopicLink(int Topic, double Share);
