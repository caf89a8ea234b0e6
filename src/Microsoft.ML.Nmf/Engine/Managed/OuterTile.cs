using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// C (+)= HᵀX for a strip of up to <see cref="StripWidth"/> columns of X: components of H down, columns of X across. A tile of up to 13 components × 2 vectors
/// of columns stays in registers over the whole depth. A value of H is one for all lanes, so that the number of components is never rounded up.
/// </summary>
internal static class OuterTile
{
    /// <summary>The columns of a strip.</summary>
    public const int StripWidth = 2 * Lane;

    private const int Lane = ManagedFactor.Lane;

    // With AVX-512, 13 × 2 vectors of sums leave registers for X and H. Without, a vector takes 2 of 16 registers or 4 of 32, and 6 × 1 do.
    private static int _mostComponents => Vector512.IsHardwareAccelerated ? 13 : 6;

    private static int _mostVectors => Vector512.IsHardwareAccelerated ? 2 : 1;

    /// <summary>C[t, ·] (+)= Σ_i H[i, t] X[i, ·]. Cost <paramref name="depth"/> · <paramref name="components"/> · 16 · <paramref name="vectors"/>.</summary>
    /// <param name="x">The strip of X, <paramref name="depth"/> rows.</param>
    /// <param name="xRow">Floats from one row of X to the next.</param>
    /// <param name="h">H, <paramref name="depth"/> rows.</param>
    /// <param name="hRow">Floats from one row of H to the next.</param>
    /// <param name="depth">The rows that are summed over.</param>
    /// <param name="c">C, a row for each component.</param>
    /// <param name="cRow">Floats from one row of C to the next.</param>
    /// <param name="components">The columns of H that are used.</param>
    /// <param name="vectors">The vectors of columns, 1 or 2.</param>
    /// <param name="add">Whether C is added to, rather than overwritten.</param>
    /// <param name="ahead">How many floats after a row of the strip lies what is read next: it is fetched meanwhile. 0 for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> h, int hRow, int depth, Span<float> c, int cRow, int components,
        int vectors, bool add, nint ahead = 0)
    {
        if (depth == 0 || components == 0)
        {
            if (!add)
                Clear(c, cRow, components, vectors * Lane);
            return;
        }

        MatrixKernel.Check(x.Length, (long)(depth - 1) * xRow + vectors * Lane);
        MatrixKernel.Check(h.Length, (long)(depth - 1) * hRow + components);
        MatrixKernel.Check(c.Length, (long)(components - 1) * cRow + vectors * Lane);
        ref float strip = ref MemoryMarshal.GetReference(x);
        ref float left = ref MemoryMarshal.GetReference(h);
        ref float sums = ref MemoryMarshal.GetReference(c);
        int tiles = (components + _mostComponents - 1) / _mostComponents, sharing = CacheLine.TilesThatFetch(tiles);
        for (int at = 0; at < vectors; at += _mostVectors)
        {
            bool isWide = vectors - at > 1 && _mostVectors > 1;
            for (int tile = 0, k = 0; tile < tiles; tile++)
            {
                // Tiles of heights as even as can be: 50 = 13 + 13 + 12 + 12. The first ones share the rows of what comes next, which each of them fetches.
                int height = (components - k + tiles - tile - 1) / (tiles - tile);
                nint fetch = tile < sharing ? ahead : 0;
                ref float xt = ref Unsafe.Add(ref strip, at * Lane);
                ref float ht = ref Unsafe.Add(ref left, k);
                ref float ct = ref Unsafe.Add(ref sums, (nint)k * cRow + at * Lane);
                if (isWide)
                    OfHeight<TwoVectors>(height, ref xt, xRow, ref ht, hRow, depth, ref ct, cRow, add, fetch, (sharing - 1, tile));
                else
                    OfHeight<OneVector>(height, ref xt, xRow, ref ht, hRow, depth, ref ct, cRow, add, fetch, (sharing - 1, tile));
                k += height;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Clear(Span<float> c, int cRow, int rows, int width)
    {
        for (int k = 0; k < rows; k++)
            c.Slice(k * cRow, width).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfHeight<TWidth>(int height, ref float x, nint xRow, ref float h, nint hRow, int depth, ref float c, nint cRow, bool add, nint ahead,
        (int Mask, int Row) fetched)
        where TWidth : struct, IVectorCount
    {
        switch (height)
        {
            case 1: Tile<TWidth, OneVector>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 2: Tile<TWidth, TwoVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 3: Tile<TWidth, ThreeVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 4: Tile<TWidth, FourVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 5: Tile<TWidth, FiveVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 6: Tile<TWidth, SixVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 7: Tile<TWidth, SevenVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 8: Tile<TWidth, EightVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 9: Tile<TWidth, NineVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 10: Tile<TWidth, TenVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 11: Tile<TWidth, ElevenVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 12: Tile<TWidth, TwelveVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            case 13: Tile<TWidth, ThirteenVectors>(ref x, xRow, ref h, hRow, depth, ref c, cRow, add, ahead, fetched); break;
            default: throw new ArgumentOutOfRangeException(nameof(height));
        }
    }

    // a_t and b_t sum the two vectors of component t. The just-in-time compiler drops the sums outside the tile, since its size is part of the type.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TWidth, THeight>(ref float x, nint xRow, ref float h, nint hRow, int depth, ref float c, nint cRow, bool add, nint ahead,
        (int Mask, int Row) fetched)
        where TWidth : struct, IVectorCount
        where THeight : struct, IVectorCount
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default;
        Vector512<float> a7 = default, a8 = default, a9 = default, a10 = default, a11 = default, a12 = default;
        Vector512<float> b7 = default, b8 = default, b9 = default, b10 = default, b11 = default, b12 = default;
        if (add)
        {
            ref float from = ref c;
            from = ref Load<TWidth>(ref from, cRow, out a0, out b0);
            if (THeight.Count > 1) from = ref Load<TWidth>(ref from, cRow, out a1, out b1);
            if (THeight.Count > 2) from = ref Load<TWidth>(ref from, cRow, out a2, out b2);
            if (THeight.Count > 3) from = ref Load<TWidth>(ref from, cRow, out a3, out b3);
            if (THeight.Count > 4) from = ref Load<TWidth>(ref from, cRow, out a4, out b4);
            if (THeight.Count > 5) from = ref Load<TWidth>(ref from, cRow, out a5, out b5);
            if (THeight.Count > 6) from = ref Load<TWidth>(ref from, cRow, out a6, out b6);
            if (THeight.Count > 7) from = ref Load<TWidth>(ref from, cRow, out a7, out b7);
            if (THeight.Count > 8) from = ref Load<TWidth>(ref from, cRow, out a8, out b8);
            if (THeight.Count > 9) from = ref Load<TWidth>(ref from, cRow, out a9, out b9);
            if (THeight.Count > 10) from = ref Load<TWidth>(ref from, cRow, out a10, out b10);
            if (THeight.Count > 11) from = ref Load<TWidth>(ref from, cRow, out a11, out b11);
            if (THeight.Count > 12) from = ref Load<TWidth>(ref from, cRow, out a12, out b12);
        }

        (int mask, int phase) = fetched;
        for (; depth > 0; depth--)
        {
            if (ahead != 0 && (depth & mask) == phase)
            {
                CacheLine.Fetch(ref Unsafe.Add(ref x, ahead));
                if (TWidth.Count > 1) CacheLine.Fetch(ref Unsafe.Add(ref x, ahead + Lane));
            }

            Vector512<float> x0 = Vector512.LoadUnsafe(ref x);
            Vector512<float> x1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref x, Lane) : default;
            Add<TWidth>(h, x0, x1, ref a0, ref b0);
            if (THeight.Count > 1) Add<TWidth>(Unsafe.Add(ref h, 1), x0, x1, ref a1, ref b1);
            if (THeight.Count > 2) Add<TWidth>(Unsafe.Add(ref h, 2), x0, x1, ref a2, ref b2);
            if (THeight.Count > 3) Add<TWidth>(Unsafe.Add(ref h, 3), x0, x1, ref a3, ref b3);
            if (THeight.Count > 4) Add<TWidth>(Unsafe.Add(ref h, 4), x0, x1, ref a4, ref b4);
            if (THeight.Count > 5) Add<TWidth>(Unsafe.Add(ref h, 5), x0, x1, ref a5, ref b5);
            if (THeight.Count > 6) Add<TWidth>(Unsafe.Add(ref h, 6), x0, x1, ref a6, ref b6);
            if (THeight.Count > 7) Add<TWidth>(Unsafe.Add(ref h, 7), x0, x1, ref a7, ref b7);
            if (THeight.Count > 8) Add<TWidth>(Unsafe.Add(ref h, 8), x0, x1, ref a8, ref b8);
            if (THeight.Count > 9) Add<TWidth>(Unsafe.Add(ref h, 9), x0, x1, ref a9, ref b9);
            if (THeight.Count > 10) Add<TWidth>(Unsafe.Add(ref h, 10), x0, x1, ref a10, ref b10);
            if (THeight.Count > 11) Add<TWidth>(Unsafe.Add(ref h, 11), x0, x1, ref a11, ref b11);
            if (THeight.Count > 12) Add<TWidth>(Unsafe.Add(ref h, 12), x0, x1, ref a12, ref b12);
            x = ref Unsafe.Add(ref x, xRow);
            h = ref Unsafe.Add(ref h, hRow);
        }

        c = ref Store<TWidth>(ref c, cRow, a0, b0);
        if (THeight.Count > 1) c = ref Store<TWidth>(ref c, cRow, a1, b1);
        if (THeight.Count > 2) c = ref Store<TWidth>(ref c, cRow, a2, b2);
        if (THeight.Count > 3) c = ref Store<TWidth>(ref c, cRow, a3, b3);
        if (THeight.Count > 4) c = ref Store<TWidth>(ref c, cRow, a4, b4);
        if (THeight.Count > 5) c = ref Store<TWidth>(ref c, cRow, a5, b5);
        if (THeight.Count > 6) c = ref Store<TWidth>(ref c, cRow, a6, b6);
        if (THeight.Count > 7) c = ref Store<TWidth>(ref c, cRow, a7, b7);
        if (THeight.Count > 8) c = ref Store<TWidth>(ref c, cRow, a8, b8);
        if (THeight.Count > 9) c = ref Store<TWidth>(ref c, cRow, a9, b9);
        if (THeight.Count > 10) c = ref Store<TWidth>(ref c, cRow, a10, b10);
        if (THeight.Count > 11) c = ref Store<TWidth>(ref c, cRow, a11, b11);
        if (THeight.Count > 12) c = ref Store<TWidth>(ref c, cRow, a12, b12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TWidth>(float h, Vector512<float> x0, Vector512<float> x1, ref Vector512<float> a, ref Vector512<float> b)
        where TWidth : struct, IVectorCount
    {
        Vector512<float> all = Vector512.Create(h);
        a = Vector512.MultiplyAddEstimate(all, x0, a);
        if (TWidth.Count > 1)
            b = Vector512.MultiplyAddEstimate(all, x1, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Load<TWidth>(ref float c, nint cRow, out Vector512<float> a, out Vector512<float> b)
        where TWidth : struct, IVectorCount
    {
        a = Vector512.LoadUnsafe(ref c);
        b = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref c, Lane) : default;
        return ref Unsafe.Add(ref c, cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Store<TWidth>(ref float c, nint cRow, Vector512<float> a, Vector512<float> b)
        where TWidth : struct, IVectorCount
    {
        a.StoreUnsafe(ref c);
        if (TWidth.Count > 1)
            b.StoreUnsafe(ref c, Lane);
        return ref Unsafe.Add(ref c, cRow);
    }
}
