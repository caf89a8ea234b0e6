using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// AᵀB of two tall factors A, p × a, and B, p × b. Products are summed in float32 within parts of <see cref="PartRows"/> rows and in double over the parts,
/// always in the order of the rows. Some parts are computed at a time, so that the memory for their sums does not grow with the rows. Cost p·a·b; about
/// p·a²/2 for AᵀA, where only tiles on or above the diagonal are computed.
/// </summary>
/// <param name="scheduler">Runs the parts.</param>
internal sealed class CrossProductKernel(BlockScheduler scheduler)
{
    private const int Lane = ManagedFactor.Lane;

    // Rows whose products are summed in float32.
    private const int PartRows = 4 * ExampleMatrix.BlockRows;

    // The floats of the parts that are computed at a time, where one part does not take more by itself.
    private const int MostSums = 1 << 20;

    // Kept for the next call; an engine computes one primitive at a time.
    private AlignedFloats _sums = AlignedFloats.None;

    /// <summary>The bytes of the sums of the parts that are computed at a time, for a Gram matrix.</summary>
    public static long BytesFor(int rows, int rank)
    {
        long part = (long)rank * ManagedFactor.Padded(rank);
        return sizeof(float) * part * PartsAtOnce(Parts(rows), part);
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
        int parts = Parts(first.Rows), atOnce = PartsAtOnce(parts, size);
        if (_sums.Length < (long)atOnce * size)
            _sums = new AlignedFloats(atOnce, size);
        // Where there are fewer parts at a time than threads, the threads share the rows of the result as well; that changes no sum.
        bool areShared = atOnce < scheduler.Threads;
        int shares = areShared ? (height + Lane - 1) / Lane : 1;
        Array.Clear(result);
        for (int from = 0; from < parts; from += atOnce)
        {
            int count = Math.Min(atOnce, parts - from);
            scheduler.Run(count * shares, (double)first.Rows * height * width, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (work) =>
            {
                (int place, int share) = Math.DivRem(work, shares);
                int start = (from + place) * PartRows, rows = Math.Min(PartRows, first.Rows - start);
                ReadOnlySpan<float> left = first.RowRange(start, rows), right = second.RowRange(start, rows);
                Span<float> target = _sums.Span.Slice(place * size, size);
                int end = areShared ? Math.Min((share + 1) * Lane, height) : height;
                target[(share * Lane * stride)..(end * stride)].Clear();
                for (int k = share * Lane; k < end; k += Lane)
                {
                    int column = isGram ? k : 0;
                    MatrixKernel.MultiplyAdd(new(left[k..], 1, first.Stride), right[column..], stride,
                        target[(k * stride + column)..], stride, Math.Min(Lane, height - k), rows, stride - column);
                }
            });
            for (int place = 0; place < count; place++)
                Add(_sums.Span.Slice(place * size, size), result, height, width, stride, isGram);
        }

        for (int k = 0; isGram && k < height; k++)
        {
            for (int l = 0; l < k; l++)
                result[k * width + l] = result[l * width + k];
        }
    }

    private static int Parts(int rows) => (int)(((long)rows + PartRows - 1) / PartRows);

    private static int PartsAtOnce(int parts, long size) => (int)Math.Clamp(MostSums / Math.Max(size, 1), 1, Math.Max(parts, 1));

    // result += the sums of a part, of a Gram matrix on and above the diagonal alone.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<float> sums, double[] result, int height, int width, int stride, bool isGram)
    {
        for (int k = 0; k < height; k++)
        {
            for (int l = isGram ? k : 0; l < width; l++)
                result[k * width + l] += sums[k * stride + l];
        }
    }
}
