using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>What a non-negative matrix factorization has learned. It is saved with its transformer and complete after loading.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NmfModel : TopicSet
{
    internal NmfModel(
        FactorMatrix templates, string[]? featureNames, double beta, int numberOfExamples, ActivationMoments moments, ActivationNormalization normalization,
        TrainingHistory history)
        : base(templates.Columns, () => templates, featureNames, moments)
    {
        Templates = templates;
        Beta = beta;
        NumberOfExamples = numberOfExamples;
        Normalization = normalization;
        Scale = ActivationScale.Of(normalization, moments.MeanSquares, () => templates);
        History = history;
    }

    /// <summary>W, features × rank, not negative: column k is component k over the features.</summary>
    public FactorMatrix Templates { get; }

    /// <summary>β of the divergence that was minimised.</summary>
    public double Beta { get; }

    /// <summary>The number of rows that it was trained on, n.</summary>
    public int NumberOfExamples { get; }

    /// <summary>How the transformer scales activations.</summary>
    public ActivationNormalization Normalization { get; }

    /// <summary>What scales activations.</summary>
    internal ActivationScale Scale { get; }

    /// <summary>How the training went.</summary>
    public TrainingHistory History { get; }

    /// <summary>
    /// D_β(X ‖ H Wᵀ) at the end of the training, summed over all entries of the training data (<see cref="BetaDivergence"/>); for β = 2 half the squared
    /// Frobenius norm of the residual.
    /// </summary>
    public double ReconstructionError => History.Last.Divergence;

    /// <summary>The approximation of an example, h Wᵀ, from its activations.</summary>
    /// <param name="activations">
    /// The activations as the transformer gives them, <see cref="TopicSet.Rank"/> values. With <see cref="ActivationNormalization.Shares"/> and
    /// <see cref="ActivationNormalization.UnitNorm"/>, which take away how much there is in a row, the approximation is that of a multiple of the row.
    /// </param>
    /// <returns>One value a feature.</returns>
    /// <exception cref="ArgumentException">There are not <see cref="TopicSet.Rank"/> activations.</exception>
    public float[] Reconstruct(ReadOnlySpan<float> activations) => Templates.CombineColumns(Scale.Undo(activations));

    /// <summary>Its size, β, and how the training ended, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"NMF, {InWords.Size([Templates], NumberOfExamples)}, beta {Beta}, {TrainingSummary.Of(History, "error", ReconstructionError, "iteration")}");
}
