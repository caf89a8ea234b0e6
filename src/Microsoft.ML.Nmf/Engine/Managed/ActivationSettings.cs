namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>How the activations of a new example are found.</summary>
/// <param name="Beta">β of the divergence.</param>
/// <param name="L1">Weight of the sum of the activations, at least 0.</param>
/// <param name="L2">Weight of half the sum of their squares, at least 0.</param>
/// <param name="MaximumNumberOfIterations">The most multiplicative updates of a row, at least 1; β ≠ 2 only.</param>
/// <param name="Tolerance">
/// A row is done when an update changes no activation by more than this share of the largest; β ≠ 2 only.
/// </param>
internal readonly record struct ActivationSettings(double Beta, float L1, float L2, int MaximumNumberOfIterations, float Tolerance);
