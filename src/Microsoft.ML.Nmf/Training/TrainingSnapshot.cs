using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Where a training stood after an iteration, as a <see cref="TrainingRecorder"/> has kept it. Everything is in the unit of the data. Lists have one entry for each
/// layer that the phase trains, from the features on.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TrainingSnapshot
{
    internal TrainingSnapshot(Func<RecordedParts, IReadOnlyList<FactorMatrix>> matrices) => Matrices = matrices;

    /// <summary>What is being trained, in a few words, as <see cref="TrainingProgress.Phase"/> has it.</summary>
    public required string Phase { get; init; }

    /// <summary>How many iterations were done, the objective, the divergence, and the time.</summary>
    public required TrainingIteration Iteration { get; init; }

    /// <summary>
    /// The learning rate of the last epoch, or the length of its step, as <see cref="NeuralNmfEpoch.LearningRate"/>; NaN at the start, and for algorithms whose
    /// steps have no length.
    /// </summary>
    public required double StepLength { get; init; }

    /// <summary>The losses of the layers (<see cref="NeuralNmfEpoch.LayerLosses"/>); for a factorization as a chain its one divergence.</summary>
    public required IReadOnlyList<double> LayerLosses { get; init; }

    /// <summary>The label loss before its weight (<see cref="NeuralNmfEpoch.LabelLoss"/>); NaN without labels.</summary>
    public required double LabelLoss { get; init; }

    /// <summary>The loss of the rows that were held out; NaN without them.</summary>
    public required double ValidationLoss { get; init; }

    /// <summary>
    /// The Frobenius norm of each of <see cref="Gradients"/>; empty unless asked for, and NaN where no step lowers the objective any more, which ends a phase.
    /// </summary>
    public required IReadOnlyList<double> GradientNorms { get; init; }

    /// <summary>
    /// The templates, empty unless asked for. Their columns are in the order in which the algorithm has them; that of the model is made at the end
    /// (<see cref="TrainingRecorder.FinalOrder"/>).
    /// </summary>
    public IReadOnlyList<FactorMatrix> Templates => Matrices(RecordedParts.Templates);

    /// <summary>
    /// The activations of the examples in the order of the data, empty unless asked for; their columns are in the order of those of <see cref="Templates"/>.
    /// </summary>
    public IReadOnlyList<FactorMatrix> Activations => Matrices(RecordedParts.Activations);

    /// <summary>
    /// The gradient of the objective for each of <see cref="Templates"/>, where they stood; empty unless asked for, and where no step lowers the objective any more.
    /// </summary>
    public IReadOnlyList<FactorMatrix> Gradients => Matrices(RecordedParts.Gradients);

    /// <summary>The matrices of one part; those of a folder are read whenever they are asked for.</summary>
    internal Func<RecordedParts, IReadOnlyList<FactorMatrix>> Matrices { get; }

    /// <summary>The bytes that it takes, but for a few hundred.</summary>
    internal long Bytes { get; init; }

    /// <summary>The phase, the iteration and the objective, for people to read.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Phase}, iteration {Iteration.Number}: objective {Iteration.Objective:G6}");
}
