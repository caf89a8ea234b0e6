using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Moves a few padded rows into lanes and back: lanes[k·width + i] = rows[i·stride + k], four by four values at a time.
/// </summary>
internal static class LaneTranspose
{
    /// <summary>Rows to lanes. Lanes without a row, and coordinates up to the next multiple of four, become zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToLanes(ReadOnlySpan<float> rows, int stride, int count, Span<float> lanes, int width, int rank)
    {
        int coordinates = (rank + 3) & ~3;
        if (count < width)
            lanes[..(coordinates * width)].Clear();
        Check(rows.Length >= count * stride && stride >= coordinates && lanes.Length >= coordinates * width && width % 4 == 0 && count <= width);
        ref float source = ref MemoryMarshal.GetReference(rows);
        ref float target = ref MemoryMarshal.GetReference(lanes);
        int whole = count & ~3;
        for (int i = 0; i < whole; i += 4)
        {
            for (int k = 0; k < coordinates; k += 4)
                Transpose(ref Unsafe.Add(ref source, i * stride + k), stride, ref Unsafe.Add(ref target, k * width + i), width);
        }

        for (int i = whole; i < count; i++)
        {
            for (int k = 0; k < coordinates; k++)
                lanes[k * width + i] = rows[i * stride + k];
        }
    }

    /// <summary>Lanes to rows; the padding of the rows is left as it is, but for coordinates up to the next multiple of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromLanes(ReadOnlySpan<float> lanes, int width, int rank, Span<float> rows, int stride, int count)
    {
        int coordinates = (rank + 3) & ~3;
        Check(rows.Length >= count * stride && stride >= coordinates && lanes.Length >= coordinates * width && width % 4 == 0 && count <= width);
        ref float source = ref MemoryMarshal.GetReference(lanes);
        ref float target = ref MemoryMarshal.GetReference(rows);
        int whole = count & ~3;
        for (int i = 0; i < whole; i += 4)
        {
            for (int k = 0; k < coordinates; k += 4)
                Transpose(ref Unsafe.Add(ref source, k * width + i), width, ref Unsafe.Add(ref target, i * stride + k), stride);
        }

        for (int i = whole; i < count; i++)
        {
            for (int k = 0; k < coordinates; k++)
                rows[i * stride + k] = lanes[k * width + i];
        }
    }

    private static void Check(bool fits)
    {
        if (!fits)
            throw new ArgumentException("The rows and lanes of a transposition do not fit each other.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref float source, nint sourceStride, ref float target, nint targetStride)
    {
        Vector128<float> r0 = Vector128.LoadUnsafe(ref source);
        Vector128<float> r1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, sourceStride));
        Vector128<float> r2 = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, 2 * sourceStride));
        Vector128<float> r3 = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, 3 * sourceStride));
        Vector256<float> low = Vector256.Create(r0, r1);
        Vector256<float> high = Vector256.Create(r2, r3);
        Vector512<float> all = Vector512.Shuffle(Vector512.Create(low, high), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
        all.GetLower().GetLower().StoreUnsafe(ref target);
        all.GetLower().GetUpper().StoreUnsafe(ref Unsafe.Add(ref target, targetStride));
        all.GetUpper().GetLower().StoreUnsafe(ref Unsafe.Add(ref target, 2 * targetStride));
        all.GetUpper().GetUpper().StoreUnsafe(ref Unsafe.Add(ref target, 3 * targetStride));
    }
}
