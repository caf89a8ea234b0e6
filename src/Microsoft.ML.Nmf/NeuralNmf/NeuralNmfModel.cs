using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reporting;
using Microsoft.ML.Nmf.Training;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf;

/// <summary>What a neural factorization has learned. It is saved with its transformer and complete after loading.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NeuralNmfModel : LayeredModel
{
    internal NeuralNmfModel(
        IReadOnlyList<FactorMatrix> templates, string[]? featureNames, NeuralNmfLoss loss, int numberOfExamples, IReadOnlyList<ActivationMoments> moments,
        ActivationNormalization normalization, IReadOnlyList<TrainingPhase> phases, IReadOnlyList<NeuralNmfEpoch> epochs, NeuralNmfClassifier? classifier,
        LinearScores? scores = null)
        : base(templates, featureNames, numberOfExamples, moments, normalization)
    {
        Loss = loss;
        Phases = phases;
        Epochs = epochs;
        Classifier = classifier?.For(ScaleOf(Deepest));
        Scores = scores;
    }

    /// <summary>What was minimised.</summary>
    public NeuralNmfLoss Loss { get; }

    /// <summary>How each part of the training went: the layers one by one where they were pre-trained, then all together.</summary>
    public IReadOnlyList<TrainingPhase> Phases { get; }

    /// <summary>How the training of all layers together went: its objective is the loss, its divergence the loss without that of the labels.</summary>
    public TrainingHistory History => Phases[^1].History;

    /// <summary>The epochs of the training of all layers together, from the start (epoch 0) on: what <see cref="History"/> has, and more.</summary>
    public IReadOnlyList<NeuralNmfEpoch> Epochs { get; }

    /// <inheritdoc cref="NmfModel.Statistics" />
    public TrainingStatistics? Statistics { get; internal set; }

    /// <summary>The classification layer, which guided the topics; null where it was trained without labels.</summary>
    public NeuralNmfClassifier? Classifier { get; }

    /// <summary>
    /// What the column of scores is made by; null where it is <see cref="Classifier"/>, or where there are no labels
    /// (<see cref="NeuralNmfEstimator.Options.ScoreSource"/>).
    /// </summary>
    public LinearScores? Scores { get; }

    /// <summary>
    /// Writes the model as one HTML file for people to read, that needs no other file and no network: the tree of topics with their words, a map of them, a table, and how
    /// the training went; with an examination also coherence, examples, shares by group and over time, and what no topic explains. It can be searched, printed, and
    /// used by keyboard.
    /// </summary>
    /// <param name="path">The file to write. One that is there is replaced, once the report is complete.</param>
    /// <param name="title">What it is headed by.</param>
    /// <param name="examinations">What the topics are in some data (<see cref="NeuralNmfTransformer.Examine"/>), one for each layer at most; null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an examination is of another model.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveReport(string path, string title = "Topics", IEnumerable<TopicExamination>? examinations = null)
        => TopicReport.Save(path, Layers, examinations, examined => new ReportContent(
            title, ToString(), Layers, GetHierarchy(), Phases, examined));

    /// <summary>Its size, what it was trained by, and how the training of all layers together ended, in one line for people to read.</summary>
    public override string ToString()
    {
        string loss = TrainingSummary.Of(History, Loss == NeuralNmfLoss.Energy ? "energy" : "reconstruction loss", History.Last.Objective, "epoch");
        return $"Neural NMF, {SizeInWords}, {(Classifier is null ? "without labels" : Classifier)}, {loss}";
    }
}

/// <summary>Where the training of a neural factorization stood after an epoch.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record NeuralNmfEpoch
{
    internal NeuralNmfEpoch()
    {
    }

    /// <summary>How many epochs were done; 0 is the start.</summary>
    public required int Number { get; init; }

    /// <summary>What is minimised: the sum of the layers' losses plus the weighted label loss.</summary>
    public required double Loss { get; init; }

    /// <summary>
    /// mean((S_(i−1) − S_i A_iᵀ)²) of each layer for the energy; the one mean((X − S_L (A_0 … A_L)ᵀ)²) for the reconstruction.
    /// </summary>
    public required IReadOnlyList<double> LayerLosses { get; init; }

    /// <summary>The mean label loss of the labelled examples with the penalty on the classification layer, before its weight; NaN without labels.</summary>
    public required double LabelLoss { get; init; }

    /// <summary>The loss of the rows that were held out; NaN without them.</summary>
    public required double ValidationLoss { get; init; }

    /// <summary>
    /// The rate of the steps of the epoch; for the automatic optimizer the length of its step in the metric of the activations, in which Newton's
    /// step has length 1. NaN at the start.
    /// </summary>
    public required double LearningRate { get; init; }

    /// <summary>
    /// How far any activation of any layer and example is from solving its least-squares problem: the largest violation of a Karush-Kuhn-Tucker
    /// condition, as a share of the largest entry of the example's row of S_(i−1) A_i.
    /// </summary>
    public required double OptimalityResidual { get; init; }

    /// <summary>Seconds since the first epoch began.</summary>
    public double Seconds { get; init; }

    /// <summary>The epoch, its losses, as far as there are, and the time, in one line for people to read.</summary>
    public override string ToString()
    {
        string label = Told("label loss", LabelLoss), validation = Told("validation loss", ValidationLoss);
        return string.Create(CultureInfo.InvariantCulture, $"epoch {Number}: loss {Loss:G6}{label}{validation}, {Seconds:F2} s");

        static string Told(string name, double value) => double.IsNaN(value) ? "" : string.Create(CultureInfo.InvariantCulture, $", {name} {value:G6}");
    }
}

/// <summary>
/// The classification layer B of a neural factorization that was trained with labels: the scores of a row are B s, with s its deepest activations.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NeuralNmfClassifier
{
    private readonly ActivationScale _scale;

    internal NeuralNmfClassifier(FactorMatrix weights, NeuralNmfLabelLoss loss, IReadOnlyList<string>? classNames)
        : this(weights, loss, classNames, ActivationScale.None)
    {
    }

    private NeuralNmfClassifier(FactorMatrix weights, NeuralNmfLabelLoss loss, IReadOnlyList<string>? classNames, ActivationScale scale)
    {
        _scale = scale;
        Weights = weights;
        Loss = loss;
        ClassNames = classNames;
    }

    /// <summary>B, classes × deepest rank, for activations that are not scaled (<see cref="ActivationNormalization.None"/>); its values may be negative.</summary>
    public FactorMatrix Weights { get; }

    /// <summary>What it was trained by.</summary>
    public NeuralNmfLabelLoss Loss { get; }

    /// <summary>The names of the classes: their values as text; null when the labels were keys without values.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>
    /// The scores of a row: probabilities that add up to 1 for <see cref="NeuralNmfLabelLoss.CrossEntropy"/>, B s itself for
    /// <see cref="NeuralNmfLabelLoss.SquaredError"/>. What is beyond the largest number of float32 counts as that number.
    /// </summary>
    /// <param name="activations">The deepest activations as the transformer gives them.</param>
    /// <param name="scores">Receives one score a class.</param>
    /// <returns>The class with the highest score, the first of several.</returns>
    /// <exception cref="ArgumentException">
    /// There are not as many activations as <see cref="Weights"/> has columns, or not as many scores as it has rows.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model's <see cref="ActivationNormalization"/> takes away how much there is in a row, which the scores depend on.
    /// </exception>
    public int Score(ReadOnlySpan<float> activations, Span<float> scores)
    {
        if (!_scale.KeepsLength)
        {
            throw new InvalidOperationException("The scores depend on how much there is in a row, which this model's Normalization takes away. Read the column of "
                + $"scores instead, or set Normalization to {ActivationNormalization.UnitMeanSquare} or {ActivationNormalization.None}.");
        }

        return ScoreUnscaled(_scale.Undo(activations), scores);
    }

    /// <summary>The scores of a row from activations that are not scaled.</summary>
    internal int ScoreUnscaled(ReadOnlySpan<float> activations, Span<float> scores)
    {
        if (activations.Length != Weights.Columns)
        {
            throw new ArgumentException(
                $"There are {activations.Length} activations, but the deepest layer has {Weights.Columns} components.", nameof(activations));
        }

        if (scores.Length != Weights.Rows)
            throw new ArgumentException($"There is room for {scores.Length} scores, but there are {Weights.Rows} classes.", nameof(scores));
        int best = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            ReadOnlySpan<float> weights = Weights.Row(c);
            double sum = 0;
            for (int k = 0; k < weights.Length; k++)
                sum += (double)weights[k] * activations[k];
            scores[c] = Float32Range.Limit(sum);
            if (scores[c] > scores[best])
                best = c;
        }

        if (Loss == NeuralNmfLabelLoss.CrossEntropy)
            ToProbabilities(scores, scores[best]);
        return best;
    }

    /// <summary>The same layer, for activations that are scaled.</summary>
    internal NeuralNmfClassifier For(ActivationScale scale) => new(Weights, Loss, ClassNames, scale);

    /// <summary>The number of classes and the loss, in a few words for people to read.</summary>
    public override string ToString() => $"{Weights.Rows.ToString("N0", CultureInfo.InvariantCulture)} {(Weights.Rows == 1 ? "class" : "classes")} by "
        + (Loss == NeuralNmfLabelLoss.CrossEntropy ? "cross-entropy" : "squared error");

    // Subtracting the largest score keeps the exponentials finite.
    private static void ToProbabilities(Span<float> scores, double largest)
    {
        double sum = 0;
        foreach (float score in scores)
            sum += Math.Exp(score - largest);
        for (int c = 0; c < scores.Length; c++)
            scores[c] = (float)(Math.Exp(scores[c] - largest) / sum);
    }
}
