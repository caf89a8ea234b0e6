using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>The largest factors that a model may have, whichever engine trains it.</summary>
internal static class SizeLimits
{
    /// <summary>
    /// The most components of a layer. The Gram matrix of transforming then takes 8 · 8192² bytes, 512 MiB, and the solver of each cursor as much; a row
    /// whose activations are all positive takes 10¹¹ operations.
    /// </summary>
    public const int MostComponents = 8192;

    /// <summary>
    /// Whether the transposed factor fits one array too, rows and columns rounded up to whole vectors; the factor itself then does as well.
    /// </summary>
    public static bool Holds(int rows, int components)
        => components <= MostComponents
            && ((long)rows + ManagedFactor.Lane) * ManagedFactor.Padded(components) <= Array.MaxLength - ManagedFactor.Lane;
}
