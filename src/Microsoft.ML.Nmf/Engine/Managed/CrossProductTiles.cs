using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The tiles that AᵀB of two tall factors is computed in, A, p × a, and B, p × b: the products of some rows at a time in float32, their sums in double. Of AᵀA little
/// below the diagonal is computed.
/// </summary>
internal sealed class CrossProductTiles
{
    private const int Lane = ManagedFactor.Lane;
    private const int HalfLane = Lane / 2;

    private readonly Tile[] _tiles;
    private readonly int _height;
    private readonly int _width;
    private readonly int _stride;
    private readonly bool _isGram;

    // What is computed at once: some rows of the result, in one vector or two of its columns.
    private readonly record struct Tile(int Row, int Rows, int Column, int Vectors);

    /// <summary>The tiles for a shape.</summary>
    /// <param name="height">a.</param>
    /// <param name="width">b.</param>
    /// <param name="isGram">Whether B is A.</param>
    public CrossProductTiles(int height, int width, bool isGram)
    {
        (_height, _width, _isGram) = (height, width, isGram);
        _stride = ManagedFactor.Padded(width);
        Size = ArraySize.Of(height, _stride, "A product of factors");
        _tiles = TilesOf(height, _stride, isGram);
    }

    /// <summary>The values of sums and of the scratch of a block.</summary>
    public int Size { get; }

    /// <summary>The number of tiles.</summary>
    public int Count => _tiles.Length;

    /// <summary>The tiles for a shape: those that were kept, where they are for it, or new ones, which then are kept.</summary>
    public static CrossProductTiles For(int height, int width, bool isGram, ref CrossProductTiles? kept)
        => kept is { } tiles && (height, width, isGram) == (tiles._height, tiles._width, tiles._isGram) ? tiles : kept = new(height, width, isGram);

    /// <summary>sums ← the product of many rows, or sums + it, with a block of them at a time summed in float32.</summary>
    /// <param name="left">Padded rows of A.</param>
    /// <param name="leftStride">Floats from one of them to the next.</param>
    /// <param name="right">Padded rows of B.</param>
    /// <param name="block">The most rows of a block.</param>
    /// <param name="tiles">Which tiles.</param>
    /// <param name="sums">The sums.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="add">Whether the sums are added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MultiplyBlocks(
        ReadOnlySpan<float> left, int leftStride, ReadOnlySpan<float> right, int block, Range tiles, Span<double> sums, Span<float> scratch, bool add)
    {
        int count = right.Length / _stride;
        for (int row = 0; row < count; row += block)
        {
            int rows = Math.Min(block, count - row);
            Multiply(left[(row * leftStride)..], leftStride, right.Slice(row * _stride, rows * _stride), rows, tiles, sums, scratch, add || row > 0);
        }
    }

    // sums ← the product of a block of rows, or sums + it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(
        ReadOnlySpan<float> left, int leftStride, ReadOnlySpan<float> right, int rows, Range tiles, Span<double> sums, Span<float> scratch, bool add)
    {
        foreach (Tile tile in _tiles.AsSpan(tiles))
        {
            int at = tile.Row * _stride + tile.Column;
            OuterTile.Multiply(right[tile.Column..], _stride, left[tile.Row..], leftStride, rows, scratch[at..], _stride, tile.Rows, tile.Vectors, add: false);
            Accumulate(scratch[at..], sums[at..], _stride, tile.Rows, tile.Vectors, add);
        }
    }

    /// <summary>result += sums, of a Gram matrix on and above the diagonal alone. The result has rows without padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<double> sums, double[] result)
    {
        int whole = _isGram ? _width / Lane * Lane : _width;
        for (int k = 0; k < _height; k++)
        {
            for (int l = _isGram ? k : 0; l < whole; l++)
                result[k * _width + l] += sums[k * _stride + l];
            // What was computed as rows.
            for (int l = Math.Max(whole, k); l < _width; l++)
                result[k * _width + l] += sums[l * _stride + k];
        }
    }

    /// <summary>Copies what is above the diagonal of a Gram matrix below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Mirror(double[] result)
    {
        for (int k = 0; _isGram && k < _height; k++)
        {
            for (int l = 0; l < k; l++)
                result[k * _width + l] = result[l * _width + k];
        }
    }

    // All tiles. Those of a Gram matrix are the whole vectors of its columns down to the diagonal, and the components beyond them as rows, without padding.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Tile[] TilesOf(int height, int columns, bool isGram)
    {
        var tiles = new List<Tile>();
        int whole = isGram ? height / Lane * Lane : 0;
        for (int column = 0; column < whole; column += OuterTile.StripWidth)
        {
            int vectors = Math.Min(whole - column, OuterTile.StripWidth) / Lane;
            tiles.Add(new Tile(0, column + Lane, column, vectors));
            if (vectors > 1)
                tiles.Add(new Tile(column + Lane, Lane, column + Lane, 1));
        }

        for (int column = 0; whole < height && column < columns; column += OuterTile.StripWidth)
            tiles.Add(new Tile(whole, height - whole, column, Math.Min(columns - column, OuterTile.StripWidth) / Lane));
        return [.. tiles];
    }

    // sums ← values of a tile, or sums + values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(ReadOnlySpan<float> values, Span<double> sums, int stride, int rows, int vectors, bool add)
    {
        MatrixKernel.Check(Math.Min(values.Length, sums.Length), (long)(rows - 1) * stride + vectors * Lane);
        ref float from = ref MemoryMarshal.GetReference(values);
        ref double to = ref MemoryMarshal.GetReference(sums);
        for (int k = 0; k < rows; k++)
        {
            for (nuint l = 0; l < (nuint)(vectors * Lane); l += Lane)
            {
                (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, l));
                if (add)
                {
                    low += Vector512.LoadUnsafe(ref to, l);
                    high += Vector512.LoadUnsafe(ref to, l + HalfLane);
                }

                low.StoreUnsafe(ref to, l);
                high.StoreUnsafe(ref to, l + HalfLane);
            }

            from = ref Unsafe.Add(ref from, stride);
            to = ref Unsafe.Add(ref to, stride);
        }
    }
}
