using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>What a non-negative matrix factorization has learned. It is saved with its transformer and complete after loading.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NmfModel
{
    internal NmfModel(
        FactorMatrix templates, string[]? featureNames, double beta, int numberOfExamples, ActivationMoments moments, ActivationNormalization normalization,
        TrainingHistory history)
    {
        Templates = templates;
        FeatureNames = featureNames;
        Beta = beta;
        NumberOfExamples = numberOfExamples;
        Moments = moments;
        Normalization = normalization;
        Scale = ActivationScale.Of(normalization, moments.MeanSquares, () => templates);
        History = history;
    }

    /// <summary>W, features × rank, not negative: column k is component k over the features.</summary>
    public FactorMatrix Templates { get; }

    /// <summary>The names of the features, as many as <see cref="Templates"/> has rows; null when the training column had no slot names.</summary>
    public IReadOnlyList<string>? FeatureNames { get; }

    /// <summary>β of the divergence that was minimised.</summary>
    public double Beta { get; }

    /// <summary>The number of components, r.</summary>
    public int Rank => Templates.Columns;

    /// <summary>The number of rows that it was trained on, n.</summary>
    public int NumberOfExamples { get; }

    /// <summary>How the transformer scales activations.</summary>
    public ActivationNormalization Normalization { get; }

    /// <summary>Of the activations over the training examples.</summary>
    internal ActivationMoments Moments { get; }

    /// <summary>What scales activations.</summary>
    internal ActivationScale Scale { get; }

    /// <summary>How the training went.</summary>
    public TrainingHistory History { get; }

    /// <summary>
    /// D_β(X ‖ H Wᵀ) at the end of the training, summed over all entries of the training data (<see cref="BetaDivergence"/>); for β = 2 half the squared
    /// Frobenius norm of the residual.
    /// </summary>
    public double ReconstructionError => History.Last.Divergence;

    /// <summary>The topics: the heaviest features of every component.</summary>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <returns>One topic a component, in the order of the activations' slots.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    public IReadOnlyList<Topic> GetTopics(int wordsPerTopic = 10) => Topic.Read(Templates, FeatureNames, wordsPerTopic);

    /// <summary>
    /// The share of each component in what the model says about the training data: its activations times its templates, summed over both, from 0 to 1. Components
    /// are in this order, the most prevalent first, unless the training started from given templates.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model was saved by an earlier version, which did not keep it.</exception>
    public IReadOnlyList<double> GetPrevalence()
    {
        if (Moments.Sums.Length == 0)
            throw new InvalidOperationException("The model was saved by an earlier version, which did not keep the prevalence of its topics. Train it again.");
        return Moments.Prevalence(Templates.ColumnSums());
    }

    /// <summary>The approximation of an example, h Wᵀ, from its activations.</summary>
    /// <param name="activations">
    /// The activations as the transformer gives them, <see cref="Rank"/> values. With <see cref="ActivationNormalization.Shares"/> and
    /// <see cref="ActivationNormalization.UnitNorm"/>, which take away how much there is in a row, the approximation is that of a multiple of the row.
    /// </param>
    /// <returns>One value a feature.</returns>
    /// <exception cref="ArgumentException">There are not <see cref="Rank"/> activations.</exception>
    public float[] Reconstruct(ReadOnlySpan<float> activations) => Templates.CombineColumns(Scale.Undo(activations));

    /// <summary>Its size, β, and how the training ended, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"NMF, {InWords.Size([Templates], NumberOfExamples)}, beta {Beta}, {TrainingSummary.Of(History, "error", ReconstructionError, "iteration")}");
}
