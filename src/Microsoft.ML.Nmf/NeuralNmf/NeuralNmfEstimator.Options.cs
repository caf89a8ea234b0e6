using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NeuralNmfEstimator
{
    /// <summary>The options of a neural factorization. Every setter validates its value.</summary>
    public sealed class Options : FactorizationOptions
    {
        private int[] _ranks = [.. Defaults.Ranks];
        private string?[]? _layerOutputColumnNames;
        private string? _labelColumnName;
        private string? _scoreColumnName = "Score";
        private string? _predictedLabelColumnName = "PredictedLabel";
        private NeuralNmfLoss _loss;
        private NeuralNmfLabelLoss _labelLoss;
        private double _labelWeight = 0.02;
        private double _scoreRegularization = 3e-4;
        private NeuralNmfOptimizer _optimizer = NeuralNmfOptimizer.Automatic;
        private NeuralNmfInitialization _initialization;
        private FactorMatrix?[]? _initialTemplates;
        private int _pretrainingIterations = 50;
        private int? _batchSize;
        private double _validationFraction;
        private int _validationPatience = 5;

        /// <summary>
        /// The components of each layer, from the one next to the features to the deepest: at least one layer, at least 1 component each, none with more than the layer
        /// before. 20 and 8 unless set.
        /// </summary>
        /// <exception cref="ArgumentNullException">The value is null.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no rank, or one is below 1 or above the one before.</exception>
        public IReadOnlyList<int> Ranks
        {
            get => _ranks;
            set => _ranks = LayerOptions.Ranks(value);
        }

        /// <summary>
        /// Names for columns of the activations of the layers above the deepest, from the one next to the features on; null for a layer whose column is not wanted. Null or one entry for each
        /// layer but the deepest.
        /// </summary>
        /// <exception cref="ArgumentException">A name is empty.</exception>
        public IReadOnlyList<string?>? LayerOutputColumnNames
        {
            get => _layerOutputColumnNames;
            set => _layerOutputColumnNames = LayerOptions.ColumnNames(value);
        }

        /// <summary>
        /// The column of labels to be guided by, a key; a row whose key is missing is trained on as one without a label. Null, which is the default, trains without labels.
        /// </summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? LabelColumnName
        {
            get => _labelColumnName;
            set => _labelColumnName = OptionalName(value);
        }

        /// <summary>With labels, the column of class scores to make; null for none. "Score" unless set.</summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? ScoreColumnName
        {
            get => _scoreColumnName;
            set => _scoreColumnName = OptionalName(value);
        }

        /// <summary>With labels, the column of the class with the highest score to make, a key as the labels are; null for none. "PredictedLabel" unless set.</summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? PredictedLabelColumnName
        {
            get => _predictedLabelColumnName;
            set => _predictedLabelColumnName = OptionalName(value);
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
        /// λ, the weight of the mean label loss of the labelled rows, in units of the mean of the squared data, so that it means the same for data of any scale. At least 0; 0 trains the
        /// classification layer alone. 0.02 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public double LabelWeight
        {
            get => _labelWeight;
            set => _labelWeight = OptionRange.NotNegative(value, nameof(LabelWeight));
        }

        /// <summary>
        /// ρ of the penalty ρ/2 · mean(X²) · r · ‖B‖² on the classification layer B, which is part of the label loss; r is the deepest rank. At least 0. 3e-4 unless set.
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
                ArgumentNullException.ThrowIfNull(value);
                _optimizer = value;
            }
        }

        /// <summary>Where layers without initial templates start. Layer by layer unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NeuralNmfInitialization Initialization
        {
            get => _initialization;
            set => _initialization = OptionRange.Named(value, nameof(Initialization));
        }

        /// <summary>
        /// Templates to start from, one entry for each layer, null for a layer without: features × rank for the first layer, rank of the layer before × rank for every other. They keep their
        /// scale; those of other layers get one that makes the losses of all layers count alike.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite. The estimator throws it for a wrong shape.</exception>
        public IReadOnlyList<FactorMatrix?>? InitialTemplates
        {
            get => _initialTemplates;
            set => _initialTemplates = value is null ? null : [.. value.Select(templates => OptionRange.Factor(templates, nameof(InitialTemplates)))];
        }

        /// <summary>The most iterations of the pre-training of each layer, at least 1. 50 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int PretrainingIterations
        {
            get => _pretrainingIterations;
            set => _pretrainingIterations = OptionRange.AtLeastOne(value, nameof(PretrainingIterations));
        }

        /// <summary>
        /// The most rows of a mini-batch, at least 1; batches are of nearly one size. Null, which is the default, trains on all rows at once, as <see cref="NeuralNmfOptimizer.Automatic"/> must.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int? BatchSize
        {
            get => _batchSize;
            set => _batchSize = value is { } rows ? OptionRange.AtLeastOne(rows, nameof(BatchSize)) : null;
        }

        /// <summary>
        /// The share of the rows that is held out: the training ends when their loss has not fallen for <see cref="ValidationPatience"/> epochs, and the templates that were best for them are
        /// kept. From 0, for none, to below 1. 0 unless set.
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

        private static string? OptionalName(string? name)
        {
            if (name is not null)
                ArgumentException.ThrowIfNullOrEmpty(name);
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
