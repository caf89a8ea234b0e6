using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

internal sealed partial class ManagedEngine
{
    /// <inheritdoc />
    public override void Combine(double a, Factor first, double b, Factor second, Factor result)
    {
        ManagedFactor f = Of(first), s = Of(second), target = Of(result);
        ForBlocks(target, (start, count) =>
            ElementwiseKernel.Combine((float)a, f.RowRange(start, count), (float)b, s.RowRange(start, count), target.RowRange(start, count)));
    }

    /// <inheritdoc />
    public override void AtLeast(Factor factor, float least)
    {
        ManagedFactor f = Of(factor);
        ForBlocks(f, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (start, count) =>
        {
            Span<float> rows = f.RowRange(start, count);
            PowerKernel.AtLeast(rows, least);
            // The padding stays zero.
            for (int i = 0; least != 0 && i < count; i++)
                rows[(i * f.Stride + f.Rank)..((i + 1) * f.Stride)].Clear();
        });
    }

    /// <inheritdoc />
    public override void KeepWhere(Factor factor, Factor pattern, Factor result)
    {
        ManagedFactor f = Of(factor), p = Of(pattern), target = Of(result);
        ForBlocks(target, (start, count) => ElementwiseKernel.KeepWhere(f.RowRange(start, count), p.RowRange(start, count), target.RowRange(start, count)));
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void RemoveAlong(Factor factor, Factor direction)
    {
        ManagedFactor f = Of(factor), d = Of(direction);
        double[] shared = ColumnInner(f, d), lengths = ColumnInner(d, d);
        float[] part = new float[f.Stride];
        for (int k = 0; k < f.Rank; k++)
            part[k] = lengths[k] > 0 ? (float)(shared[k] / lengths[k]) : 0;
        ForBlocks(f, (start, count) => ElementwiseKernel.RemoveScaled(f.RowRange(start, count), d.RowRange(start, count), part));
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TakeColumnNorms(Factor factor, Factor pattern)
    {
        ManagedFactor f = Of(factor), p = Of(pattern);
        double[] has = ColumnInner(f, f), takes = ColumnInner(p, p);
        float[] scale = new float[f.Stride];
        for (int k = 0; k < f.Rank; k++)
        {
            // A column that vanished, or is too small to scale in float32, comes back as it was.
            double by = Math.Sqrt(takes[k] / has[k]);
            bool hasVanished = !(by <= float.MaxValue);
            scale[k] = hasVanished ? 1 : (float)by;
            for (int i = 0; hasVanished && i < f.Rows; i++)
                f.Values[i * f.Stride + k] = p.Values[i * p.Stride + k];
        }

        ForBlocks(f, (start, count) => ElementwiseKernel.ScaleColumns(f.RowRange(start, count), scale));
    }

    /// <inheritdoc />
    public override void AdamUpdate(Factor factor, Factor gradient, (Factor First, Factor Second) moments, AdamRule rule)
    {
        ManagedFactor f = Of(factor), g = Of(gradient), m = Of(moments.First), v = Of(moments.Second);
        ForBlocks(f, (start, count) =>
            ElementwiseKernel.Adam(f.RowRange(start, count), g.RowRange(start, count), m.RowRange(start, count), v.RowRange(start, count), rule));
    }

    /// <inheritdoc />
    public override double SquaredError(Factor target, Factor factor, Factor small)
    {
        ManagedFactor t = Of(target), f = Of(factor);
        AlignedFloats transposed = Of(small).Transpose();
        int blocks = RowBlocks.Count(t.Rows);
        var parts = new double[blocks];
        _scheduler.Run(blocks, () => new AlignedFloats(ExampleMatrix.BlockRows, t.Stride), (b, scratch) =>
        {
            (int first, int count) = RowBlocks.Range(b, t.Rows);
            Span<float> difference = scratch.Span[..(count * t.Stride)];
            difference.Clear();
            MatrixKernel.MultiplyAdd(new(f.RowRange(first, count), f.Stride, 1), transposed.Span, t.Stride, difference, t.Stride, count, f.Rank, t.Stride);
            ElementwiseKernel.Combine(1, t.RowRange(first, count), -1, difference, difference);
            parts[b] = FactorSums.Inner(difference, difference);
        });
        return parts.Sum();
    }

    private void ForBlocks(ManagedFactor factor, Action<int, int> body)
        => _scheduler.Run(RowBlocks.Count(factor.Rows), CostOfEntries(factor), b =>
        {
            (int first, int count) = RowBlocks.Range(b, factor.Rows);
            body(first, count);
        });

    // ⟨A_k, B_k⟩ for every column, in double, block after block.
    private double[] ColumnInner(ManagedFactor first, ManagedFactor second)
    {
        var parts = new double[RowBlocks.Count(first.Rows)][];
        _scheduler.Run(parts.Length, CostOfEntries(first), b =>
        {
            (int start, int count) = RowBlocks.Range(b, first.Rows);
            parts[b] = FactorSums.ColumnInner(first.RowRange(start, count), second.RowRange(start, count), first.Stride, first.Rank);
        });
        return AddUp(parts, first.Rank);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] AddUp(double[][] parts, int rank)
    {
        var sums = new double[rank];
        foreach (double[] part in parts)
        {
            for (int k = 0; k < sums.Length; k++)
                sums[k] += part[k];
        }

        return sums;
    }
}
