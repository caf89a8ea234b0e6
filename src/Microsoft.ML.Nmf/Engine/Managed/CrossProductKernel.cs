using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// AᵀB of two tall factors A, p × a, and B, p × b. Products are summed in float32 within blocks of a few rows and in double over the blocks of a part and over
/// the parts, always in the order of the rows. Some parts are computed at a time, so that the memory for their sums does not grow with the rows. Cost p·a·b;
/// about p·a²/2 for AᵀA, of which little below the diagonal is computed.
/// </summary>
/// <param name="scheduler">Runs the parts.</param>
internal sealed class CrossProductKernel(BlockScheduler scheduler)
{
    // Rows whose products are summed in float32: so many that they stay in the first cache, and fewer for a factor of few rows, whose errors would not average
    // out. What is left of Gram matrices when they cancel is the objective of a good fit.
    public const int BlockRows = 128;
    private const int ShortBlockRows = 32;

    // Rows of a part, and of a factor that has few.
    private const int PartRows = 4 * ExampleMatrix.BlockRows;
    private const int FewRows = 4 * PartRows;

    // The doubles of the parts that are computed at a time, where one part does not take more by itself.
    private const int MostSums = 1 << 19;

    // Kept for the next call; an engine computes one primitive at a time.
    private double[] _sums = [];
    private CrossProductTiles? _tiles;

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
        CrossProductTiles tiles = CrossProductTiles.For(first.Rank, second.Rank, isGram, ref _tiles);
        int size = tiles.Size;
        int parts = Parts(first.Rows), atOnce = PartsAtOnce(parts, size);
        int length = ArraySize.Of(atOnce, size);
        if (_sums.Length < length)
            _sums = new double[length];
        // Where there are fewer parts at a time than threads, the threads share the tiles as well; that changes no sum.
        int shares = atOnce < scheduler.Threads ? tiles.Count : 1;
        Array.Clear(result);
        for (int from = 0; from < parts; from += atOnce)
        {
            int count = Math.Min(atOnce, parts - from);
            scheduler.Run(count * shares, (double)first.Rows * first.Rank * second.Rank / (isGram ? 2 : 1), (work, workspace) =>
            {
                (int place, int share) = Math.DivRem(work, shares);
                Range some = shares == 1 ? Range.All : share..(share + 1);
                Part(tiles, some, first, second, from + place, _sums.AsSpan(place * size, size), workspace.Floats(0, size));
            });
            for (int place = 0; place < count; place++)
                tiles.Add(_sums.AsSpan(place * size, size), result);
        }

        tiles.Mirror(result);
    }

    private static int Parts(int rows) => (int)(((long)rows + PartRows - 1) / PartRows);

    private static int PartsAtOnce(int parts, long size) => (int)Math.Clamp(MostSums / Math.Max(size, 1), 1, Math.Max(parts, 1));

    // sums ← some tiles of the product of a part's rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Part(CrossProductTiles tiles, Range some, ManagedFactor first, ManagedFactor second, int part, Span<double> sums, Span<float> scratch)
    {
        int start = part * PartRows, count = Math.Min(PartRows, first.Rows - start), block = first.Rows <= FewRows ? ShortBlockRows : BlockRows;
        tiles.MultiplyBlocks(first.RowRange(start, count), first.Stride, second.RowRange(start, count), block, some, sums, scratch, add: false);
    }
}
