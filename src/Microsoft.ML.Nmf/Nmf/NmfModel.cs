using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reporting;
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
    /// What the rows of the training said about the templates, where <see cref="FactorizationOptions.KeepStatistics"/> asked for it; null otherwise.
    /// </summary>
    public TrainingStatistics? Statistics { get; internal set; }

    /// <summary>
    /// The activations of the training's rows, where <see cref="NmfEstimator.Options.KeepActivations"/> asked for them; null otherwise, and after loading.
    /// </summary>
    public TrainingActivations? TrainingActivations { get; internal set; }

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

    /// <summary>
    /// Writes the model as one HTML file for people to read, that needs no other file and no network: the topics with their words, a map of them, a table, and
    /// how the training went; with an examination also coherence, examples, shares by group and over time, and what no topic explains. It can be searched,
    /// printed, and used by keyboard.
    /// </summary>
    /// <param name="path">The file to write. One that is there is replaced, once the report is complete.</param>
    /// <param name="title">What it is headed by.</param>
    /// <param name="examinations">What the topics are in some data (<see cref="NmfTransformer.Examine"/>); null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an examination is of another model.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveReport(string path, string title = "Topics", IEnumerable<TopicExamination>? examinations = null)
        => TopicReport.Save(path, [this], examinations, examined => new ReportContent(
            title, ToString(), [this], TopicNode.Read(this, wordsPerTopic: 10), [new TrainingPhase { Name = "training", History = History }], examined));

    /// <summary>Its size, β, and how the training ended, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"NMF, {InWords.Size([Templates], NumberOfExamples)}, beta {Beta}, {TrainingSummary.Of(History, "error", ReconstructionError, "iteration")}");
}
