using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>What a non-negative matrix factorization has learned. It is saved with its transformer and complete after loading.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NmfModel
{
    internal NmfModel(FactorMatrix templates, string[]? featureNames, double beta, int numberOfExamples, TrainingHistory history)
    {
        Templates = templates;
        FeatureNames = featureNames;
        Beta = beta;
        NumberOfExamples = numberOfExamples;
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

    /// <summary>The approximation of an example: its activations times the transposed templates, h Wᵀ.</summary>
    /// <param name="activations">The activations, <see cref="Rank"/> values.</param>
    /// <returns>One value a feature.</returns>
    /// <exception cref="ArgumentException">There are not <see cref="Rank"/> activations.</exception>
    public float[] Reconstruct(ReadOnlySpan<float> activations) => Templates.CombineColumns(activations);

    /// <summary>Its size, β, and how the training ended, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"NMF, {InWords.Size([Templates], NumberOfExamples)}, beta {Beta}, {TrainingSummary.Of(History, "error", ReconstructionError, "iteration")}");
}
