using System.Collections;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf;

/// <summary>Where a training stood after an iteration.</summary>
public sealed record TrainingIteration
{
    /// <summary>How many iterations were done; 0 is the start.</summary>
    public required int Number { get; init; }

    /// <summary>What the training lowers: the divergence plus the penalties.</summary>
    public required double Objective { get; init; }

    /// <summary>
    /// D_β between the data and its approximation, without the penalties, summed over all entries; for neural NMF the loss without its label term.
    /// </summary>
    public required double Divergence { get; init; }

    /// <summary>Seconds since the first iteration of the phase began; reading the data and computing the start are not counted.</summary>
    public required double Seconds { get; init; }
}

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

    // *** Binary format of a history ***
    // bool: whether it converged
    // int: how many entries there are
    // double × 3, for each: objective, divergence, seconds

    /// <summary>Writes the history into a model file.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Converged);
        writer.Write(Count);
        foreach (TrainingIteration iteration in _iterations)
        {
            writer.Write(iteration.Objective);
            writer.Write(iteration.Divergence);
            writer.Write(iteration.Seconds);
        }
    }

    /// <summary>Reads a history of at least one entry from a model file.</summary>
    /// <exception cref="FormatException">What is read is not a history.</exception>
    internal static TrainingHistory Read(BinaryReader reader)
    {
        bool converged = reader.ReadBoolean();
        int count = reader.ReadInt32();
        ModelFormat.Check(count > 0, "the training history is empty");
        var iterations = new List<TrainingIteration>();
        for (int i = 0; i < count; i++)
        {
            iterations.Add(new TrainingIteration
            {
                Number = i,
                Objective = reader.ReadDouble(),
                Divergence = reader.ReadDouble(),
                Seconds = reader.ReadDouble(),
            });
        }

        ModelFormat.Check(iterations.TrueForAll(i => double.IsFinite(i.Objective) && double.IsFinite(i.Divergence)), "the training history is not finite");
        return new TrainingHistory(iterations, converged);
    }
}

/// <summary>A part of a training: one layer, or all together.</summary>
public sealed record TrainingPhase
{
    private const int MostPhases = 1 << 12;

    /// <summary>What was trained, in a few words.</summary>
    public required string Name { get; init; }

    /// <summary>How it went.</summary>
    public required TrainingHistory History { get; init; }

    // *** Binary format of phases ***
    // int: how many there are
    // string and history, for each: its name and how it went

    /// <summary>Writes phases into a model file.</summary>
    internal static void Write(BinaryWriter writer, IReadOnlyList<TrainingPhase> phases)
    {
        writer.Write(phases.Count);
        foreach (TrainingPhase phase in phases)
        {
            writer.Write(phase.Name);
            phase.History.Write(writer);
        }
    }

    /// <summary>Reads at least one phase from a model file.</summary>
    /// <exception cref="FormatException">What is read is not phases.</exception>
    internal static List<TrainingPhase> Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        ModelFormat.Check(count is > 0 and < MostPhases, "the number of phases is not possible");
        var phases = new List<TrainingPhase>();
        for (int i = 0; i < count; i++)
            phases.Add(new TrainingPhase { Name = reader.ReadString(), History = TrainingHistory.Read(reader) });
        return phases;
    }
}

/// <summary>What a training tells about itself after each iteration.</summary>
public sealed record TrainingProgress
{
    /// <summary>What is being trained, in a few words.</summary>
    public required string Phase { get; init; }

    /// <summary>The iterations after which the phase ends in any case.</summary>
    public required int MaximumNumberOfIterations { get; init; }

    /// <summary>Where it stands.</summary>
    public required TrainingIteration Iteration { get; init; }

    /// <summary>By what share of itself the last iteration lowered the objective; NaN at the start.</summary>
    public required double RelativeDecrease { get; init; }
}
