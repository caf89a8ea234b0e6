using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The numerator (X / X̂) O of the multiplicative update of F for β = 1 on compressed rows, and the divergence's part Σ x log(x / x̂), with X̂ = F Oᵀ. Both
/// need X̂ at the non-zero entries alone; the denominator and Σ x̂ follow from column sums. The entries of a row are processed <see cref="Chunk"/> at a time,
/// so that the rows of O read for X̂ are still in the first-level cache when the numerator is summed. Cost 2·z·r.
/// </summary>
internal static class KullbackLeiblerKernel
{
    private const int Lane = ManagedFactor.Lane;
    private const int Chunk = 64;

    /// <summary>Computes the numerators of a block of rows and Σ x log(x / x̂).</summary>
    /// <param name="rows">X, of q columns.</param>
    /// <param name="factor">F, as padded rows.</param>
    /// <param name="other">O, q × r.</param>
    /// <param name="floor">The least value of x̂.</param>
    /// <param name="numerator">Receives the padded rows of (X / X̂) O; empty when only the divergence is wanted.</param>
    /// <param name="evaluate">Whether the divergence is wanted.</param>
    /// <returns>Σ x log(x / x̂), or 0 when it is not wanted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Terms(in CompressedBlock rows, ReadOnlySpan<float> factor, ManagedFactor other, float floor, Span<float> numerator, bool evaluate)
    {
        int stride = other.Stride;
        double divergence = 0;
        for (int i = 0; i < rows.Rows; i++)
        {
            int start = rows.Starts[i], count = rows.Starts[i + 1] - start;
            divergence += Row(rows.Columns.AsSpan(start, count), rows.Values.AsSpan(start, count), factor.Slice(i * stride, stride), other, floor,
                numerator.IsEmpty ? default : numerator.Slice(i * stride, stride), evaluate);
        }

        return divergence;
    }

    /// <summary>As <see cref="Terms"/>, for one row given by its entries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Row(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> factor, ManagedFactor other, float floor,
        Span<float> numerator, bool evaluate)
    {
        int stride = other.Stride;
        ReadOnlySpan<float> source = other.Values;
        Span<float> ratios = stackalloc float[Chunk];
        double divergence = 0;
        numerator.Clear();
        for (int p = 0; p < columns.Length; p += Chunk)
        {
            int count = Math.Min(Chunk, columns.Length - p);
            ReadOnlySpan<int> chunkColumns = columns.Slice(p, count);
            ReadOnlySpan<float> chunkValues = values.Slice(p, count);
            for (int e = 0; e < count; e++)
                ratios[e] = chunkValues[e] / Math.Max(Dot(factor, source.Slice(chunkColumns[e] * stride, stride)), floor);
            if (evaluate)
                divergence += SumOfLogarithms(chunkValues, ratios[..count]);
            if (!numerator.IsEmpty)
                Accumulate(ratios[..count], chunkColumns, source, numerator);
        }

        return divergence;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        ref float a = ref MemoryMarshal.GetReference(first);
        ref float b = ref MemoryMarshal.GetReference(second);
        Vector512<float> sum = Vector512.LoadUnsafe(ref a) * Vector512.LoadUnsafe(ref b);
        for (int k = Lane; k < first.Length; k += Lane)
            sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref a, (nuint)k), Vector512.LoadUnsafe(ref b, (nuint)k), sum);
        return Vector512.Sum(sum);
    }

    // Σ x log(ratio): whole vectors are added in float32, the rest in double.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfLogarithms(ReadOnlySpan<float> values, ReadOnlySpan<float> ratios)
    {
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float q = ref MemoryMarshal.GetReference(ratios);
        Vector512<float> sum = default;
        int e = 0;
        for (; e + Lane <= values.Length; e += Lane)
        {
            Vector512<float> ratio = Vector512.Max(Vector512.LoadUnsafe(ref q, (nuint)e), Vector512.Create(DivergenceRule.SmallestRatio));
            sum += Vector512.LoadUnsafe(ref x, (nuint)e) * LaneMath.Log(ratio);
        }

        double total = Vector512.Sum(sum);
        for (; e < values.Length; e++)
            total += values[e] * MathF.Log(Math.Max(ratios[e], DivergenceRule.SmallestRatio));
        return total;
    }

    // numerator += Σ ratio · (row of O), with up to 64 columns in registers at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(ReadOnlySpan<float> ratios, ReadOnlySpan<int> columns, ReadOnlySpan<float> source, Span<float> numerator)
    {
        int stride = numerator.Length;
        for (int k = 0; k < stride;)
        {
            int width = Math.Min(stride - k, 4 * Lane);
            switch (width / Lane)
            {
                case 4: Accumulate<FourVectors>(ratios, columns, source[k..], stride, numerator[k..]); break;
                case 3: Accumulate<ThreeVectors>(ratios, columns, source[k..], stride, numerator[k..]); break;
                case 2: Accumulate<TwoVectors>(ratios, columns, source[k..], stride, numerator[k..]); break;
                default: Accumulate<OneVector>(ratios, columns, source[k..], stride, numerator[k..]); break;
            }

            k += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate<TWidth>(ReadOnlySpan<float> ratios, ReadOnlySpan<int> columns, ReadOnlySpan<float> source, int stride, Span<float> numerator)
        where TWidth : struct, IVectorCount
    {
        ref float s = ref MemoryMarshal.GetReference(source);
        ref float n = ref MemoryMarshal.GetReference(numerator);
        Vector512<float> n0 = Vector512.LoadUnsafe(ref n);
        Vector512<float> n1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref n, Lane) : default;
        Vector512<float> n2 = TWidth.Count > 2 ? Vector512.LoadUnsafe(ref n, 2 * Lane) : default;
        Vector512<float> n3 = TWidth.Count > 3 ? Vector512.LoadUnsafe(ref n, 3 * Lane) : default;
        for (int e = 0; e < ratios.Length; e++)
        {
            ref float row = ref Unsafe.Add(ref s, (nint)columns[e] * stride);
            Vector512<float> ratio = Vector512.Create(ratios[e]);
            n0 = Vector512.MultiplyAddEstimate(ratio, Vector512.LoadUnsafe(ref row), n0);
            if (TWidth.Count > 1) n1 = Vector512.MultiplyAddEstimate(ratio, Vector512.LoadUnsafe(ref row, Lane), n1);
            if (TWidth.Count > 2) n2 = Vector512.MultiplyAddEstimate(ratio, Vector512.LoadUnsafe(ref row, 2 * Lane), n2);
            if (TWidth.Count > 3) n3 = Vector512.MultiplyAddEstimate(ratio, Vector512.LoadUnsafe(ref row, 3 * Lane), n3);
        }

        n0.StoreUnsafe(ref n);
        if (TWidth.Count > 1) n1.StoreUnsafe(ref n, Lane);
        if (TWidth.Count > 2) n2.StoreUnsafe(ref n, 2 * Lane);
        if (TWidth.Count > 3) n3.StoreUnsafe(ref n, 3 * Lane);
    }
}
