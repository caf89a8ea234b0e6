namespace Microsoft.ML.Trainers.Offline;

/// <summary>How a loss is minimized.</summary>
internal sealed class LbfgsSettings
{
    /// <summary>How many weights at the beginning are not regularized.</summary>
    public int BiasCount { get; init; }

    /// <summary>The weight of the sum of the sizes of the others.</summary>
    public float L1 { get; init; }

    public int HistorySize { get; init; }

    /// <summary>The mean improvement, of which the last steps count more, below which the minimization ends.</summary>
    public float Tolerance { get; init; }

    public int MaximumNumberOfIterations { get; init; }

    public bool EnforcesNonNegativity { get; init; }

    public ParallelOptions Parallel { get; init; }
}
