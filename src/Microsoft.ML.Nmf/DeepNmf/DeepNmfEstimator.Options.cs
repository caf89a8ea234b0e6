using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>The penalties on the templates of one layer of a deep factorization, and whether they are trained. Every setter validates its value.</summary>
public sealed class DeepNmfLayerOptions
{
    private float _templatesL1Regularization;
    private float _templatesL2Regularization;
    private float _templatesOrthogonality;

    /// <summary>Weight of the sum of the layer's templates in the objective. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float TemplatesL1Regularization
    {
        get => _templatesL1Regularization;
        set => _templatesL1Regularization = OptionRange.NotNegative(value, nameof(TemplatesL1Regularization));
    }

    /// <summary>Weight of half the sum of their squares. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float TemplatesL2Regularization
    {
        get => _templatesL2Regularization;
        set => _templatesL2Regularization = OptionRange.NotNegative(value, nameof(TemplatesL2Regularization));
    }

    /// <summary>
    /// Weight of half the sum, over the rows, of the products of different entries of a row: topics that share little. At least 0. 0 unless set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float TemplatesOrthogonality
    {
        get => _templatesOrthogonality;
        set => _templatesOrthogonality = OptionRange.NotNegative(value, nameof(TemplatesOrthogonality));
    }

    /// <summary>Whether the joint training leaves the layer's templates as they start, given or pre-trained. False unless set.</summary>
    public bool IsFixed { get; set; }

    /// <summary>The penalty on the templates.</summary>
    internal Penalty TemplatePenalty => new(_templatesL1Regularization, _templatesL2Regularization, _templatesOrthogonality);

    /// <summary>A copy, so that an estimator does not change with the options it was made from.</summary>
    internal DeepNmfLayerOptions Copy() => (DeepNmfLayerOptions)MemberwiseClone();

    /// <summary>A copy with another penalty on the templates.</summary>
    internal DeepNmfLayerOptions With(Penalty penalty)
    {
        DeepNmfLayerOptions copy = Copy();
        (copy._templatesL1Regularization, copy._templatesL2Regularization, copy._templatesOrthogonality) = (penalty.L1, penalty.L2, penalty.Orthogonality);
        return copy;
    }
}

public sealed partial class DeepNmfEstimator
{
    /// <summary>
    /// The options of a deep factorization. Every setter validates its value; values that do not fit each other are refused when the estimator is
    /// made. 24, 10 and 4 components unless
    /// <see cref="LayeredFactorizationOptions.Ranks"/> is set.
    /// </summary>
    public sealed class Options() : LayeredFactorizationOptions(Defaults.Ranks)
    {
        private DivergenceOptions _divergence = new();
        private DeepNmfLayerOptions[]? _layers;
        private FactorMatrix? _initialActivations;
        private ActivationKeeping _keepActivations;

        /// <inheritdoc cref="NmfEstimator.Options.Beta" />
        public double Beta
        {
            get => _divergence.Beta;
            set => _divergence.Beta = value;
        }

        /// <summary>The penalties of each layer and whether it is fixed, from layer 0 on; null, the default, for none and no. One entry a layer.</summary>
        /// <exception cref="ArgumentNullException">An entry is null.</exception>
        public IReadOnlyList<DeepNmfLayerOptions>? Layers
        {
            get => _layers;
            set
            {
                foreach (DeepNmfLayerOptions layer in value ?? [])
                    ArgumentNullException.ThrowIfNull(layer, nameof(Layers));
                _layers = value is null ? null : [.. value];
            }
        }

        /// <summary>
        /// The deepest activations to start from, examples × deepest rank; every layer must then have its initial templates, and nothing is
        /// pre-trained. Null, the default, for none.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite. Fitting throws it for a wrong shape.</exception>
        public FactorMatrix? InitialActivations
        {
            get => _initialActivations;
            set => _initialActivations = OptionRange.Start(value, nameof(InitialActivations));
        }

        /// <summary>
        /// Whether the activations of the training's rows, which are computed anyway, are kept for <see cref="DeepNmfModel.TrainingActivations"/>, in the
        /// memory of rows × deepest rank floats. <see cref="ActivationKeeping.None"/> unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public ActivationKeeping KeepActivations
        {
            get => _keepActivations;
            set => _keepActivations = OptionRange.Named(value, nameof(KeepActivations));
        }

        /// <inheritdoc cref="NmfEstimator.Options.ActivationsL1Regularization" />
        public float ActivationsL1Regularization
        {
            get => _divergence.ActivationsL1Regularization;
            set => _divergence.ActivationsL1Regularization = value;
        }

        /// <inheritdoc cref="NmfEstimator.Options.ActivationsL2Regularization" />
        public float ActivationsL2Regularization
        {
            get => _divergence.ActivationsL2Regularization;
            set => _divergence.ActivationsL2Regularization = value;
        }

        /// <inheritdoc cref="NmfEstimator.Options.TransformMaximumNumberOfIterations" />
        public int TransformMaximumNumberOfIterations
        {
            get => _divergence.TransformMaximumNumberOfIterations;
            set => _divergence.TransformMaximumNumberOfIterations = value;
        }

        /// <inheritdoc cref="NmfEstimator.Options.TransformTolerance" />
        public float TransformTolerance
        {
            get => _divergence.TransformTolerance;
            set => _divergence.TransformTolerance = value;
        }

        /// <inheritdoc cref="NmfEstimator.Options.MissingValues" />
        public MissingValues MissingValues
        {
            get => _divergence.MissingValues;
            set => _divergence.MissingValues = value;
        }

        /// <inheritdoc cref="NmfEstimator.Options.ExampleWeightColumnName" />
        public string? ExampleWeightColumnName
        {
            get => _divergence.ExampleWeightColumnName;
            set => _divergence.ExampleWeightColumnName = value;
        }

        /// <inheritdoc cref="NmfEstimator.Options.FeatureWeights" />
        public IReadOnlyList<float>? FeatureWeights
        {
            get => _divergence.FeatureWeights;
            set => _divergence.FeatureWeights = value;
        }

        /// <summary>The penalty on the deepest activations.</summary>
        internal Penalty ActivationPenalty => _divergence.ActivationPenalty;

        /// <inheritdoc />
        internal override ReadingPlan Reading => _divergence.ToReadingPlan(NegativeValues, LayerAt(0).TemplatePenalty);

        /// <summary>How the activations of new rows are found.</summary>
        internal ActivationSettings ToActivationSettings() => _divergence.ToActivationSettings();

        /// <summary>The options of one layer.</summary>
        internal DeepNmfLayerOptions LayerAt(int layer) => _layers![layer];

        /// <inheritdoc />
        internal override IEnumerable<string> Warnings()
        {
            (Penalty, bool)[] factors = [(ActivationPenalty, false), .. _layers!.Select(layer => (layer.TemplatePenalty, layer.IsFixed))];
            if (StartWarning.Escape(factors, "activations or some layers") is { } escape)
                yield return escape;
            IEnumerable<(FactorMatrix?, string)> start =
                Ranks.Select((_, i) => (LayerAt(i).IsFixed ? null : InitialTemplatesOf(i), $"{nameof(InitialTemplates)}[{i}]"));
            foreach (string warning in StartWarning.Zeros([.. start, (_initialActivations, nameof(InitialActivations))]))
                yield return warning;
        }

        /// <summary>The same options for data and factors over their units; that of the layers between activations and features is 1.</summary>
        internal Options InUnits(FactorUnits units)
        {
            var scaled = (Options)Copy();
            scaled._layers = [.. _layers!.Select((layer, i) => layer.With(units.Of(layer.TemplatePenalty, i == 0 ? units.Templates : 1)))];
            scaled._divergence = _divergence.With(units.Of(ActivationPenalty, units.Activations));
            scaled._initialActivations = FactorUnits.Divide(_initialActivations, units.Activations);
            scaled.DivideInitialTemplates(units.Templates);
            return scaled;
        }

        /// <summary>The same options for data whose rows and columns were multiplied.</summary>
        internal Options Weighted(ExampleWeights? weights)
        {
            if (weights is null)
                return this;
            var weighted = (Options)Copy();
            weighted._initialActivations = ExampleWeights.Scale(_initialActivations, weights.RowScales);
            weighted.ScaleInitialTemplates(weights.ColumnScales);
            return weighted;
        }

        /// <inheritdoc />
        internal override void Resolve()
        {
            base.Resolve();
            _layers ??= [.. Ranks.Select(_ => new DeepNmfLayerOptions())];
            if (_layers.Length != Ranks.Count)
            {
                throw new ArgumentOutOfRangeException(nameof(Layers), _layers.Length,
                    $"Layers has {_layers.Length} entries, but Ranks has {Ranks.Count}: give one for each layer.");
            }

            CheckBatches((nameof(KeepActivations), KeepActivations != ActivationKeeping.None), (nameof(InitialActivations), _initialActivations is not null));
            KeptActivations.Check(KeepActivations, Reading);
            for (int i = 0; _initialActivations is not null && i < Ranks.Count; i++)
            {
                if (InitialTemplatesOf(i) is null)
                {
                    throw new ArgumentOutOfRangeException($"{nameof(InitialTemplates)}[{i}]", null,
                        $"InitialActivations is set, but InitialTemplates[{i}] is not: activations alone are no start. Set both.");
                }
            }
        }

        /// <inheritdoc />
        internal override FactorizationOptions Copy()
        {
            var copy = (Options)base.Copy();
            copy._layers = _layers is null ? null : [.. _layers.Select(layer => layer.Copy())];
            return copy;
        }
    }

    /// <summary>The values of the options that are not set.</summary>
    internal static class Defaults
    {
        /// <summary>Components of each layer.</summary>
        public static readonly IReadOnlyList<int> Ranks = [24, 10, 4];
    }
}
