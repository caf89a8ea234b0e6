using System.Collections;

namespace Microsoft.ML.Nmf;

/// <summary>Where a training stood after an iteration.</summary>
/// <param name="Iteration">How many iterations were done; 0 is the start.</param>
/// <param name="Objective">What the training lowers: the divergence plus the penalties.</param>
/// <param name="Divergence">D_β between the data and its approximation, without the penalties, summed over all entries.</param>
/// <param name="Seconds">Seconds since the first iteration began.</param>
public sealed record TrainingIteration(int Iteration, double Objective, double Divergence, double Seconds);

/// <summary>How a training went, from the start (iteration 0) to the last iteration, without gaps.</summary>
public sealed class TrainingHistory : IReadOnlyList<TrainingIteration>
{
    private readonly TrainingIteration[] _iterations;

    internal TrainingHistory(IEnumerable<TrainingIteration> iterations, bool converged)
    {
        _iterations = [.. iterations];
        Converged = converged;
    }

    /// <summary>Whether the training ended because the objective fell by less than the tolerance, not because its iterations ran out.</summary>
    public bool Converged { get; }

    /// <summary>The number of entries: one more than there were iterations.</summary>
    public int Count => _iterations.Length;

    /// <summary>The last entry.</summary>
    public TrainingIteration Last => _iterations[^1];

    /// <summary>The entry after <paramref name="index"/> iterations.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such entry.</exception>
    public TrainingIteration this[int index] => _iterations[index];

    /// <inheritdoc />
    public IEnumerator<TrainingIteration> GetEnumerator() => ((IEnumerable<TrainingIteration>)_iterations).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A part of a training.</summary>
/// <param name="Name">What was trained.</param>
/// <param name="History">How it went.</param>
public sealed record TrainingPhase(string Name, TrainingHistory History);

/// <summary>What a training tells about itself after each iteration.</summary>
/// <param name="Phase">What is being trained, in a few words.</param>
/// <param name="MaximumNumberOfIterations">The iterations after which the phase ends in any case.</param>
/// <param name="Iteration">Where it stands.</param>
/// <param name="RelativeDecrease">By what share of itself the last iteration lowered the objective; NaN at the start.</param>
public sealed record TrainingProgress(string Phase, int MaximumNumberOfIterations, TrainingIteration Iteration, double RelativeDecrease);
