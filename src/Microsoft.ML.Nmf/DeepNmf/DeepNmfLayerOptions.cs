using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>The options of one layer of a deep factorization. Every setter validates its value.</summary>
public sealed class DeepNmfLayerOptions
{
    private float _l1Regularization;
    private float _l2Regularization;
    private float _orthogonality;
    private FactorMatrix? _initialTemplates;

    /// <summary>Weight of the sum of the layer's templates in the objective. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float L1Regularization
    {
        get => _l1Regularization;
        set => _l1Regularization = OptionRange.NotNegative(value, nameof(L1Regularization));
    }

    /// <summary>Weight of half the sum of their squares. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float L2Regularization
    {
        get => _l2Regularization;
        set => _l2Regularization = OptionRange.NotNegative(value, nameof(L2Regularization));
    }

    /// <summary>Weight of half the sum, over the rows, of the products of different entries of a row: makes topics that share little. At least 0. 0 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float Orthogonality
    {
        get => _orthogonality;
        set => _orthogonality = OptionRange.NotNegative(value, nameof(Orthogonality));
    }

    /// <summary>
    /// Templates to start from: features × rank for the first layer, rank of the layer before × rank for every other. Pre-training leaves them as they are. Null starts
    /// them as <see cref="DeepNmfEstimator.Options.Initialization"/> says.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite. The estimator throws it for a wrong shape.</exception>
    public FactorMatrix? InitialTemplates
    {
        get => _initialTemplates;
        set => _initialTemplates = OptionRange.Factor(value, nameof(InitialTemplates));
    }

    /// <summary>Whether the joint training leaves the layer's templates as they start, given or pre-trained.</summary>
    public bool IsFixed { get; set; }

    /// <summary>A copy, so that an estimator does not change with the options it was made from.</summary>
    internal DeepNmfLayerOptions Copy() => (DeepNmfLayerOptions)MemberwiseClone();
}
