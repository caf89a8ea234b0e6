using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

internal sealed partial class ManagedEngine
{
    /// <inheritdoc />
    public override double ObservedDescent(DataMatrix data, Factor factor, Factor other, Penalty penalty, int sweeps)
    {
        var observed = (ObservedData)data;
        var kernel = new ObservedDescentKernel(observed, Of(factor), Of(other), penalty, sweeps);
        var parts = new double[ObservedTermsKernel.Pieces(data.Rows)];
        _scheduler.Run(parts.Length, CostOf(observed, Of(other)), (piece, workspace) => parts[piece] = kernel.Descend(piece, workspace));
        return parts.Sum();
    }

    /// <inheritdoc />
    public override void ScaleRows(Factor factor, float[] scales)
    {
        ManagedFactor f = Of(factor);
        ForBlocks(f, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (first, count) =>
        {
            for (int i = 0; i < count; i++)
                ElementwiseKernel.Combine(scales[first + i], f.RowRange(first + i, 1), 0, f.RowRange(first + i, 1), f.RowRange(first + i, 1));
        });
    }

    private double ObservedTerms(ObservedData data, ManagedFactor factor, ManagedFactor other, double beta, MultiplicativeTerms? terms, bool evaluate)
    {
        var kernel = new ObservedTermsKernel(data, factor, other, beta);
        ManagedFactor? numerator = terms is null ? null : Of(terms.Numerator), denominator = terms is null ? null : Of(terms.Denominator);
        var parts = new double[ObservedTermsKernel.Pieces(data.Rows)];
        _scheduler.Run(parts.Length, CostOf(data, other),
            (piece, workspace) => parts[piece] = kernel.Compute(piece, numerator, denominator, evaluate, workspace));
        return evaluate ? parts.Sum() : double.NaN;
    }

    private static double CostOf(ObservedData data, ManagedFactor other) => 3.0 * data.Data.NonZeros * other.Stride;
}
