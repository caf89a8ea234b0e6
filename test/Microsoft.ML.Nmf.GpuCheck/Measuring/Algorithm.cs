using System.Collections.Immutable;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>What is timed.</summary>
/// <param name="Key">Its name on the command line and in the yardstick's file.</param>
/// <param name="Label">Its name in the table.</param>
/// <param name="Beta">β.</param>
internal sealed record Algorithm(string Key, string Label, double Beta)
{
    /// <summary>All of them, in the order of the table.</summary>
    public static ImmutableArray<Algorithm> All { get; } =
    [
        new("cd", "coordinate descent", 2),
        new("mu", "multiplicative updates", 2),
        new("anls", "exact least squares", 2),
        new("kl", "multiplicative updates", 1),
        new("half", "multiplicative updates", 0.5),
        new("deep", "deep, all layers", 2),
        new("deep-kl", "deep, all layers", 1),
        new("neural", "neural, an epoch", 2),
    ];

    /// <summary>Whether it solves non-negative least squares row by row.</summary>
    public bool IsExact => Key is "anls" or "neural";

    /// <summary>The one with a key.</summary>
    public static Algorithm Of(string key)
        => All.FirstOrDefault(algorithm => algorithm.Key == key) ?? throw new ArgumentException($"There is no algorithm {key}.");

    /// <summary>The ranks of its layers for a widest rank, in the proportions 50, 20, 8.</summary>
    public IReadOnlyList<int> RanksOf(int rank)
        => Key.StartsWith("deep", StringComparison.Ordinal) || Key == "neural" ? [rank, Math.Max(2 * rank / 5, 2), Math.Max(4 * rank / 25, 2)] : [rank];
}
