using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

internal sealed partial class ManagedEngine
{
    /// <inheritdoc />
    public override void Gram(Factor factor, Gram result) => _crossProduct.Compute(Of(factor), Of(factor), Of(result).Values);

    /// <inheritdoc />
    public override void DataProduct(DataMatrix data, Factor other, Factor result)
    {
        ManagedFactor o = Of(other), target = Of(result);
        if (data is DenseData dense)
        {
            _denseProduct.Multiply(dense, o, target);
            return;
        }

        if (data is ObservedData observed)
        {
            _scheduler.Run(RowBlocks.Count(data.Rows), CostOf(observed, o), b =>
            {
                (int first, int count) = RowBlocks.Range(b, data.Rows);
                SparseProduct.Multiply(observed.Data.Blocks[b], o, target.RowRange(first, count));
            });
            return;
        }

        var sparse = (SparseData)data;
        FrequentRows? frequent = IsCached(o) ? null : sparse.FrequentWhereItPays();
        frequent?.Multiply(_scheduler, o, target);
        _scheduler.Run(RowBlocks.Count(data.Rows), CostOfGathering(sparse, o), b =>
        {
            (int first, int count) = RowBlocks.Range(b, data.Rows);
            ReadOnlySpan<bool> skip = frequent is null ? default : frequent.IsFrequent.AsSpan(first, count);
            SparseProduct.Multiply(sparse.Data.Blocks[b], o, target.RowRange(first, count), skip);
        });
    }

    /// <inheritdoc />
    public override void RoughDataProduct(DataMatrix data, Factor other, Factor result)
    {
        ManagedFactor o = Of(other), target = Of(result);
        if (data is not SparseData sparse || IsCached(o))
        {
            DataProduct(data, other, result);
            return;
        }

        RoundedFactor rounded = Round(o);
        _scheduler.Run(RowBlocks.Count(data.Rows), b =>
        {
            (int first, int count) = RowBlocks.Range(b, data.Rows);
            rounded.Multiply(sparse.Data.Blocks[b], target.RowRange(first, count));
        });
    }

    /// <inheritdoc />
    public override void GramProduct(Factor factor, Gram gram, Factor result)
        => ProductWithSmall(Of(factor), Of(gram).ToPaddedRows(), Of(result));

    /// <inheritdoc />
    public override void LeftGramProduct(Gram gram, Factor factor, Factor result)
    {
        ManagedFactor f = Of(factor), target = Of(result);
        target.Values.Clear();
        MatrixKernel.Left left = new(Of(gram).ToPaddedRows().Span, ManagedFactor.Padded(gram.Rank), 1);
        MatrixKernel.MultiplyAdd(left, f.Values, f.Stride, target.Values, f.Stride, gram.Rank, gram.Rank, f.Stride);
    }

    /// <inheritdoc />
    public override void SmallProduct(Factor factor, Factor small, Factor result)
        => ProductWithSmall(Of(factor), Of(small).Storage, Of(result));

    /// <inheritdoc />
    public override void SmallProductTransposed(Factor factor, Factor small, Factor result)
        => ProductWithSmall(Of(factor), Of(small).Transpose(), Of(result));

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CrossProduct(Factor first, Factor second, Factor result)
    {
        var sums = new double[ArraySize.Of(first.Rank, second.Rank, "A product of factors")];
        _crossProduct.Compute(Of(first), Of(second), sums);
        ManagedFactor target = Of(result);
        for (int k = 0; k < target.Rows; k++)
        {
            Span<float> row = target.RowRange(k, 1);
            for (int l = 0; l < target.Rank; l++)
                row[l] = (float)sums[k * target.Rank + l];
        }
    }

    private RoundedFactor Round(ManagedFactor factor)
    {
        if (_rounded is null || !_rounded.Fits(factor))
        {
            _rounded?.Release();
            _rounded = new RoundedFactor(factor.Rows, factor.Stride);
        }

        RoundedFactor rounded = _rounded;
        _scheduler.Run(RowBlocks.Count(factor.Rows), b =>
        {
            (int first, int count) = RowBlocks.Range(b, factor.Rows);
            rounded.Take(factor.RowRange(first, count), first);
        });
        return rounded;
    }

    // result ← factor · small, where small has padded rows, as many as the factor has columns.
    private void ProductWithSmall(ManagedFactor factor, AlignedFloats small, ManagedFactor result)
        => _scheduler.Run(RowBlocks.Count(factor.Rows), (double)factor.Rows * factor.Rank * result.Stride, b =>
        {
            (int first, int count) = RowBlocks.Range(b, factor.Rows);
            Span<float> rows = result.RowRange(first, count);
            rows.Clear();
            MatrixKernel.Left left = new(factor.RowRange(first, count), factor.Stride, 1);
            MatrixKernel.MultiplyAdd(left, small.Span, result.Stride, rows, result.Stride, count, factor.Rank, result.Stride);
        });
}
