using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Transposes a few padded rows, so that each row is in a SIMD lane of its own, and back: lanes[k·width + i] = rows[i·stride + k], in squares of 4 × 4 values and,
/// with AVX-512, of 16 × 16, which take a quarter of the loads and stores.
/// </summary>
internal static class LaneTranspose
{
    private const int Small = 4;
    private const int Large = 16;

    /// <summary>Rows to lanes. Lanes without a row become zero, and so do coordinates from the rank up to the next multiple of four.</summary>
    /// <param name="rows">The rows, whose padding is zero.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="count">The number of rows, at most <paramref name="width"/>.</param>
    /// <param name="lanes">Receives the coordinates, <paramref name="width"/> floats each.</param>
    /// <param name="width">The number of lanes, a multiple of four.</param>
    /// <param name="rank">The number of coordinates.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToLanes(ReadOnlySpan<float> rows, int stride, int count, Span<float> lanes, int width, int rank)
    {
        int coordinates = Rounded(rank);
        if (count < width)
            lanes[..(coordinates * width)].Clear();
        Check(rows.Length >= count * stride && stride >= coordinates && lanes.Length >= coordinates * width && width % Small == 0 && count <= width);
        ref float source = ref MemoryMarshal.GetReference(rows);
        ref float target = ref MemoryMarshal.GetReference(lanes);
        int whole = Transpose(ref source, stride, ref target, width, count, coordinates);
        for (int i = whole; i < count; i++)
        {
            for (int k = 0; k < coordinates; k++)
                lanes[k * width + i] = rows[i * stride + k];
        }
    }

    /// <summary>Some rows of many to lanes, as <see cref="ToLanes(ReadOnlySpan{float}, int, int, Span{float}, int, int)"/>.</summary>
    /// <param name="source">The rows, whose padding is zero.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="which">Which rows, at most <paramref name="width"/>.</param>
    /// <param name="lanes">Receives the coordinates, <paramref name="width"/> floats each.</param>
    /// <param name="width">The number of lanes: that of the rows, rounded up to a multiple of sixteen.</param>
    /// <param name="rank">The number of coordinates.</param>
    /// <param name="scratch">Working memory of sixteen rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToLanes(
        ReadOnlySpan<float> source, int stride, ReadOnlySpan<int> which, Span<float> lanes, int width, int rank, Span<float> scratch)
    {
        int coordinates = Rounded(rank), whole = Avx512F.IsSupported ? which.Length / Large * Large : 0;
        Check(stride >= coordinates && lanes.Length >= coordinates * width && width % Large == 0 && which.Length <= width && scratch.Length >= Large * stride);
        ref float from = ref MemoryMarshal.GetReference(source);
        ref float target = ref MemoryMarshal.GetReference(lanes);
        ref int rows = ref MemoryMarshal.GetReference(which);
        for (int i = 0; i < whole; i += Large, rows = ref Unsafe.Add(ref rows, Large))
        {
            // The rows of the next square are on their way while this one is turned.
            for (int next = Large; i + next < Math.Min(i + 2 * Large, which.Length); next++)
            {
                ref float row = ref Unsafe.Add(ref from, Unsafe.Add(ref rows, next) * (nint)stride);
                for (int k = 0; k < coordinates; k += Large)
                    CacheLine.Fetch(ref Unsafe.Add(ref row, k));
            }

            int column = 0;
            for (; column + Large <= coordinates; column += Large)
                LargeSquare(ref Unsafe.Add(ref from, column), ref rows, stride, ref Unsafe.Add(ref target, column * (nint)width + i), width);
            for (; column < coordinates; column += Small)
                Strip(ref Unsafe.Add(ref from, column), ref rows, stride, ref Unsafe.Add(ref target, column * (nint)width + i), width);
        }

        for (int i = whole; i < width; i += Large)
        {
            int count = Math.Min(Large, which.Length - i);
            for (int p = 0; p < count; p++)
                source.Slice(which[i + p] * stride, stride).CopyTo(scratch[(p * stride)..]);
            scratch[(count * stride)..(Large * stride)].Clear();
            Transpose(ref MemoryMarshal.GetReference(scratch), stride, ref Unsafe.Add(ref target, i), width, Large, coordinates);
        }
    }

    /// <summary>lanes[k·16 + i] = source[starts_i + k] for sixteen pieces of a list, as far as they are whole squares.</summary>
    /// <param name="source">The list.</param>
    /// <param name="starts">Where in it each of the pieces begins.</param>
    /// <param name="length">What all pieces have of it.</param>
    /// <param name="lanes">Receives the values.</param>
    /// <returns>How many values of each piece were taken, at most <paramref name="length"/>; none without AVX-512.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Interleave(ReadOnlySpan<float> source, ReadOnlySpan<int> starts, int length, Span<float> lanes)
    {
        int whole = Avx512F.IsSupported ? length / Large * Large : 0;
        if (whole == 0)
            return 0;
        Check(starts.Length == Large && lanes.Length >= whole * Large);
        foreach (int start in starts)
            Check(start + whole <= source.Length);
        for (int k = 0; k < whole; k += Large)
        {
            LargeSquare(ref Unsafe.Add(ref MemoryMarshal.GetReference(source), k), ref MemoryMarshal.GetReference(starts), 1,
                ref Unsafe.Add(ref MemoryMarshal.GetReference(lanes), k * Large), Large);
        }

        return whole;
    }

    /// <summary>Lanes to rows. Of the padding, only coordinates from the rank up to the next multiple of four are written.</summary>
    /// <param name="lanes">The coordinates, <paramref name="width"/> floats each.</param>
    /// <param name="width">The number of lanes, a multiple of four.</param>
    /// <param name="rank">The number of coordinates.</param>
    /// <param name="rows">Receives the rows.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="count">The number of rows, at most <paramref name="width"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromLanes(ReadOnlySpan<float> lanes, int width, int rank, Span<float> rows, int stride, int count)
    {
        int coordinates = Rounded(rank);
        Check(rows.Length >= count * stride && stride >= coordinates && lanes.Length >= coordinates * width && width % Small == 0 && count <= width);
        ref float source = ref MemoryMarshal.GetReference(lanes);
        ref float target = ref MemoryMarshal.GetReference(rows);
        int whole = count / Small * Small;
        Transpose(ref source, width, ref target, stride, coordinates, whole);
        for (int i = whole; i < count; i++)
        {
            for (int k = 0; k < coordinates; k++)
                rows[i * stride + k] = lanes[k * width + i];
        }
    }

    private static int Rounded(int rank) => (rank + Small - 1) / Small * Small;

    // target[k·targetStride + i] = source[i·sourceStride + k] for whole groups of four of the rows i, and columns k that are whole groups of four. Returns how
    // many rows these are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Transpose(ref float source, nint sourceStride, ref float target, nint targetStride, int rows, int columns)
    {
        int i = 0;
        for (; Avx512F.IsSupported && i + Large <= rows; i += Large)
        {
            int k = 0;
            for (; k + Large <= columns; k += Large)
                LargeSquare(ref Unsafe.Add(ref source, i * sourceStride + k), sourceStride, ref Unsafe.Add(ref target, k * targetStride + i), targetStride);
            for (; k < columns; k += Small)
            {
                for (int part = i; part < i + Large; part += Small)
                    SmallSquare(ref Unsafe.Add(ref source, part * sourceStride + k), sourceStride, ref Unsafe.Add(ref target, k * targetStride + part), targetStride);
            }
        }

        for (; i + Small <= rows; i += Small)
        {
            for (int k = 0; k < columns; k += Small)
                SmallSquare(ref Unsafe.Add(ref source, i * sourceStride + k), sourceStride, ref Unsafe.Add(ref target, k * targetStride + i), targetStride);
        }

        return i;
    }

    private static void Check(bool fits)
    {
        if (!fits)
            ThrowUnfit();
    }

    private static void ThrowUnfit() => throw new ArgumentException("The rows and lanes of a transposition do not fit each other.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SmallSquare(ref float source, nint sourceStride, ref float target, nint targetStride)
        => SmallSquare(
            Vector128.LoadUnsafe(ref source), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, sourceStride)),
            Vector128.LoadUnsafe(ref Unsafe.Add(ref source, 2 * sourceStride)), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, 3 * sourceStride)),
            ref target, targetStride);

    // Four columns of sixteen rows that are anywhere: in half the time of four small squares, whose sixteen stores are of a quarter of a vector each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip(ref float source, ref int rows, nint stride, ref float target, nint targetStride)
    {
        Quarter(EveryFourth(ref source, ref rows, stride), EveryFourth(ref source, ref Unsafe.Add(ref rows, 1), stride),
            EveryFourth(ref source, ref Unsafe.Add(ref rows, 2), stride), EveryFourth(ref source, ref Unsafe.Add(ref rows, 3), stride),
            out Vector512<float> first, out Vector512<float> second, out Vector512<float> third, out Vector512<float> fourth);
        first.StoreUnsafe(ref target);
        second.StoreUnsafe(ref Unsafe.Add(ref target, targetStride));
        third.StoreUnsafe(ref Unsafe.Add(ref target, 2 * targetStride));
        fourth.StoreUnsafe(ref Unsafe.Add(ref target, 3 * targetStride));
    }

    // Four values of each of the rows 0, 4, 8 and 12.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EveryFourth(ref float source, ref int rows, nint stride)
    {
        Vector512<float> values = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, rows * stride)).ToVector256Unsafe().ToVector512Unsafe();
        values = Avx512F.InsertVector128(values, Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref rows, 4) * stride)), 1);
        values = Avx512F.InsertVector128(values, Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref rows, 8) * stride)), 2);
        return Avx512F.InsertVector128(values, Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref rows, 12) * stride)), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SmallSquare(
        Vector128<float> r0, Vector128<float> r1, Vector128<float> r2, Vector128<float> r3, ref float target, nint targetStride)
    {
        Vector256<float> low = Vector256.Create(r0, r1);
        Vector256<float> high = Vector256.Create(r2, r3);
        Vector512<float> all = Vector512.Shuffle(Vector512.Create(low, high), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
        all.GetLower().GetLower().StoreUnsafe(ref target);
        all.GetLower().GetUpper().StoreUnsafe(ref Unsafe.Add(ref target, targetStride));
        all.GetUpper().GetLower().StoreUnsafe(ref Unsafe.Add(ref target, 2 * targetStride));
        all.GetUpper().GetUpper().StoreUnsafe(ref Unsafe.Add(ref target, 3 * targetStride));
    }

    // Four rows at a time become four vectors, each with one column of every 128-bit part; then the parts of sixteen rows are put together.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LargeSquare(ref float source, nint sourceStride, ref float target, nint targetStride)
    {
        Quarter(ref source, sourceStride, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        source = ref Unsafe.Add(ref source, 4 * sourceStride);
        Quarter(ref source, sourceStride, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        source = ref Unsafe.Add(ref source, 4 * sourceStride);
        Quarter(ref source, sourceStride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        source = ref Unsafe.Add(ref source, 4 * sourceStride);
        Quarter(ref source, sourceStride, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        Together(a0, b0, c0, d0, ref target, 4 * targetStride);
        Together(a1, b1, c1, d1, ref Unsafe.Add(ref target, targetStride), 4 * targetStride);
        Together(a2, b2, c2, d2, ref Unsafe.Add(ref target, 2 * targetStride), 4 * targetStride);
        Together(a3, b3, c3, d3, ref Unsafe.Add(ref target, 3 * targetStride), 4 * targetStride);
    }

    // The same of rows that are anywhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LargeSquare(ref float source, ref int rows, nint stride, ref float target, nint targetStride)
    {
        Quarter(ref source, ref rows, stride, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        rows = ref Unsafe.Add(ref rows, 4);
        Quarter(ref source, ref rows, stride, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        rows = ref Unsafe.Add(ref rows, 4);
        Quarter(ref source, ref rows, stride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        rows = ref Unsafe.Add(ref rows, 4);
        Quarter(ref source, ref rows, stride, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        Together(a0, b0, c0, d0, ref target, 4 * targetStride);
        Together(a1, b1, c1, d1, ref Unsafe.Add(ref target, targetStride), 4 * targetStride);
        Together(a2, b2, c2, d2, ref Unsafe.Add(ref target, 2 * targetStride), 4 * targetStride);
        Together(a3, b3, c3, d3, ref Unsafe.Add(ref target, 3 * targetStride), 4 * targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(
        ref float source, nint stride, out Vector512<float> first, out Vector512<float> second, out Vector512<float> third, out Vector512<float> fourth)
        => Quarter(
            Vector512.LoadUnsafe(ref source), Vector512.LoadUnsafe(ref Unsafe.Add(ref source, stride)),
            Vector512.LoadUnsafe(ref Unsafe.Add(ref source, 2 * stride)), Vector512.LoadUnsafe(ref Unsafe.Add(ref source, 3 * stride)), out first, out second, out third, out fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(ref float source, ref int rows, nint stride,
        out Vector512<float> first, out Vector512<float> second, out Vector512<float> third, out Vector512<float> fourth)
        => Quarter(
            Vector512.LoadUnsafe(ref Unsafe.Add(ref source, rows * stride)), Vector512.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref rows, 1) * stride)),
            Vector512.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref rows, 2) * stride)),
            Vector512.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref rows, 3) * stride)), out first, out second, out third, out fourth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3,
        out Vector512<float> first, out Vector512<float> second, out Vector512<float> third, out Vector512<float> fourth)
    {
        Vector512<double> low = Avx512F.UnpackLow(r0, r1).AsDouble(), high = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> nextLow = Avx512F.UnpackLow(r2, r3).AsDouble(), nextHigh = Avx512F.UnpackHigh(r2, r3).AsDouble();
        first = Avx512F.UnpackLow(low, nextLow).AsSingle();
        second = Avx512F.UnpackHigh(low, nextLow).AsSingle();
        third = Avx512F.UnpackLow(high, nextHigh).AsSingle();
        fourth = Avx512F.UnpackHigh(high, nextHigh).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Together(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, ref float target, nint step)
    {
        // The controls 0x88 and 0xDD take the parts 0, 2 and 1, 3 of both operands.
        Vector512<float> even = Avx512F.Shuffle4x128(a, b, 0x88), odd = Avx512F.Shuffle4x128(a, b, 0xDD);
        Vector512<float> nextEven = Avx512F.Shuffle4x128(c, d, 0x88), nextOdd = Avx512F.Shuffle4x128(c, d, 0xDD);
        Avx512F.Shuffle4x128(even, nextEven, 0x88).StoreUnsafe(ref target);
        Avx512F.Shuffle4x128(odd, nextOdd, 0x88).StoreUnsafe(ref Unsafe.Add(ref target, step));
        Avx512F.Shuffle4x128(even, nextEven, 0xDD).StoreUnsafe(ref Unsafe.Add(ref target, 2 * step));
        Avx512F.Shuffle4x128(odd, nextOdd, 0xDD).StoreUnsafe(ref Unsafe.Add(ref target, 3 * step));
    }
}
