using System.Globalization;

namespace Microsoft.ML.Nmf;

/// <summary>What a training on a cluster tells about itself after each iteration.</summary>
public sealed record ClusterTrainingProgress
{
    /// <summary>Where the training stands.</summary>
    public required TrainingIteration Iteration { get; init; }

    /// <summary>How many silos computed in this iteration.</summary>
    public required int Silos { get; init; }

    /// <summary>The bytes of templates and statistics that went between processes in this iteration: among silos, and between one of them and the client.</summary>
    public required long NetworkBytes { get; init; }

    /// <summary>How often in this iteration a partition was asked again because it, or the way to it, was lost.</summary>
    public required int Repetitions { get; init; }

    /// <summary>How long the iteration took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The iteration, its objective, silos, time and bytes, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"iteration {Iteration.Number}: objective {Iteration.Objective:G6}; {Silos} silos, {Duration.TotalMilliseconds:N0} ms, {NetworkBytes:N0} bytes between processes")
        + (Repetitions == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Repetitions} repetitions"));
}
