using System.Collections;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>
    /// Iterations made no more of the way than <see cref="FactorizationOptions.Tolerance"/>, as many in a row as the training asks for, or changed the
    /// objective by no more than its rounding.
    /// </summary>
    Converged,

    /// <summary>The most iterations that were allowed were made.</summary>
    IterationsExhausted,

    /// <summary>The solver found no step that lowers the objective.</summary>
    Stalled,

    /// <summary>The loss of the rows that were held out did not fall for as many epochs as early stopping waits.</summary>
    StoppedEarly,

    /// <summary><see cref="FactorizationOptions.StoppingToken"/> was signalled; the model is as it was then.</summary>
    Stopped,
}

/// <summary>Where a training stood after an iteration.</summary>
[DebuggerDisplay("{ToString(),nq}")]
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

    /// <summary>The iteration, the objective, the divergence and the time, for people to read.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"iteration {Number}: objective {Objective:G6}, divergence {Divergence:G6}, {Seconds:F2} s");
}

/// <summary>How a training went, from the start (iteration 0) to the last iteration, without gaps.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TrainingHistory : IReadOnlyList<TrainingIteration>
{
    private readonly TrainingIteration[] _iterations;

    internal TrainingHistory(IEnumerable<TrainingIteration> iterations, TrainingEnd end)
    {
        _iterations = [.. iterations];
        End = end;
    }

    /// <summary>
    /// Why the training ended. A model that was saved before this was kept tells only <see cref="TrainingEnd.IterationsExhausted"/> from all the
    /// others, which it calls <see cref="TrainingEnd.Converged"/>.
    /// </summary>
    public TrainingEnd End { get; }

    /// <summary>Whether the training ended because the objective fell by no more than the tolerance (<see cref="TrainingEnd.Converged"/>).</summary>
    public bool Converged => End == TrainingEnd.Converged;

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

    /// <summary>The objective at the end and at the start, the iterations, why they ended and the time, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{TrainingSummary.Of(this, "objective", Last.Objective, "iteration")}, {_iterations[0].Objective:G6} at the start, {Last.Seconds:F2} s");

    // *** Binary format of a history ***
    // from version 0x00010002 on, int: why it ended, a TrainingEnd, Stopped from 0x00010003 on; before, bool: whether it did not run out of iterations
    // int: how many entries there are, at least 1
    // double × 3, for each: objective, divergence, seconds, all finite

    /// <summary>Writes the history into a model file.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write((int)End);
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
    internal static TrainingHistory Read(ModelReader reader)
    {
        TrainingEnd end = reader.Version != ModelReader.FirstVersion ? reader.ReadNamed<TrainingEnd>("the end of a training")
            : reader.ReadBoolean() ? TrainingEnd.Converged : TrainingEnd.IterationsExhausted;
        var iterations = new TrainingIteration[reader.ReadCount(1, Array.MaxLength, 3 * sizeof(double), "entries of a training history")];
        for (int i = 0; i < iterations.Length; i++)
        {
            var iteration = new TrainingIteration
            {
                Number = i,
                Objective = reader.Read<double>(),
                Divergence = reader.Read<double>(),
                Seconds = reader.Read<double>(),
            };
            ModelReader.Check(double.IsFinite(iteration.Objective) && double.IsFinite(iteration.Divergence) && double.IsFinite(iteration.Seconds),
                "the training history is not finite");
            iterations[i] = iteration;
        }

        return new TrainingHistory(iterations, end);
    }
}

/// <summary>A part of a training: one layer, or all together.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TrainingPhase
{
    private const int MostPhases = (1 << 12) - 1;

    /// <summary>What was trained, in a few words.</summary>
    public required string Name { get; init; }

    /// <summary>How it went.</summary>
    public required TrainingHistory History { get; init; }

    /// <summary>What was trained and how it went, in one line for people to read.</summary>
    public override string ToString() => $"{Name}: {History}";

    // *** Binary format of phases ***
    // int: how many there are, from 1 to 4095
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
    internal static List<TrainingPhase> Read(ModelReader reader)
    {
        // A name, why it ended, and one entry.
        int count = reader.ReadCount(1, MostPhases, 1 + 1 + sizeof(int) + 3 * sizeof(double), "phases");
        var phases = new List<TrainingPhase>();
        for (int i = 0; i < count; i++)
            phases.Add(new TrainingPhase { Name = reader.ReadString(), History = TrainingHistory.Read(reader) });
        return phases;
    }
}

/// <summary>What a training tells about itself after each iteration.</summary>
[DebuggerDisplay("{ToString(),nq}")]
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

    /// <summary>What is being trained, how far it is, the objective and how much it fell, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Phase}, iteration {Iteration.Number} of {MaximumNumberOfIterations}: objective {Iteration.Objective:G6}, relative decrease {RelativeDecrease:G3}");
}
