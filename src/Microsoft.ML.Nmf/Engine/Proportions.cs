namespace Microsoft.ML.Nmf.Engine;

/// <summary>Parts of a whole.</summary>
internal static class Proportions
{
    /// <summary>Each part over the sum of all; all 0 where that is 0.</summary>
    /// <param name="parts">The parts, at least 0.</param>
    public static double[] Of(double[] parts)
    {
        double total = parts.Sum();
        return [.. parts.Select(part => total > 0 ? part / total : 0)];
    }
}
