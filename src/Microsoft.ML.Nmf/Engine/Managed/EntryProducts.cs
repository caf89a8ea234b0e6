using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>x̂ at some entries of a row: the inner products of its row f of F with the rows of O that belong to the entries.</summary>
internal static class EntryProducts
{
    /// <summary>Entries that are processed at a time, so that the rows of O read are still in the first-level cache when they are read again.</summary>
    public const int Chunk = 64;

    private const int Lane = ManagedFactor.Lane;

    /// <summary>Computes the products.</summary>
    /// <param name="factor">f, padded.</param>
    /// <param name="source">O, as padded rows.</param>
    /// <param name="columns">Which rows of O, at most <see cref="Chunk"/>.</param>
    /// <param name="products">Receives them, with room for <see cref="Chunk"/>; whole vectors are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(ReadOnlySpan<float> factor, ReadOnlySpan<float> source, ReadOnlySpan<int> columns, Span<float> products)
    {
        if (!LaneSums.AreFast)
        {
            for (int e = 0; e < columns.Length; e++)
                products[e] = Dot(factor, source.Slice(columns[e] * factor.Length, factor.Length));
            products[columns.Length..ManagedFactor.Padded(columns.Length)].Clear();
            return;
        }

        switch (factor.Length / Lane)
        {
            case 1: Compute<OneVector>(factor, source, columns, products); break;
            case 2: Compute<TwoVectors>(factor, source, columns, products); break;
            case 3: Compute<ThreeVectors>(factor, source, columns, products); break;
            default: Compute<FourVectors>(factor, source, columns, products); break;
        }
    }

    // Sixteen entries at a time, whose sixteen sums over lanes are made together. Entries that a last group lacks repeat its first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute<TWidth>(ReadOnlySpan<float> factor, ReadOnlySpan<float> source, ReadOnlySpan<int> columns, Span<float> products)
        where TWidth : struct, IVectorCount
    {
        ref float f = ref MemoryMarshal.GetReference(factor);
        ref float o = ref MemoryMarshal.GetReference(source);
        nint stride = factor.Length;
        Span<int> lastColumns = stackalloc int[Lane];
        for (int e = 0; e < columns.Length; e += Lane)
        {
            scoped ref int c = ref Unsafe.Add(ref MemoryMarshal.GetReference(columns), e);
            if (columns.Length - e < Lane)
            {
                for (int i = 0; i < Lane; i++)
                    lastColumns[i] = columns[e + i < columns.Length ? e + i : e];
                c = ref MemoryMarshal.GetReference(lastColumns);
            }

            Vector512<float> first = LaneSums.OfPairs(Four<TWidth>(ref f, ref o, ref c, stride), Four<TWidth>(ref f, ref o, ref Unsafe.Add(ref c, 4), stride));
            Vector512<float> second =
                LaneSums.OfPairs(Four<TWidth>(ref f, ref o, ref Unsafe.Add(ref c, 8), stride), Four<TWidth>(ref f, ref o, ref Unsafe.Add(ref c, 12), stride));
            LaneSums.OfPairs(first, second).StoreUnsafe(ref MemoryMarshal.GetReference(products[e..]));
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
}
