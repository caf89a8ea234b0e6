using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// AᵀB of two tall factors A, p × a, and B, p × b. Products are summed in float32 within blocks of a few rows and in double over the blocks of a part and over
/// the parts, always in the order of the rows. Some parts are computed at a time, so that the memory for their sums does not grow with the rows. Cost p·a·b;
/// about p·a²/2 for AᵀA, of which little below the diagonal is computed.
/// </summary>
/// <param name="scheduler">Runs the parts.</param>
internal sealed class CrossProductKernel(BlockScheduler scheduler)
{
    private const int Lane = ManagedFactor.Lane;
    private const int HalfLane = Lane / 2;

    // Rows whose products are summed in float32: so many that they stay in the first cache, and fewer for a factor of few rows, whose errors would not average
    // out. What is left of Gram matrices when they cancel is the objective of a good fit.
    private const int BlockRows = 128;
    private const int ShortBlockRows = 32;

    // Rows of a part, and of a factor that has few.
    private const int PartRows = 4 * ExampleMatrix.BlockRows;
    private const int FewRows = 4 * PartRows;

    // The doubles of the parts that are computed at a time, where one part does not take more by itself.
    private const int MostSums = 1 << 19;

    // Kept for the next call; an engine computes one primitive at a time.
    private double[] _sums = [];
    private Tile[] _tiles = [];
    private (int Height, int Width, bool IsGram) _shape;

    // What is computed at once: some rows of the result, in one vector or two of its columns.
    private readonly record struct Tile(int Row, int Rows, int Column, int Vectors);

    /// <summary>The bytes of the sums of the parts that are computed at a time, for a Gram matrix.</summary>
    public static long BytesFor(int rows, int rank)
    {
        long part = (long)rank * ManagedFactor.Padded(rank);
        return sizeof(double) * part * PartsAtOnce(Parts(rows), part);
    }

    /// <summary>result ← AᵀB, row after row without padding.</summary>
    /// <param name="first">A.</param>
    /// <param name="second">B, with as many rows; the same object as A for a Gram matrix.</param>
    /// <param name="result">Receives a·b values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(ManagedFactor first, ManagedFactor second, double[] result)
    {
        bool isGram = ReferenceEquals(first, second);
        int height = first.Rank, width = second.Rank, stride = second.Stride;
        int size = ArraySize.Of(height, stride, "A product of factors");
        if (_shape != (height, width, isGram))
            (_tiles, _shape) = (TilesOf(height, stride, isGram), (height, width, isGram));
        int parts = Parts(first.Rows), atOnce = PartsAtOnce(parts, size);
        int length = ArraySize.Of(atOnce, size);
        if (_sums.Length < length)
            _sums = new double[length];
        // Where there are fewer parts at a time than threads, the threads share the tiles as well; that changes no sum.
        int shares = atOnce < scheduler.Threads ? _tiles.Length : 1;
        Array.Clear(result);
        for (int from = 0; from < parts; from += atOnce)
        {
            int count = Math.Min(atOnce, parts - from);
            scheduler.Run(count * shares, (double)first.Rows * height * width / (isGram ? 2 : 1), (work, workspace) =>
            {
                (int place, int share) = Math.DivRem(work, shares);
                ReadOnlySpan<Tile> tiles = shares == 1 ? _tiles : _tiles.AsSpan(share, 1);
                Part(first, second, from + place, tiles, _sums.AsSpan(place * size, size), workspace.Floats(0, size));
            });
            for (int place = 0; place < count; place++)
                Add(_sums.AsSpan(place * size, size), result, height, width, stride, isGram);
        }

        for (int k = 0; isGram && k < height; k++)
        {
            for (int l = 0; l < k; l++)
                result[k * width + l] = result[l * width + k];
        }
    }

    private static int Parts(int rows) => (int)(((long)rows + PartRows - 1) / PartRows);

    private static int PartsAtOnce(int parts, long size) => (int)Math.Clamp(MostSums / Math.Max(size, 1), 1, Math.Max(parts, 1));

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

    // sums ← some tiles of the product of a part's rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Part(ManagedFactor first, ManagedFactor second, int part, ReadOnlySpan<Tile> tiles, Span<double> sums, Span<float> scratch)
    {
        int stride = second.Stride, start = part * PartRows, end = (int)Math.Min(start + (long)PartRows, first.Rows);
        int block = first.Rows <= FewRows ? ShortBlockRows : BlockRows;
        for (int row = start; row < end; row += block)
        {
            int rows = Math.Min(block, end - row);
            ReadOnlySpan<float> left = first.RowRange(row, rows), right = second.RowRange(row, rows);
            foreach (Tile tile in tiles)
            {
                int at = tile.Row * stride + tile.Column;
                OuterTile.Multiply(
                    right[tile.Column..], stride, left[tile.Row..], first.Stride, rows, scratch[at..], stride, tile.Rows, tile.Vectors, add: false);
                Accumulate(scratch[at..], sums[at..], stride, tile.Rows, tile.Vectors, add: row > start);
            }
        }
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

    // result += the sums of a part, of a Gram matrix on and above the diagonal alone.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<double> sums, double[] result, int height, int width, int stride, bool isGram)
    {
        int whole = isGram ? width / Lane * Lane : width;
        for (int k = 0; k < height; k++)
        {
            for (int l = isGram ? k : 0; l < whole; l++)
                result[k * width + l] += sums[k * stride + l];
            // What was computed as rows.
            for (int l = Math.Max(whole, k); l < width; l++)
                result[k * width + l] += sums[l * stride + k];
        }
    }
}
