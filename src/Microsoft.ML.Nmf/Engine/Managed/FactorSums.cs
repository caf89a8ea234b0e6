using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Sums over blocks of padded factor rows, taken in double.</summary>
internal static class FactorSums
{
    private const int HalfLane = ManagedFactor.Lane / 2;

    /// <summary>Σ a_i b_i.</summary>
    public static double Inner(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        if (first.Length != second.Length || first.Length % ManagedFactor.Lane != 0)
            throw new ArgumentException("An inner product takes two blocks of the same shape.");
        ref float a = ref MemoryMarshal.GetReference(first);
        ref float b = ref MemoryMarshal.GetReference(second);
        Vector512<double> sum = default;
        for (nuint i = 0; i < (nuint)first.Length; i += HalfLane * 2)
        {
            (Vector512<double> aLow, Vector512<double> aHigh) = Vector512.Widen(Vector512.LoadUnsafe(ref a, i));
            (Vector512<double> bLow, Vector512<double> bHigh) = Vector512.Widen(Vector512.LoadUnsafe(ref b, i));
            sum = Vector512.MultiplyAddEstimate(aLow, bLow, sum);
            sum = Vector512.MultiplyAddEstimate(aHigh, bHigh, sum);
        }

        return Vector512.Sum(sum);
    }

    /// <summary>sum ← the sum of the first, second, … of several parts that lie a stride apart.</summary>
    public static void OfParts(ReadOnlySpan<float> parts, int partStride, int count, Span<float> sum)
    {
        if (sum.Length % ManagedFactor.Lane != 0 || parts.Length < (count - 1) * partStride + sum.Length)
            throw new ArgumentException("A sum has whole vectors, and each of its parts as many.");
        ref float from = ref MemoryMarshal.GetReference(parts);
        ref float to = ref MemoryMarshal.GetReference(sum);
        for (int k = 0; k < sum.Length; k += ManagedFactor.Lane)
        {
            Vector512<float> total = default;
            for (int part = 0; part < count; part++)
                total += Vector512.LoadUnsafe(ref from, (nuint)(part * partStride + k));
            total.StoreUnsafe(ref to, (nuint)k);
        }
    }

    /// <summary>The sum of each column.</summary>
    public static double[] OfColumns(ReadOnlySpan<float> rows, int stride, int rank)
    {
        var sums = new double[rank];
        for (int at = 0; at < rows.Length; at += stride)
        {
            ReadOnlySpan<float> row = rows.Slice(at, rank);
            for (int k = 0; k < row.Length; k++)
                sums[k] += row[k];
        }

        return sums;
    }

    /// <summary>⟨A_k, B_k⟩ of each column.</summary>
    public static double[] ColumnInner(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int stride, int rank)
    {
        var sums = new double[rank];
        for (int at = 0; at < first.Length; at += stride)
        {
            ReadOnlySpan<float> a = first.Slice(at, rank), b = second.Slice(at, rank);
            for (int k = 0; k < sums.Length; k++)
                sums[k] += (double)a[k] * b[k];
        }

        return sums;
    }

    /// <summary>The value of a penalty on the rows.</summary>
    public static double PenaltyOf(ReadOnlySpan<float> rows, int stride, Penalty penalty)
    {
        double total = 0;
        for (int at = 0; at < rows.Length; at += stride)
        {
            double sum = 0, squares = 0;
            foreach (float value in rows.Slice(at, stride))
            {
                sum += value;
                squares += (double)value * value;
            }

            total += penalty.L1 * sum + 0.5 * penalty.L2 * squares + 0.5 * penalty.Orthogonality * (sum * sum - squares);
        }

        return total;
    }
}
