using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The product of a block of compressed rows with a factor: each result row is summed in registers, up to 64 columns at a time,
/// from the factor rows that the entries name. Cost z·r multiply-adds and as many floats read.
/// </summary>
internal static class SparseProduct
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>result ← rows · other.</summary>
    /// <param name="rows">The compressed rows.</param>
    /// <param name="other">A factor with one row for each column of <paramref name="rows"/>.</param>
    /// <param name="result">One padded row for each compressed row; all of it is overwritten.</param>
    /// <param name="skip">For each row, whether to leave its result alone; empty for none.</param>
    public static void Multiply(in CompressedBlock rows, ManagedFactor other, Span<float> result, ReadOnlySpan<bool> skip = default)
    {
        int stride = other.Stride;
        for (int column = 0; column < stride;)
        {
            int width = Math.Min(stride - column, 4 * Lane);
            switch (width / Lane)
            {
                case 4: Multiply<FourVectors>(rows, other.Values[column..], stride, result[column..], skip); break;
                case 3: Multiply<ThreeVectors>(rows, other.Values[column..], stride, result[column..], skip); break;
                case 2: Multiply<TwoVectors>(rows, other.Values[column..], stride, result[column..], skip); break;
                default: Multiply<OneVector>(rows, other.Values[column..], stride, result[column..], skip); break;
            }

            column += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TWidth>(in CompressedBlock rows, ReadOnlySpan<float> other, int stride, Span<float> result, ReadOnlySpan<bool> skip)
        where TWidth : struct, IVectorCount
    {
        ref int columns = ref MemoryMarshal.GetArrayDataReference(rows.Columns);
        ref float values = ref MemoryMarshal.GetArrayDataReference(rows.Values);
        ref float source = ref MemoryMarshal.GetReference(other);
        ref float target = ref MemoryMarshal.GetReference(result);
        int[] starts = rows.Starts;
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            if (!skip.IsEmpty && skip[i])
                continue;
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            int end = starts[i + 1];
            for (int p = starts[i]; p < end; p++)
            {
                ref float row = ref Unsafe.Add(ref source, (nint)Unsafe.Add(ref columns, p) * stride);
                Vector512<float> value = Vector512.Create(Unsafe.Add(ref values, p));
                s0 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row), s0);
                if (TWidth.Count > 1) s1 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row, Lane), s1);
                if (TWidth.Count > 2) s2 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row, 2 * Lane), s2);
                if (TWidth.Count > 3) s3 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row, 3 * Lane), s3);
            }

            ref float sum = ref Unsafe.Add(ref target, (nint)i * stride);
            s0.StoreUnsafe(ref sum);
            if (TWidth.Count > 1) s1.StoreUnsafe(ref sum, Lane);
            if (TWidth.Count > 2) s2.StoreUnsafe(ref sum, 2 * Lane);
            if (TWidth.Count > 3) s3.StoreUnsafe(ref sum, 3 * Lane);
        }
    }
}
