namespace Microsoft.ML.Nmf.Streaming;

/// <summary>A row of a sample, in the unit of the data.</summary>
/// <param name="Weight">How often it counts.</param>
/// <param name="Features">The features of its entries, ascending.</param>
/// <param name="Values">Their values.</param>
internal sealed record SampledRow(float Weight, int[] Features, float[] Values);
