using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Operations on every entry of a block of padded rows. Padding that is zero in all operands stays zero.</summary>
internal static class ElementwiseKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>result ← a·A + b·B; the result may be one of the operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine(float a, ReadOnlySpan<float> first, float b, ReadOnlySpan<float> second, Span<float> result)
    {
        CheckShapes(result.Length, first.Length, second.Length);
        ref float x = ref MemoryMarshal.GetReference(first);
        ref float y = ref MemoryMarshal.GetReference(second);
        ref float z = ref MemoryMarshal.GetReference(result);
        for (nuint i = 0; i < (nuint)result.Length; i += Lane)
            Vector512.MultiplyAddEstimate(Vector512.Create(a), Vector512.LoadUnsafe(ref x, i), b * Vector512.LoadUnsafe(ref y, i)).StoreUnsafe(ref z, i);
    }

    /// <summary>result ← values where the pattern is above 0, and 0 elsewhere; the result may be the values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void KeepWhere(ReadOnlySpan<float> values, ReadOnlySpan<float> pattern, Span<float> result)
    {
        CheckShapes(result.Length, values.Length, pattern.Length);
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float y = ref MemoryMarshal.GetReference(pattern);
        ref float z = ref MemoryMarshal.GetReference(result);
        for (nuint i = 0; i < (nuint)result.Length; i += Lane)
        {
            Vector512<float> isKept = Vector512.GreaterThan(Vector512.LoadUnsafe(ref y, i), Vector512<float>.Zero);
            (Vector512.LoadUnsafe(ref x, i) & isKept).StoreUnsafe(ref z, i);
        }
    }

    /// <summary>Multiplies every row of the values by the given row, entry by entry: values_ik ← values_ik · row_k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleColumns(Span<float> values, ReadOnlySpan<float> row)
    {
        CheckShapes(values.Length, values.Length, values.Length / row.Length * row.Length);
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float y = ref MemoryMarshal.GetReference(row);
        for (int at = 0; at < values.Length; at += row.Length)
        {
            for (int k = 0; k < row.Length; k += Lane)
                (Vector512.LoadUnsafe(ref x, (nuint)(at + k)) * Vector512.LoadUnsafe(ref y, (nuint)k)).StoreUnsafe(ref x, (nuint)(at + k));
        }
    }

    /// <summary>values_ik ← values_ik − other_ik · row_k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RemoveScaled(Span<float> values, ReadOnlySpan<float> other, ReadOnlySpan<float> row)
    {
        CheckShapes(values.Length, other.Length, values.Length / row.Length * row.Length);
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float y = ref MemoryMarshal.GetReference(other);
        ref float w = ref MemoryMarshal.GetReference(row);
        for (int at = 0; at < values.Length; at += row.Length)
        {
            for (int k = 0; k < row.Length; k += Lane)
            {
                Vector512<float> part = Vector512.LoadUnsafe(ref y, (nuint)(at + k)) * Vector512.LoadUnsafe(ref w, (nuint)k);
                (Vector512.LoadUnsafe(ref x, (nuint)(at + k)) - part).StoreUnsafe(ref x, (nuint)(at + k));
            }
        }
    }

    /// <summary>One step of Adam, then values ← max(values, 0). The moments are updated in place.</summary>
    /// <param name="values">The parameters.</param>
    /// <param name="gradient">Their gradient g.</param>
    /// <param name="firstMoment">m ← β₁ m + (1 − β₁) g.</param>
    /// <param name="secondMoment">v ← β₂ v + (1 − β₂) g².</param>
    /// <param name="rule">The constants and the number of the step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Adam(Span<float> values, ReadOnlySpan<float> gradient, Span<float> firstMoment, Span<float> secondMoment, AdamRule rule)
    {
        CheckShapes(values.Length, gradient.Length, Math.Min(firstMoment.Length, secondMoment.Length));
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float g = ref MemoryMarshal.GetReference(gradient);
        ref float m = ref MemoryMarshal.GetReference(firstMoment);
        ref float v = ref MemoryMarshal.GetReference(secondMoment);
        float b1 = (float)rule.FirstDecay, b2 = (float)rule.SecondDecay, c1 = (float)(1 - rule.FirstDecay), c2 = (float)(1 - rule.SecondDecay);
        float rate = (float)(rule.LearningRate * rule.FirstCorrection), second = (float)rule.SecondCorrection;
        float epsilon = Math.Max((float)rule.Epsilon, AdamRule.LeastEpsilon);
        for (nuint i = 0; i < (nuint)values.Length; i += Lane)
        {
            Vector512<float> slope = Vector512.LoadUnsafe(ref g, i);
            Vector512<float> mean = b1 * Vector512.LoadUnsafe(ref m, i) + c1 * slope;
            Vector512<float> square = b2 * Vector512.LoadUnsafe(ref v, i) + c2 * slope * slope;
            mean.StoreUnsafe(ref m, i);
            square.StoreUnsafe(ref v, i);
            Vector512<float> step = rate * mean / (Vector512.Sqrt(second * square) + Vector512.Create(epsilon));
            Vector512.Max(Vector512.LoadUnsafe(ref x, i) - step, Vector512<float>.Zero).StoreUnsafe(ref x, i);
        }
    }

    private static void CheckShapes(int length, int other, int third)
    {
        if (length % Lane != 0 || other < length || third < length)
            throw new ArgumentException("Entry by entry takes whole vectors, and operands of the same shape.");
    }
}

/// <summary>Sums over the entries of a block of padded rows, in double unless stated otherwise.</summary>
internal static class FactorSums
{
    private const int HalfLane = ManagedFactor.Lane / 2;

    /// <summary>⟨A, B⟩ = Σ A_ik B_ik.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>sum[k] ← Σ_p parts[p·<paramref name="partStride"/> + k] over p &lt; <paramref name="count"/>, in float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>The sum of each of the <paramref name="rank"/> columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] OfColumns(ReadOnlySpan<float> rows, int stride, int rank)
    {
        if (rows.Length % stride != 0 || stride % ManagedFactor.Lane != 0)
            throw new ArgumentException("Columns are summed over whole padded rows.");
        var sums = new double[stride];
        ref float x = ref MemoryMarshal.GetReference(rows);
        ref double sum = ref MemoryMarshal.GetArrayDataReference(sums);
        for (int at = 0; at < rows.Length; at += stride)
        {
            for (int k = 0; k < stride; k += ManagedFactor.Lane)
            {
                (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref x, (nuint)(at + k)));
                (low + Vector512.LoadUnsafe(ref sum, (nuint)k)).StoreUnsafe(ref sum, (nuint)k);
                (high + Vector512.LoadUnsafe(ref sum, (nuint)(k + HalfLane))).StoreUnsafe(ref sum, (nuint)(k + HalfLane));
            }
        }

        return sums[..rank];
    }

    /// <summary>⟨A_k, B_k⟩ for each of the <paramref name="rank"/> columns k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] ColumnInner(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int stride, int rank)
    {
        if (first.Length != second.Length || first.Length % stride != 0 || stride % ManagedFactor.Lane != 0)
            throw new ArgumentException("Columns are multiplied over whole padded rows of two blocks of the same shape.");
        var sums = new double[stride];
        ref float a = ref MemoryMarshal.GetReference(first);
        ref float b = ref MemoryMarshal.GetReference(second);
        ref double sum = ref MemoryMarshal.GetArrayDataReference(sums);
        for (int k = 0; k < stride; k += ManagedFactor.Lane)
        {
            Vector512<double> low = default, high = default;
            for (int at = k; at < first.Length; at += stride)
            {
                (Vector512<double> aLow, Vector512<double> aHigh) = Vector512.Widen(Vector512.LoadUnsafe(ref a, (nuint)at));
                (Vector512<double> bLow, Vector512<double> bHigh) = Vector512.Widen(Vector512.LoadUnsafe(ref b, (nuint)at));
                low = Vector512.MultiplyAddEstimate(aLow, bLow, low);
                high = Vector512.MultiplyAddEstimate(aHigh, bHigh, high);
            }

            low.StoreUnsafe(ref sum, (nuint)k);
            high.StoreUnsafe(ref sum, (nuint)(k + HalfLane));
        }

        return sums[..rank];
    }

    /// <summary>The value of a penalty on the rows; its orthogonality term is half of (Σ_k F_ik)² − Σ_k F_ik², summed over the rows i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
