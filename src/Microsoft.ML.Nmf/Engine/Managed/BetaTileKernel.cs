using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Any β on dense data, and β ∉ {1, 2} on sparse data: X̂ is made tile by tile, <see cref="TileRows"/> × <see cref="TileColumns"/>, turned
/// into the two weights of the multiplicative update and summed into numerator and denominator before the next tile. Sparse data
/// costs its numerator only at its entries while β &gt; 0; for β ≤ 0 every zero counts as the floor. Cost up to 3·p·q·r.
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
    private readonly bool _wholeNumerator;

    /// <summary>Prepares the terms of F under D_β.</summary>
    public BetaTileKernel(DataMatrix data, ManagedFactor factor, ManagedFactor other, double beta, float floor, bool evaluate)
    {
        _data = data;
        _factor = factor;
        _other = other;
        _beta = beta;
        _floor = floor;
        _evaluate = evaluate;
        _wholeNumerator = data is DenseData || beta <= 0;
        _transposedStride = ManagedFactor.Padded(other.Rows);
        _otherTransposed = other.Transpose();
    }

    /// <summary>The scratch memory that one thread needs: four tiles and a place in each row.</summary>
    public Scratch MakeScratch() => new();

    /// <summary>Terms for one block of rows.</summary>
    /// <param name="block">Which block of <see cref="ExampleMatrix.BlockRows"/> rows.</param>
    /// <param name="numerator">Padded rows of the block, overwritten; empty when only the divergence is wanted.</param>
    /// <param name="denominator">Padded rows of the block, overwritten; empty when β = 1 or only the divergence is wanted.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    /// <returns>The divergence of the block, or 0 when it is not wanted.</returns>
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
                sparse.Data.Blocks[block].Starts.AsSpan(row, height).CopyTo(scratch.Places);
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
        if (_wholeNumerator || _evaluate)
        {
            Span<float> data = scratch.Data.Span[..(height * padded)];
            Load(block, row, height, column, width, padded, data, scratch.Places);
            if (_beta <= 0)
                PowerKernel.AtLeast(data, _floor);
            if (_evaluate)
                divergence = DivergenceKernel.Sum(data, approximation, power, padded, width, _beta, scratch.DataPower.Span);
            if (_wholeNumerator && !numerator.IsEmpty)
            {
                PowerKernel.Weigh(data, approximation, power);
                MatrixKernel.MultiplyAdd(new(data, padded, 1), _other.RowRange(column, width), stride, numerator, stride, height, width, stride);
            }
        }

        if (_data is SparseData sparse)
            Entries(sparse.Data.Blocks[block], row, height, column, width, padded, approximation, power, _wholeNumerator ? default : numerator, scratch.Places);
        return divergence;
    }

    // The tile of the data, zeros included; padding is zero.
    private void Load(int block, int row, int height, int column, int width, int padded, Span<float> target, ReadOnlySpan<int> places)
    {
        if (padded != width || _data is SparseData)
            target.Clear();
        if (_data is SparseData sparse)
        {
            CompressedBlock rows = sparse.Data.Blocks[block];
            for (int i = 0; i < height; i++)
            {
                int end = rows.Starts[row + i + 1];
                for (int p = places[i]; p < end && rows.Columns[p] < column + width; p++)
                    target[i * padded + rows.Columns[p] - column] = rows.Values[p];
            }

            return;
        }

        DenseExamples source = ((DenseData)_data).Source;
        if (!((DenseData)_data).IsTransposed)
        {
            for (int i = 0; i < height; i++)
                source.Blocks[block].AsSpan((row + i) * source.Columns + column, width).CopyTo(target[(i * padded)..]);
        }
        else
        {
            int feature = block * ExampleMatrix.BlockRows + row;
            for (int j = 0; j < width; j++)
            {
                float[] from = source.Blocks[(column + j) / ExampleMatrix.BlockRows];
                int at = (column + j) % ExampleMatrix.BlockRows * source.Columns + feature;
                for (int i = 0; i < height; i++)
                    target[i * padded + j] = from[at + i];
            }
        }
    }

    // Goes past the entries of the tile, summing their numerators on the way where zeros have none.
    private void Entries(in CompressedBlock rows, int row, int height, int column, int width, int padded, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, Span<float> numerator, Span<int> places)
    {
        int stride = _other.Stride;
        for (int i = 0; i < height; i++)
        {
            int end = rows.Starts[row + i + 1];
            int p = places[i];
            for (; p < end && rows.Columns[p] < column + width; p++)
            {
                if (numerator.IsEmpty)
                    continue;
                int at = i * padded + rows.Columns[p] - column;
                float weight = Math.Min(rows.Values[p] * (power[at] / approximation[at]), PowerKernel.Largest);
                MatrixKernel.MultiplyAdd(new(MemoryMarshal.CreateReadOnlySpan(ref weight, 1), 1, 1), _other.RowRange(rows.Columns[p], 1), stride, numerator.Slice(i * stride, stride), stride, 1, 1, stride);
            }

            places[i] = p;
        }
    }

    /// <summary>What one thread works in.</summary>
    public sealed class Scratch
    {
        /// <summary>X̂ of a tile.</summary>
        public AlignedFloats Approximation { get; } = new(TileSize);

        /// <summary>X̂^(β−1) of a tile.</summary>
        public AlignedFloats Power { get; } = new(TileSize);

        /// <summary>X of a tile, then the weights of the numerator.</summary>
        public AlignedFloats Data { get; } = new(TileSize);

        /// <summary>X^β of a tile.</summary>
        public AlignedFloats DataPower { get; } = new(TileSize);

        /// <summary>The next entry of each row of a sparse tile.</summary>
        public int[] Places { get; } = new int[TileRows];
    }
}

/// <summary>
/// The divergence of a tile, entry by entry: float32 per entry, summed in float32 along a row of the tile and in double across rows, so that a good fit is
/// not lost in the difference of large sums.
/// </summary>
internal static class DivergenceKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Σ d_β over a tile of whole rows of <paramref name="padded"/> floats, of which <paramref name="width"/> count.</summary>
    /// <param name="data">X.</param>
    /// <param name="approximation">X̂, above 0.</param>
    /// <param name="power">X̂^(β−1).</param>
    /// <param name="padded">Floats from one row to the next, a multiple of the lane.</param>
    /// <param name="width">Columns that count.</param>
    /// <param name="beta">β.</param>
    /// <param name="dataPower">Scratch of the size of <paramref name="data"/>.</param>
    public static double Sum(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, int padded, int width, double beta, Span<float> dataPower)
    {
        if (beta is not (0 or 1 or 2))
            PowerKernel.Raise(data, dataPower, beta);
        double sum = 0;
        for (int at = 0; at < data.Length; at += padded)
        {
            ReadOnlySpan<float> x = data.Slice(at, padded), y = approximation.Slice(at, padded);
            sum += beta switch
            {
                2 => Row<Euclidean>(x, y, default, default, width, 0),
                1 => Row<KullbackLeibler>(x, y, default, default, width, 0),
                0 => Row<ItakuraSaito>(x, y, default, default, width, 0),
                _ => Row<Any>(x, y, power.Slice(at, padded), dataPower.Slice(at, padded), width, (float)beta) / (beta * (beta - 1)),
            };
        }

        return sum;
    }

    private interface IDivergence
    {
        static abstract Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta);
    }

    private static double Row<TDivergence>(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, ReadOnlySpan<float> dataPower, int width, float beta)
        where TDivergence : struct, IDivergence
    {
        ref float x = ref MemoryMarshal.GetReference(data);
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float p = ref MemoryMarshal.GetReference(power.IsEmpty ? data : power);
        ref float z = ref MemoryMarshal.GetReference(dataPower.IsEmpty ? data : dataPower);
        Vector512<float> b = Vector512.Create(beta);
        Vector512<float> sum = default;
        for (int j = 0; j < width; j += Lane)
        {
            nuint at = (nuint)j;
            Vector512<float> part = TDivergence.Of(Vector512.LoadUnsafe(ref x, at), Vector512.LoadUnsafe(ref y, at), Vector512.LoadUnsafe(ref p, at), Vector512.LoadUnsafe(ref z, at), b);
            if (width - j < Lane)
                part = Vector512.ConditionalSelect(Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)(width - j))), part, Vector512<float>.Zero);
            sum += part;
        }

        return Vector512.Sum(sum);
    }

    private readonly struct Euclidean : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
        {
            Vector512<float> residual = x - y;
            return residual * residual * 0.5f;
        }
    }

    private readonly struct KullbackLeibler : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
        {
            // A zero has no logarithm, and its product with one is zero all the same.
            Vector512<float> safe = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), x / y, Vector512<float>.One);
            return x * Vector512.Log(safe) + (y - x);
        }
    }

    private readonly struct ItakuraSaito : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
        {
            Vector512<float> ratio = x / y;
            return ratio - Vector512<float>.One - Vector512.Log(ratio);
        }
    }

    // x^β + (β − 1) x̂^β − β x x̂^(β−1), still to be divided by β (β − 1)
    private readonly struct Any : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
            => dataPower - power * x + (beta - Vector512<float>.One) * power * (y - x);
    }
}
