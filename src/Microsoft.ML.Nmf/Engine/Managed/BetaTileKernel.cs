using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The numerator (X ∘ X̂^(β−2)) O and denominator X̂^(β−1) O of the multiplicative update of F, and the divergence D_β(X ‖ X̂), with X̂ = F Oᵀ, for data
/// whose zeros matter too: dense data, and sparse data unless β = 1. X̂ is computed in tiles of <see cref="TileRows"/> × <see cref="TileColumns"/> that
/// stay in the cache, so that it is never held whole. For β &gt; 0 the numerator of sparse data is summed over the non-zero entries alone; for β ≤ 0 a zero
/// counts as the floor and has a numerator as well. Cost up to 3·p·q·r.
/// </summary>
internal sealed class BetaTileKernel
{
    private const int TileRows = 32;
    private const int TileColumns = 128;
    private const int TileSize = TileRows * TileColumns;

    private readonly DataMatrix _data;
    private readonly ManagedFactor _factor;
    private readonly ManagedFactor _other;
    private readonly double _beta;
    private readonly float _floor;
    private readonly AlignedFloats _otherTransposed;
    private readonly int _transposedStride;
    private readonly bool _evaluate;
    private readonly bool _zerosHaveNumerator;

    /// <summary>Keeps the operands, O as its transpose.</summary>
    /// <param name="data">X, p × q.</param>
    /// <param name="factor">F, p × r.</param>
    /// <param name="other">O, q × r.</param>
    /// <param name="beta">β.</param>
    /// <param name="floor">The least value of X̂, and for β ≤ 0 of X.</param>
    /// <param name="evaluate">Whether the divergence is wanted.</param>
    public BetaTileKernel(DataMatrix data, ManagedFactor factor, ManagedFactor other, double beta, float floor, bool evaluate)
    {
        _data = data;
        _factor = factor;
        _other = other;
        _beta = beta;
        _floor = floor;
        _evaluate = evaluate;
        _zerosHaveNumerator = data is DenseData || beta <= 0;
        _transposedStride = ManagedFactor.Padded(other.Rows);
        _otherTransposed = other.Transpose();
    }

    /// <summary>The working memory of one thread.</summary>
    public Scratch MakeScratch() => new();

    /// <summary>Computes the terms of one block of rows.</summary>
    /// <param name="block">The index of the block of <see cref="ExampleMatrix.BlockRows"/> rows.</param>
    /// <param name="numerator">Receives the padded numerator rows of the block; empty when only the divergence is wanted.</param>
    /// <param name="denominator">
    /// Receives the padded denominator rows of the block; empty when only the divergence is wanted, or β = 1, where all rows have the column sums of O.
    /// </param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    /// <returns>The divergence of the block, or 0 when it is not wanted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Terms(int block, Span<float> numerator, Span<float> denominator, Scratch scratch)
    {
        (int first, int rows) = RowBlocks.Range(block, _factor.Rows);
        int stride = _factor.Stride;
        numerator.Clear();
        denominator.Clear();
        double divergence = 0;
        for (int row = 0; row < rows; row += TileRows)
        {
            int height = Math.Min(TileRows, rows - row);
            if (_data is SparseData sparse)
                sparse.Data.Blocks[block].Starts.AsSpan(row, height).CopyTo(scratch.NextEntries);
            for (int column = 0; column < _other.Rows; column += TileColumns)
            {
                int width = Math.Min(TileColumns, _other.Rows - column);
                divergence += Tile(block, first, row, height, column, width,
                    numerator.IsEmpty ? default : numerator.Slice(row * stride, height * stride),
                    denominator.IsEmpty ? default : denominator.Slice(row * stride, height * stride), scratch);
            }
        }

        return divergence;
    }

    private double Tile(int block, int first, int row, int height, int column, int width, Span<float> numerator, Span<float> denominator, Scratch scratch)
    {
        int stride = _factor.Stride;
        int padded = ManagedFactor.Padded(width);
        Span<float> approximation = scratch.Approximation.Span[..(height * padded)];
        Span<float> power = scratch.Power.Span[..(height * padded)];
        approximation.Clear();
        MatrixKernel.MultiplyAdd(new(_factor.RowRange(first + row, height), stride, 1), _otherTransposed.Span[column..], _transposedStride,
            approximation, padded, height, _factor.Rank, padded);
        PowerKernel.AtLeast(approximation, _floor);
        PowerKernel.Raise(approximation, power, _beta - 1);
        if (!denominator.IsEmpty)
            MatrixKernel.MultiplyAdd(new(power, padded, 1), _other.RowRange(column, width), stride, denominator, stride, height, width, stride);

        double divergence = 0;
        if (_zerosHaveNumerator || _evaluate)
        {
            Span<float> data = scratch.Data.Span[..(height * padded)];
            LoadData(block, row, height, column, width, padded, data, scratch.NextEntries);
            if (_beta <= 0)
                PowerKernel.AtLeast(data, _floor);
            if (_evaluate)
                divergence = DivergenceKernel.Sum(data, approximation, power, padded, width, _beta, scratch.DataPower.Span);
            if (_zerosHaveNumerator && !numerator.IsEmpty)
            {
                PowerKernel.Weigh(data, approximation, power);
                MatrixKernel.MultiplyAdd(new(data, padded, 1), _other.RowRange(column, width), stride, numerator, stride, height, width, stride);
            }
        }

        if (_data is SparseData sparse)
        {
            PassEntries(sparse.Data.Blocks[block], row, height, column, width, padded,
                approximation, power, _zerosHaveNumerator ? default : numerator, scratch.NextEntries);
        }

        return divergence;
    }

    // Writes the tile of X into the target, zeros included; the padding becomes zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadData(int block, int row, int height, int column, int width, int padded, Span<float> target, ReadOnlySpan<int> nextEntries)
    {
        if (padded != width || _data is SparseData)
            target.Clear();
        if (_data is SparseData sparse)
        {
            CompressedBlock rows = sparse.Data.Blocks[block];
            for (int i = 0; i < height; i++)
            {
                int end = rows.Starts[row + i + 1];
                for (int p = nextEntries[i]; p < end && rows.Columns[p] < column + width; p++)
                    target[i * padded + rows.Columns[p] - column] = rows.Values[p];
            }

            return;
        }

        DenseExamples source = ((DenseData)_data).Source;
        if (!((DenseData)_data).IsTransposed)
        {
            for (int i = 0; i < height; i++)
                source.Row(block, row + i).Slice(column, width).CopyTo(target[(i * padded)..]);
        }
        else
        {
            int feature = block * ExampleMatrix.BlockRows + row;
            for (int j = 0; j < width; j++)
            {
                ReadOnlySpan<float> from = source.Blocks[(column + j) / ExampleMatrix.BlockRows].Span;
                int at = (column + j) % ExampleMatrix.BlockRows * source.Stride + feature;
                for (int i = 0; i < height; i++)
                    target[i * padded + j] = from[at + i];
            }
        }
    }

    // Moves each row's next entry past the tile and, unless the numerator is empty, adds the numerators of the entries passed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PassEntries(in CompressedBlock rows, int row, int height, int column, int width, int padded,
        ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, Span<float> numerator, Span<int> nextEntries)
    {
        int stride = _other.Stride;
        for (int i = 0; i < height; i++)
        {
            int end = rows.Starts[row + i + 1];
            int p = nextEntries[i];
            for (; p < end && rows.Columns[p] < column + width; p++)
            {
                if (numerator.IsEmpty)
                    continue;
                int at = i * padded + rows.Columns[p] - column;
                float weight = Math.Min(rows.Values[p] * (power[at] / approximation[at]), MultiplicativeRule.LargestPower);
                MatrixKernel.MultiplyAdd(new(MemoryMarshal.CreateReadOnlySpan(ref weight, 1), 1, 1), _other.RowRange(rows.Columns[p], 1), stride,
                    numerator.Slice(i * stride, stride), stride, 1, 1, stride);
            }

            nextEntries[i] = p;
        }
    }

    /// <summary>The working memory of one thread.</summary>
    public sealed class Scratch
    {
        /// <summary>X̂ of a tile.</summary>
        public AlignedFloats Approximation { get; } = new(TileSize);

        /// <summary>X̂^(β−1) of a tile.</summary>
        public AlignedFloats Power { get; } = new(TileSize);

        /// <summary>X of a tile, then X ∘ X̂^(β−2), the weights of its numerator.</summary>
        public AlignedFloats Data { get; } = new(TileSize);

        /// <summary>X^β of a tile, for the divergence.</summary>
        public AlignedFloats DataPower { get; } = new(TileSize);

        /// <summary>For sparse data, the first entry of each row that is not left of the tile.</summary>
        public int[] NextEntries { get; } = new int[TileRows];
    }
}
