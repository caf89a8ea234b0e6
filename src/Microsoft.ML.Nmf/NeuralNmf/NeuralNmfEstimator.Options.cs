using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What neural non-negative matrix factorization minimises over the templates A_0, …, A_L, with S_i = q(S_(i−1), A_i) and S_(−1) = X, one row an
/// example.
/// </summary>
public enum NeuralNmfLoss
{
    /// <summary>
    /// Σ_i mean((S_(i−1) − S_i A_iᵀ)²): every layer must approximate the layer before (Gao, Haddock, Molitor, Needell, Sadovnik, Will and Zhang 2019,
    /// equation 3). Fine topics stay those that explain the data.
    /// </summary>
    Energy,

    /// <summary>
    /// mean((X − S_L (A_0 A_1 … A_L)ᵀ)²): the layers together must approximate the data. Only the fit of the deepest layer holds the topics of those before.
    /// </summary>
    Reconstruction,
}

/// <summary>How far the class scores B s of a labelled example are from its label; s are its deepest activations.</summary>
public enum NeuralNmfLabelLoss
{
    /// <summary>−log softmax(B s) of the label.</summary>
    CrossEntropy,

    /// <summary>‖B s − y‖², with y one for the label and zero for every other class.</summary>
    SquaredError,
}

/// <summary>What the class scores of a neural factorization that was trained with labels are made of.</summary>
public enum NeuralNmfScoreSource
{
    /// <summary>
    /// The features of a row and the topics of all layers (<see cref="LinearScores"/>); rows without a label take part in the training. Where rows × classes or
    /// features × classes are more than 33,554,432, the deepest topics alone.
    /// </summary>
    FeaturesAndTopics,

    /// <summary>The classification layer alone, which turns the deepest activations into scores (Gao et al. 2019): <see cref="NeuralNmfClassifier"/>.</summary>
    DeepestTopics,
}

/// <summary>How the templates of a neural factorization are trained. After every step they are projected to be at least 0.</summary>
public abstract record NeuralNmfOptimizer
{
    private protected NeuralNmfOptimizer()
    {
    }

    /// <summary>
    /// Steps whose direction and length come from the activations of each layer and from the steps before (L-BFGS), as long as the loss allows: nothing
    /// to tune, the same on data of any scale, and the loss never rises. The columns of the templates keep the norms that they start with; free to grow,
    /// they would grow without end, because large columns make the losses of the layers after them small.
    /// </summary>
    public static NeuralNmfOptimizer Automatic { get; } = new AutomaticOptimizer();

    /// <summary>A ← max(A − rate ∂L/∂A, 0), with rate = learningRate · decay^epoch.</summary>
    /// <param name="learningRate">
    /// The rate of the first epoch, above 0. A good one is about the inverse of the largest curvature. The loss is a mean over entries, so with
    /// activations held the energy's curvature for a row of A_i is 2/(n·w_i) S_iᵀS_i, whose norm is at most 2 r_i mean(S_i²) / w_i, where w_i is the
    /// width of the layer before, the number of features for layer 0: start from the least w_i / (2 r_i mean(S_i²)) of any layer. For data c times as
    /// large that is 1/c² of it.
    /// </param>
    /// <param name="decay">By what the rate is multiplied after each epoch, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static NeuralNmfOptimizer ProjectedGradient(double learningRate, double decay = 1) => new ProjectedGradientOptimizer(
        OptionRange.Positive(learningRate, nameof(learningRate)),
        decay is > 0 and <= 1 ? decay : throw OptionRange.Refuse(nameof(decay), decay, "above 0 and at most 1"));

    /// <summary>Adam (<see href="https://doi.org/10.48550/arXiv.1412.6980">Kingma and Ba 2015</see>, algorithm 1), then A ← max(A, 0).</summary>
    /// <param name="learningRate">α: about how far an entry moves in a step, above 0.</param>
    /// <param name="firstDecay">β₁, from 0 to below 1.</param>
    /// <param name="secondDecay">β₂, from 0 to below 1.</param>
    /// <param name="epsilon">ε, above 0, for gradients of data scaled to a mean of about 1; where they are not far above it, it shortens the steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static NeuralNmfOptimizer Adam(double learningRate = 1e-3, double firstDecay = 0.9, double secondDecay = 0.999, double epsilon = 1e-8)
        => new AdamOptimizer(
            OptionRange.Positive(learningRate, nameof(learningRate)),
            OptionRange.Share(firstDecay, nameof(firstDecay)),
            OptionRange.Share(secondDecay, nameof(secondDecay)),
            OptionRange.Positive(epsilon, nameof(epsilon)));

    /// <summary><see cref="Automatic"/>.</summary>
    internal sealed record AutomaticOptimizer : NeuralNmfOptimizer;

    /// <summary><see cref="ProjectedGradient"/>.</summary>
    internal sealed record ProjectedGradientOptimizer(double LearningRate, double Decay) : NeuralNmfOptimizer;

    /// <summary><see cref="Adam"/>.</summary>
    internal sealed record AdamOptimizer(double LearningRate, double FirstDecay, double SecondDecay, double Epsilon) : NeuralNmfOptimizer;
}

public sealed partial class NeuralNmfEstimator
{
    /// <summary>
    /// The options of a neural factorization. Every setter validates its value; values that do not fit each other are refused when the estimator is
    /// made. 20 and 8 components unless <see cref="LayeredFactorizationOptions.Ranks"/> is set.
    /// </summary>
    public sealed class Options() : LayeredFactorizationOptions(Defaults.Ranks)
    {
        // A step that had to be shortened much gains little, and the one after it may gain more.
        private const int EpochsToConverge = 3;

        private string? _labelColumnName;
        private string? _scoreColumnName = "Score";
        private string? _predictedLabelColumnName = "PredictedLabel";
        private NeuralNmfLoss _loss;
        private NeuralNmfLabelLoss _labelLoss;
        private NeuralNmfScoreSource _scoreSource;
        private double _labelWeight = 0.02;
        private double _scoreRegularization = 3e-4;
        private NeuralNmfOptimizer _optimizer = NeuralNmfOptimizer.Automatic;
        private double _validationFraction;
        private int _validationPatience = 5;

        /// <summary>
        /// The column of labels to be guided by: text, Boolean, any type of number, or a key. A row with an empty text, NaN or a missing key is trained on as
        /// one without a label; Boolean and integers have no missing value. Null, which is the default, trains without labels.
        /// </summary>
        /// <remarks>
        /// Classes are the values that occur, at most 1,048,576, ordered by value (texts by their UTF-16 codes), whatever the order of the rows: those that
        /// Conversion.MapValueToKey makes with KeyOrdinality.ByValue. −0 and 0 are one class, infinities are values like others. Classes of a key column are
        /// its keys, in their order, whether they occur or not.
        /// </remarks>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? LabelColumnName
        {
            get => _labelColumnName;
            set => _labelColumnName = OptionalName(value, nameof(LabelColumnName));
        }

        /// <summary>With labels, the column of class scores to make; null for none. "Score" unless set.</summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? ScoreColumnName
        {
            get => _scoreColumnName;
            set => _scoreColumnName = OptionalName(value, nameof(ScoreColumnName));
        }

        /// <summary>
        /// With labels, the column of the class with the highest score to make, a key that stands for the values of the labels, which
        /// Conversion.MapKeyToValue gives; null for none. "PredictedLabel" unless set.
        /// </summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? PredictedLabelColumnName
        {
            get => _predictedLabelColumnName;
            set => _predictedLabelColumnName = OptionalName(value, nameof(PredictedLabelColumnName));
        }

        /// <summary>What is minimised. The energy unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NeuralNmfLoss Loss
        {
            get => _loss;
            set => _loss = OptionRange.Named(value, nameof(Loss));
        }

        /// <summary>How far class scores are from labels. Cross-entropy unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NeuralNmfLabelLoss LabelLoss
        {
            get => _labelLoss;
            set => _labelLoss = OptionRange.Named(value, nameof(LabelLoss));
        }

        /// <summary>
        /// With labels, what the class scores are made of; the topics are the same for either. <see cref="NeuralNmfScoreSource.FeaturesAndTopics"/> unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NeuralNmfScoreSource ScoreSource
        {
            get => _scoreSource;
            set => _scoreSource = OptionRange.Named(value, nameof(ScoreSource));
        }

        /// <summary>
        /// λ, the weight of the mean label loss of the labelled rows, in units of the mean of the squared data, so that it means the same for data of
        /// any scale. At least 0; 0 trains the classification layer alone. 0.02 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public double LabelWeight
        {
            get => _labelWeight;
            set => _labelWeight = OptionRange.NotNegative(value, nameof(LabelWeight));
        }

        /// <summary>
        /// ρ of the penalty ρ/2 · mean(X²) · r_L · ‖B‖² on the classification layer B, which is part of the label loss; r_L is the deepest rank. At
        /// least 0. 3e-4 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public double ScoreRegularization
        {
            get => _scoreRegularization;
            set => _scoreRegularization = OptionRange.NotNegative(value, nameof(ScoreRegularization));
        }

        /// <summary>How the templates are trained. <see cref="NeuralNmfOptimizer.Automatic"/> unless set.</summary>
        /// <exception cref="ArgumentNullException">The value is null.</exception>
        public NeuralNmfOptimizer Optimizer
        {
            get => _optimizer;
            set
            {
                ArgumentNullException.ThrowIfNull(value, nameof(Optimizer));
                _optimizer = value;
            }
        }

        /// <summary>
        /// The share of the rows that is held out: the training ends when their loss has not fallen for <see cref="ValidationPatience"/> epochs
        /// (<see cref="TrainingEnd.StoppedEarly"/>), and the templates that were best for them are kept. From 0, for none, to below 1. 0 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
        public double ValidationFraction
        {
            get => _validationFraction;
            set => _validationFraction = OptionRange.Share(value, nameof(ValidationFraction));
        }

        /// <summary>The epochs without a lower loss of the held-out rows after which the training ends, at least 1. 5 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int ValidationPatience
        {
            get => _validationPatience;
            set => _validationPatience = OptionRange.AtLeastOne(value, nameof(ValidationPatience));
        }

        /// <inheritdoc />
        internal override StoppingRule Stopping => base.Stopping with { MayRise = !IsAutomatic, Patience = EpochsToConverge };

        /// <inheritdoc />
        internal override string IterationWord(string phase) => phase == NeuralNmfTraining.AllLayers ? "epoch" : base.IterationWord(phase);

        /// <summary>Whether the optimizer is <see cref="NeuralNmfOptimizer.Automatic"/>.</summary>
        internal bool IsAutomatic => _optimizer is NeuralNmfOptimizer.AutomaticOptimizer;

        /// <summary>The same options for data over its unit: the losses are over its square, and with them the gradients.</summary>
        internal Options InUnit(double unit)
        {
            var scaled = (Options)Copy();
            if (_optimizer is NeuralNmfOptimizer.ProjectedGradientOptimizer rule)
                scaled._optimizer = rule with { LearningRate = rule.LearningRate * unit * unit };
            return scaled;
        }

        /// <inheritdoc />
        internal override void Resolve()
        {
            base.Resolve();
            if (IsAutomatic)
            {
                CheckBatches((nameof(ValidationFraction), ValidationFraction > 0));
            }
            else if (CheckpointPath is not null)
            {
                throw new ArgumentOutOfRangeException(nameof(CheckpointPath), CheckpointPath,
                    "CheckpointPath is set, but the optimizer is Adam or ProjectedGradient, which hold all rows in memory. Leave Optimizer or CheckpointPath out.");
            }
        }

        private static string? OptionalName(string? name, string option)
        {
            if (name is not null)
                ArgumentException.ThrowIfNullOrEmpty(name, option);
            return name;
        }
    }

    /// <summary>The values of the options that are not set.</summary>
    internal static class Defaults
    {
        /// <summary>Components of each layer.</summary>
        public static readonly IReadOnlyList<int> Ranks = [20, 8];

        /// <summary>The most epochs.</summary>
        public const int MaximumNumberOfIterations = 200;
    }
}
