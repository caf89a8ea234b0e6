using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reporting;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>What a deep factorization X ≈ H W_Lᵀ … W_1ᵀ W_0ᵀ has learned. It is saved with its transformer and complete after loading.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class DeepNmfModel : LayeredModel
{
    internal DeepNmfModel(
        IReadOnlyList<FactorMatrix> templates,
        string[]? featureNames,
        double beta,
        int numberOfExamples,
        IReadOnlyList<ActivationMoments> moments,
        ActivationNormalization normalization,
        IReadOnlyList<TrainingPhase> phases)
        : base(templates, featureNames, numberOfExamples, moments, normalization)
    {
        Beta = beta;
        Phases = phases;
    }

    /// <summary>β of the divergence that was minimised.</summary>
    public double Beta { get; }

    /// <summary>How each part of the training went: the layers one by one where they were pre-trained, then all together.</summary>
    public IReadOnlyList<TrainingPhase> Phases { get; }

    /// <summary>How the training of all layers together went.</summary>
    public TrainingHistory History => Phases[^1].History;

    /// <inheritdoc cref="NmfModel.Statistics" />
    public TrainingStatistics? Statistics { get; internal set; }

    /// <summary>
    /// The deepest activations of the training's rows, where <see cref="DeepNmfEstimator.Options.KeepActivations"/> asked for them; null otherwise, and after
    /// loading.
    /// </summary>
    public TrainingActivations? TrainingActivations { get; internal set; }

    /// <summary>D_β(X ‖ H W_Lᵀ … W_0ᵀ) at the end of the training, summed over all entries of the training data (<see cref="BetaDivergence"/>).</summary>
    public double ReconstructionError => History.Last.Divergence;

    /// <summary>
    /// Writes the model as one HTML file for people to read, that needs no other file and no network: the tree of topics with their words, a map of them, a table, and how
    /// the training went; with an examination also coherence, examples, shares by group and over time, and what no topic explains. It can be searched, printed, and
    /// used by keyboard.
    /// </summary>
    /// <param name="path">The file to write. One that is there is replaced, once the report is complete.</param>
    /// <param name="title">What it is headed by.</param>
    /// <param name="examinations">What the topics are in some data (<see cref="DeepNmfTransformer.Examine"/>), one for each layer at most; null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an examination is of another model.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveReport(string path, string title = "Topics", IEnumerable<TopicExamination>? examinations = null)
        => TopicReport.Save(path, Layers, examinations, examined => new ReportContent(
            title, ToString(), Layers, GetHierarchy(), Phases, examined));

    /// <summary>Its size, β, and how the training of all layers together ended, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Deep NMF, {SizeInWords}, beta {Beta}, {TrainingSummary.Of(History, "error", ReconstructionError, "iteration")}");
}
