using System.ComponentModel;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What stands in a <see cref="FactorizationChain"/>: a matrix to start from, and how to train it. The same object in several places is one factor that
/// all of them share.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class ChainFactor
{
    private float _l1Regularization;
    private float _l2Regularization;
    private float _orthogonality;

    /// <summary>A factor that starts from given values.</summary>
    /// <param name="values">The values, finite and at least 0. Zeros stay zero.</param>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite.</exception>
    public ChainFactor(FactorMatrix values)
    {
        ArgumentNullException.ThrowIfNull(values);
        InitialValues = OptionRange.Factor(values, nameof(values))!;
    }

    /// <summary>The values to start from.</summary>
    public FactorMatrix InitialValues { get; }

    /// <summary>Whether the factor keeps the values it starts from.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Weight of the sum of the entries in the objective. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float L1Regularization
    {
        get => _l1Regularization;
        init => _l1Regularization = OptionRange.NotNegative(value, nameof(L1Regularization));
    }

    /// <summary>Weight of half the sum of the squares of the entries. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float L2Regularization
    {
        get => _l2Regularization;
        init => _l2Regularization = OptionRange.NotNegative(value, nameof(L2Regularization));
    }

    /// <summary>Weight of half the sum, over the rows, of the products of different entries of a row. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float Orthogonality
    {
        get => _orthogonality;
        init => _orthogonality = OptionRange.NotNegative(value, nameof(Orthogonality));
    }

    /// <summary>The penalty on the factor.</summary>
    internal Penalty Penalty => new(_l1Regularization, _l2Regularization, _orthogonality);

    /// <summary>A factor that starts from uniform random values.</summary>
    /// <param name="rows">The number of rows, at least 1.</param>
    /// <param name="columns">The number of columns, at least 1.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="scale">The values are from 0 to this; above 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the scale is not above 0 and finite.</exception>
    public static ChainFactor Random(int rows, int columns, int seed, float scale = 1)
    {
        OptionRange.AtLeastOne(rows, nameof(rows));
        OptionRange.AtLeastOne(columns, nameof(columns));
        if (!(scale > 0 && float.IsFinite(scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"scale is {scale}, but must be a finite number above 0.");
        var random = new Random(seed);
        var values = new float[checked(rows * columns)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() * scale;
        return new ChainFactor(FactorMatrix.TakeOver(values, rows, columns));
    }
}
