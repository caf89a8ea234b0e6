using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// What NMF and deep NMF have in common: the divergence, the penalties on activations, and when the activations of a new row are good enough. Every
/// setter validates its value.
/// </summary>
internal struct DivergenceOptions()
{
    private double _beta = BetaDivergence.Euclidean;
    private float _activationsL1Regularization;
    private float _activationsL2Regularization;
    private int _transformMaximumNumberOfIterations = 500;
    private float _transformTolerance = 1e-4f;
    private MissingValues _missingValues;
    private string? _exampleWeightColumnName;
    private float[]? _featureWeights;

    /// <summary>β, any finite number.</summary>
    public double Beta
    {
        readonly get => _beta;
        set => _beta = OptionRange.Finite(value, nameof(Beta));
    }

    /// <summary>Weight of Σ H.</summary>
    public float ActivationsL1Regularization
    {
        readonly get => _activationsL1Regularization;
        set => _activationsL1Regularization = OptionRange.NotNegative(value, nameof(ActivationsL1Regularization));
    }

    /// <summary>Weight of ½ Σ H².</summary>
    public float ActivationsL2Regularization
    {
        readonly get => _activationsL2Regularization;
        set => _activationsL2Regularization = OptionRange.NotNegative(value, nameof(ActivationsL2Regularization));
    }

    /// <summary>The most steps or updates of a row, for β ≠ 2.</summary>
    public int TransformMaximumNumberOfIterations
    {
        readonly get => _transformMaximumNumberOfIterations;
        set => _transformMaximumNumberOfIterations = OptionRange.AtLeastOne(value, nameof(TransformMaximumNumberOfIterations));
    }

    /// <summary>How exactly a row is solved, for β ≠ 2: <see cref="ActivationSettings.Tolerance"/>.</summary>
    public float TransformTolerance
    {
        readonly get => _transformTolerance;
        set => _transformTolerance = (float)OptionRange.Share(value, nameof(TransformTolerance));
    }

    /// <summary>What missing values mean.</summary>
    public MissingValues MissingValues
    {
        readonly get => _missingValues;
        set => _missingValues = OptionRange.Named(value, nameof(MissingValues));
    }

    /// <summary>The column of the rows' weights.</summary>
    public string? ExampleWeightColumnName
    {
        readonly get => _exampleWeightColumnName;
        set
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(ExampleWeightColumnName));
            _exampleWeightColumnName = value;
        }
    }

    /// <summary>The weight of each feature.</summary>
    public IReadOnlyList<float>? FeatureWeights
    {
        readonly get => _featureWeights;
        set => _featureWeights = OptionRange.Weights(value, nameof(FeatureWeights));
    }

    /// <summary>How rows are read, and how often they count.</summary>
    /// <param name="negative">What happens to negative values.</param>
    /// <param name="templates">The penalty on the templates next to the features.</param>
    public readonly ReadingPlan ToReadingPlan(NegativeValues negative, Penalty templates)
        => new(new ReadingSettings(_missingValues, negative, _featureWeights), _exampleWeightColumnName, _beta, (ActivationPenalty, templates));

    /// <summary>The penalty on activations.</summary>
    public readonly Penalty ActivationPenalty => new(_activationsL1Regularization, _activationsL2Regularization);

    /// <summary>The same options with another penalty on activations.</summary>
    public readonly DivergenceOptions With(Penalty penalty)
        => this with { ActivationsL1Regularization = penalty.L1, ActivationsL2Regularization = penalty.L2 };

    /// <summary>How the activations of new rows are found.</summary>
    public readonly ActivationSettings ToActivationSettings()
        => new(_beta, _activationsL1Regularization, _activationsL2Regularization, _transformMaximumNumberOfIterations, _transformTolerance);
}
