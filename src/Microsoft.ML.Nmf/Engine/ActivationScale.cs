using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>Scales the activations of a row as an <see cref="ActivationNormalization"/> says, in double, to finite numbers of float32.</summary>
internal sealed class ActivationScale
{
    private readonly double[] _factors;

    private ActivationScale(ActivationNormalization normalization, double[] factors)
    {
        Normalization = normalization;
        _factors = factors;
    }

    /// <summary>Leaves activations as they are.</summary>
    public static ActivationScale None { get; } = new(ActivationNormalization.None, []);

    /// <summary>How activations are scaled.</summary>
    public ActivationNormalization Normalization { get; }

    /// <summary>What each component is multiplied by; empty where activations are left as they are.</summary>
    public IReadOnlyList<double> Factors => _factors;

    /// <summary>Whether how much there is in a row can be told from its scaled activations.</summary>
    public bool KeepsLength => Normalization is ActivationNormalization.None or ActivationNormalization.UnitMeanSquare;

    /// <summary>The scale of a layer's activations.</summary>
    /// <param name="normalization">How they are scaled.</param>
    /// <param name="meanSquares">The mean square of each component over the training examples; a component that is always zero keeps its scale.</param>
    /// <param name="templates">V, features × rank: what the components are made of.</param>
    public static ActivationScale Of(ActivationNormalization normalization, double[] meanSquares, Func<FactorMatrix> templates) => normalization switch
    {
        ActivationNormalization.None => None,
        ActivationNormalization.Shares => new(normalization, templates().ColumnMagnitudes()),
        _ => new(normalization, [.. meanSquares.Select(square => square > 0 ? 1 / Math.Sqrt(square) : 1)]),
    };

    /// <summary>The scaled activations of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<float> activations, Span<float> result)
    {
        if (Normalization == ActivationNormalization.None)
        {
            activations.CopyTo(result);
            return;
        }

        double length = LengthOf(activations);
        for (int k = 0; k < activations.Length; k++)
            result[k] = (float)Math.Min(length > 0 ? activations[k] * _factors[k] / length : 0, float.MaxValue);
    }

    /// <summary>Activations before scaling; where the length of the row is not kept, those of a multiple of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float[] Undo(ReadOnlySpan<float> scaled)
    {
        float[] activations = scaled.ToArray();
        // What is of another length is refused by who asked.
        for (int k = 0; k < Math.Min(_factors.Length, activations.Length); k++)
            activations[k] = _factors[k] > 0 ? (float)Math.Min(activations[k] / _factors[k], float.MaxValue) : 0;
        return activations;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double LengthOf(ReadOnlySpan<float> activations)
    {
        if (Normalization == ActivationNormalization.UnitMeanSquare)
            return 1;
        double sum = 0;
        for (int k = 0; k < activations.Length; k++)
        {
            double scaled = activations[k] * _factors[k];
            sum += Normalization == ActivationNormalization.Shares ? scaled : scaled * scaled;
        }

        return Normalization == ActivationNormalization.Shares ? sum : Math.Sqrt(sum);
    }
}
