using System.Collections;

namespace Microsoft.ML.Nmf;

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
