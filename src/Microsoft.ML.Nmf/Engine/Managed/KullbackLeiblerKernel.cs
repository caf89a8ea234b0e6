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
            Ratios(factor, source, chunkColumns, chunkValues, floor, ratios);
            if (evaluate)
                divergence += SumOfLogarithms(chunkValues, ratios[..count]);
            if (!numerator.IsEmpty)
                WeightedRows.Add(ratios[..count], chunkColumns, source, numerator);
        }

        return divergence;
    }

    // x / x̂ of each entry.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ratios(ReadOnlySpan<float> factor, ReadOnlySpan<float> source, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, float floor,
        Span<float> ratios)
    {
        if (!LaneSums.AreFast)
        {
            for (int e = 0; e < columns.Length; e++)
                ratios[e] = values[e] / Math.Max(Dot(factor, source.Slice(columns[e] * factor.Length, factor.Length)), floor);
            return;
        }

        switch (factor.Length / Lane)
        {
            case 1: Ratios<OneVector>(factor, source, columns, values, floor, ratios); break;
            case 2: Ratios<TwoVectors>(factor, source, columns, values, floor, ratios); break;
            case 3: Ratios<ThreeVectors>(factor, source, columns, values, floor, ratios); break;
            default: Ratios<FourVectors>(factor, source, columns, values, floor, ratios); break;
        }
    }

    // Sixteen entries at a time, whose sixteen sums over lanes are made together. Entries that a last group lacks repeat its first, with a value of zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ratios<TWidth>(ReadOnlySpan<float> factor, ReadOnlySpan<float> source, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, float floor,
        Span<float> ratios)
        where TWidth : struct, IVectorCount
    {
        ref float f = ref MemoryMarshal.GetReference(factor);
        ref float o = ref MemoryMarshal.GetReference(source);
        nint stride = factor.Length;
        Span<int> lastColumns = stackalloc int[Lane];
        Span<float> lastValues = stackalloc float[Lane];
        Vector512<float> least = Vector512.Create(floor);
        for (int e = 0; e < columns.Length; e += Lane)
        {
            scoped ref int c = ref Unsafe.Add(ref MemoryMarshal.GetReference(columns), e);
            scoped ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(values), e);
            if (columns.Length - e < Lane)
            {
                for (int i = 0; i < Lane; i++)
                {
                    bool isEntry = e + i < columns.Length;
                    lastColumns[i] = columns[isEntry ? e + i : e];
                    lastValues[i] = isEntry ? values[e + i] : 0;
                }

                c = ref MemoryMarshal.GetReference(lastColumns);
                x = ref MemoryMarshal.GetReference(lastValues);
            }

            Vector512<float> first = LaneSums.OfPairs(Four<TWidth>(ref f, ref o, ref c, stride), Four<TWidth>(ref f, ref o, ref Unsafe.Add(ref c, 4), stride));
            Vector512<float> second =
                LaneSums.OfPairs(Four<TWidth>(ref f, ref o, ref Unsafe.Add(ref c, 8), stride), Four<TWidth>(ref f, ref o, ref Unsafe.Add(ref c, 12), stride));
            Vector512<float> approximation = Vector512.Max(LaneSums.OfPairs(first, second), least);
            (Vector512.LoadUnsafe(ref x) / approximation).StoreUnsafe(ref MemoryMarshal.GetReference(ratios[e..]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Four<TWidth>(ref float factor, ref float source, ref int columns, nint stride)
        where TWidth : struct, IVectorCount
        => LaneSums.OfFour(
            Products<TWidth>(ref factor, ref Unsafe.Add(ref source, columns * stride), stride),
            Products<TWidth>(ref factor, ref Unsafe.Add(ref source, Unsafe.Add(ref columns, 1) * stride), stride),
            Products<TWidth>(ref factor, ref Unsafe.Add(ref source, Unsafe.Add(ref columns, 2) * stride), stride),
            Products<TWidth>(ref factor, ref Unsafe.Add(ref source, Unsafe.Add(ref columns, 3) * stride), stride));

    // The products of two rows, summed to one vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Products<TWidth>(ref float first, ref float second, nint stride)
        where TWidth : struct, IVectorCount
    {
        Vector512<float> sum = Vector512.LoadUnsafe(ref first) * Vector512.LoadUnsafe(ref second);
        if (TWidth.Count > 1) sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref first, Lane), Vector512.LoadUnsafe(ref second, Lane), sum);
        if (TWidth.Count > 2) sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref first, 2 * Lane), Vector512.LoadUnsafe(ref second, 2 * Lane), sum);
        if (TWidth.Count > 3)
        {
            for (nint k = 3 * Lane; k < stride; k += Lane)
                sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref first, (nuint)k), Vector512.LoadUnsafe(ref second, (nuint)k), sum);
        }

        return sum;
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
}
