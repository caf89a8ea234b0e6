using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The numerator (X / X̂) O of the multiplicative update of F for β = 1 on compressed rows, and the divergence's part Σ x log(x / x̂), with X̂ = F Oᵀ. Both
/// need X̂ at the non-zero entries alone; the denominator and Σ x̂ follow from column sums. Cost 2·z·r.
/// </summary>
internal static class KullbackLeiblerKernel
{
    private const int Lane = ManagedFactor.Lane;
    private const int Chunk = EntryProducts.Chunk;

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
        EntryProducts.Compute(factor, source, columns, ratios);
        ref float x = ref MemoryMarshal.GetReference(values[..columns.Length]);
        ref float q = ref MemoryMarshal.GetReference(ratios);
        Vector512<float> least = Vector512.Create(floor);
        int e = 0;
        for (; e + Lane <= columns.Length; e += Lane)
            (Vector512.LoadUnsafe(ref x, (nuint)e) / Vector512.Max(Vector512.LoadUnsafe(ref q, (nuint)e), least)).StoreUnsafe(ref q, (nuint)e);
        for (; e < columns.Length; e++)
            ratios[e] = values[e] / Math.Max(ratios[e], floor);
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
