using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The templates W of a transform for β ≠ 2, divided by a power of 2 that brings them near 1, and what depends on them alone. A row is divided by another, so
/// that activations scale with the row and with the templates. Threads share it.
/// </summary>
internal sealed class UnitTemplates
{
    private readonly double _unit;
    private readonly Lazy<AlignedFloats> _transposed;

    /// <summary>Scales W and sums its columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public UnitTemplates(FactorMatrix templates)
    {
        _unit = ActivationUnit.Of(templates);
        Factor = new ManagedFactor(templates.Rows, templates.Columns);
        for (int j = 0; j < templates.Rows; j++)
        {
            ReadOnlySpan<float> from = templates.Row(j);
            Span<float> to = Factor.RowRange(j, 1);
            for (int k = 0; k < from.Length; k++)
                to[k] = (float)(from[k] / _unit);
        }

        ColumnSums = FactorSums.OfColumns(Factor.Values, Factor.Stride, Factor.Rank);
        Sum = ColumnSums.Sum();
        _transposed = new(Factor.Transpose);
    }

    /// <summary>W in its unit.</summary>
    public ManagedFactor Factor { get; }

    /// <summary>The sum of each column of W in its unit.</summary>
    public double[] ColumnSums { get; }

    /// <summary>The sum of W in its unit.</summary>
    public double Sum { get; }

    /// <summary>Wᵀ as padded rows; made when first asked for.</summary>
    public AlignedFloats Transposed => _transposed.Value;

    /// <summary>The unit of a row, from the sum of its values.</summary>
    public double UnitOf(double sum) => ActivationUnit.PowerOfTwo(sum / Factor.Rows);

    /// <summary>The unit of the activations of a row.</summary>
    /// <param name="unit">The unit of the row.</param>
    public double UnitOfActivations(double unit) => unit / _unit;

    /// <summary>The penalty on activations over their unit, for a divergence that is over unit^β.</summary>
    /// <param name="settings">The weights, and β.</param>
    /// <param name="unit">The unit of the row.</param>
    public Penalty PenaltyOf(ActivationSettings settings, double unit)
    {
        double objective = Math.Pow(unit, settings.Beta), activations = UnitOfActivations(unit);
        return new Penalty(Weight(settings.L1, activations / objective), Weight(settings.L2, activations * activations / objective));
        static float Weight(float weight, double scale) => weight == 0 ? 0 : (float)Math.Min(weight * scale, MultiplicativeRule.LargestPower);
    }
}
