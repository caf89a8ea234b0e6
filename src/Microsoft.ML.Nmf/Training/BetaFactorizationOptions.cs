using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>The options of the factorizations that minimise a β-divergence. Every setter validates its value.</summary>
public abstract class BetaFactorizationOptions : FactorizationOptions
{
    private double _beta = BetaDivergence.Euclidean;
    private float _activationsL1Regularization;
    private float _activationsL2Regularization;
    private int _transformMaximumNumberOfIterations = 500;
    private float _transformTolerance = 1e-4f;

    private protected BetaFactorizationOptions()
    {
    }

    /// <summary>
    /// β of the divergence that is minimised (<see cref="BetaDivergence"/>), any finite number. 2 unless set. For β ≤ 0 the divergence of a zero is
    /// infinite, and values below 2⁻²³ times the mean of the data count as that.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Beta
    {
        get => _beta;
        set => _beta = OptionRange.Finite(value, nameof(Beta));
    }

    /// <summary>Weight of Σ H_ik in the objective: explains an example by fewer topics, when transforming too. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float ActivationsL1Regularization
    {
        get => _activationsL1Regularization;
        set => _activationsL1Regularization = OptionRange.NotNegative(value, nameof(ActivationsL1Regularization));
    }

    /// <summary>Weight of ½ Σ H_ik² in the objective, when transforming too. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float ActivationsL2Regularization
    {
        get => _activationsL2Regularization;
        set => _activationsL2Regularization = OptionRange.NotNegative(value, nameof(ActivationsL2Regularization));
    }

    /// <summary>For β ≠ 2: the most updates of the activations of a row when transforming, at least 1. 500 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int TransformMaximumNumberOfIterations
    {
        get => _transformMaximumNumberOfIterations;
        set => _transformMaximumNumberOfIterations = OptionRange.AtLeastOne(value, nameof(TransformMaximumNumberOfIterations));
    }

    /// <summary>
    /// For β ≠ 2: a row is transformed when an update changes no activation by more than this share of the largest. From 0 to below 1. 1e-4 unless set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
    public float TransformTolerance
    {
        get => _transformTolerance;
        set => _transformTolerance = (float)OptionRange.Share(value, nameof(TransformTolerance));
    }

    /// <summary>How activations of new rows are found.</summary>
    internal ActivationSettings ToActivationSettings()
        => new(Beta, ActivationsL1Regularization, ActivationsL2Regularization, TransformMaximumNumberOfIterations, TransformTolerance);
}
