using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// C (+)= X W for a few rows of X, read as they lie. A vector holds 4 components × 4 depths of W (<see cref="QuadPanel"/>) and meets 4 depths of X repeated in
/// each quarter; a tile of up to 8 rows × 3 vectors stays in registers, and the 4 depths are summed at its end. So the number of components is rounded up to a
/// multiple of 4 alone, and X needs no transpose.
/// </summary>
internal static class QuadTile
{
    /// <summary>The components and the depths of a vector.</summary>
    public const int Size = 4;

    private const int Lane = ManagedFactor.Lane;

    // The processor's code for the entries 0 and 2 of two vectors, and for 1 and 3.
    private const byte Even = 0x88;
    private const byte Odd = 0xDD;

    // With AVX-512, 8 × 3 vectors of sums fit into the 32 registers. Without, a vector takes 2 of 16 registers or 4 of 32, and 6 × 1 do.
    private static int MostRows => Vector512.IsHardwareAccelerated ? 8 : 6;

    /// <summary>The most vectors of a tile.</summary>
    public static int MostVectors => Vector512.IsHardwareAccelerated ? 3 : 1;

    /// <summary>C (+)= X W for a part of the depth. Cost <paramref name="rows"/> · <paramref name="depth"/> · components.</summary>
    /// <param name="x">X, from the first depth of the part on; beyond its last column there are zeros up to a multiple of 4.</param>
    /// <param name="xRow">Floats from one row of X to the next.</param>
    /// <param name="rows">The rows of X and C.</param>
    /// <param name="panel">W.</param>
    /// <param name="from">The first depth of the part, a multiple of 4.</param>
    /// <param name="depth">The depths of the part.</param>
    /// <param name="c">C. Each row receives the components rounded up to a multiple of 4, zeros there.</param>
    /// <param name="cRow">Floats from one row of C to the next.</param>
    /// <param name="add">Whether C is added to, rather than overwritten.</param>
    /// <param name="ahead">How many floats after a row of the part lies what is read next: it is fetched meanwhile. 0 for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        ReadOnlySpan<float> x, int xRow, int rows, QuadPanel panel, int from, int depth, Span<float> c, int cRow, bool add, nint ahead = 0)
    {
        if (rows == 0)
            return;
        depth = (depth + Size - 1) / Size * Size;
        int quads = panel.Quads;
        MatrixKernel.Check(x.Length, (long)(rows - 1) * xRow + depth);
        MatrixKernel.Check(panel.Depth, from + depth);
        MatrixKernel.Check(c.Length, (long)(rows - 1) * cRow + quads * Size);
        ref float left = ref MemoryMarshal.GetReference(x);
        ref float sums = ref MemoryMarshal.GetReference(c);
        ref float right = ref MemoryMarshal.GetReference(panel.Values);
        Span<float> room = stackalloc float[MostRows * MostVectors * Lane];
        ref float tile = ref MemoryMarshal.GetReference(room);
        int sharing = CacheLine.TilesThatFetch(panel.Tiles);
        for (int i = 0; i < rows; i += MostRows)
        {
            int height = Math.Min(MostRows, rows - i);
            for (int t = 0; t < panel.Tiles; t++)
            {
                int quad = panel.FirstQuad(t), vectors = panel.FirstQuad(t + 1) - quad;
                ref float p = ref Unsafe.Add(ref right, panel.Start(t, from));
                ref float xi = ref Unsafe.Add(ref left, (nint)i * xRow);
                ref float ci = ref Unsafe.Add(ref sums, (nint)i * cRow + quad * Size);
                nint fetch = t < sharing ? ahead : 0;
                switch (vectors)
                {
                    case 3: OfHeight<ThreeVectors>(height, ref xi, xRow, ref p, depth, ref tile, fetch, ((sharing - 1) * Lane, t * Lane)); break;
                    case 2: OfHeight<TwoVectors>(height, ref xi, xRow, ref p, depth, ref tile, fetch, ((sharing - 1) * Lane, t * Lane)); break;
                    default: OfHeight<OneVector>(height, ref xi, xRow, ref p, depth, ref tile, fetch, ((sharing - 1) * Lane, t * Lane)); break;
                }

                SumDepths(ref tile, height, vectors, ref ci, cRow, add);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfHeight<TWidth>(int height, ref float x, nint xRow, ref float panel, int depth, ref float sums, nint ahead,
        (int Mask, int Column) fetched)
        where TWidth : struct, IVectorCount
    {
        switch (height)
        {
            case 1: Tile<TWidth, OneVector>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 2: Tile<TWidth, TwoVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 3: Tile<TWidth, ThreeVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 4: Tile<TWidth, FourVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 5: Tile<TWidth, FiveVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 6: Tile<TWidth, SixVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 7: Tile<TWidth, SevenVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            case 8: Tile<TWidth, EightVectors>(ref x, xRow, ref panel, depth, ref sums, ahead, fetched); break;
            default: throw new ArgumentOutOfRangeException(nameof(height));
        }
    }

    // s_iv sums row i, vector v; all are left to SumDepths, since summing depths here would take registers from the loop.
    // The just-in-time compiler drops the sums outside the tile, since its size is part of the type.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TWidth, THeight>(ref float x, nint xRow, ref float panel, int depth, ref float sums, nint ahead,
        (int Mask, int Column) fetched)
        where TWidth : struct, IVectorCount
        where THeight : struct, IVectorCount
    {
        ref float x1 = ref Unsafe.Add(ref x, THeight.Count > 1 ? 1 * xRow : 0);
        ref float x2 = ref Unsafe.Add(ref x, THeight.Count > 2 ? 2 * xRow : 0);
        ref float x3 = ref Unsafe.Add(ref x, THeight.Count > 3 ? 3 * xRow : 0);
        ref float x4 = ref Unsafe.Add(ref x, THeight.Count > 4 ? 4 * xRow : 0);
        ref float x5 = ref Unsafe.Add(ref x, THeight.Count > 5 ? 5 * xRow : 0);
        ref float x6 = ref Unsafe.Add(ref x, THeight.Count > 6 ? 6 * xRow : 0);
        ref float x7 = ref Unsafe.Add(ref x, THeight.Count > 7 ? 7 * xRow : 0);
        Vector512<float> s00 = default, s01 = default, s02 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default;
        Vector512<float> s50 = default, s51 = default, s52 = default;
        Vector512<float> s60 = default, s61 = default, s62 = default;
        Vector512<float> s70 = default, s71 = default, s72 = default;
        nint mask = fetched.Mask | (Lane - 1), phase = fetched.Column;
        for (nint j = 0; j < depth; j += Size)
        {
            Vector512<float> p0 = Vector512.LoadUnsafe(ref panel);
            Vector512<float> p1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref panel, Lane) : default;
            Vector512<float> p2 = TWidth.Count > 2 ? Vector512.LoadUnsafe(ref panel, 2 * Lane) : default;
            panel = ref Unsafe.Add(ref panel, TWidth.Count * Lane);
            if (ahead != 0 && (j & mask) == phase)
            {
                CacheLine.Fetch(ref Unsafe.Add(ref x, j + ahead));
                if (THeight.Count > 1) CacheLine.Fetch(ref Unsafe.Add(ref x1, j + ahead));
                if (THeight.Count > 2) CacheLine.Fetch(ref Unsafe.Add(ref x2, j + ahead));
                if (THeight.Count > 3) CacheLine.Fetch(ref Unsafe.Add(ref x3, j + ahead));
                if (THeight.Count > 4) CacheLine.Fetch(ref Unsafe.Add(ref x4, j + ahead));
                if (THeight.Count > 5) CacheLine.Fetch(ref Unsafe.Add(ref x5, j + ahead));
                if (THeight.Count > 6) CacheLine.Fetch(ref Unsafe.Add(ref x6, j + ahead));
                if (THeight.Count > 7) CacheLine.Fetch(ref Unsafe.Add(ref x7, j + ahead));
            }

            Add<TWidth>(ref Unsafe.Add(ref x, j), p0, p1, p2, ref s00, ref s01, ref s02);
            if (THeight.Count > 1) Add<TWidth>(ref Unsafe.Add(ref x1, j), p0, p1, p2, ref s10, ref s11, ref s12);
            if (THeight.Count > 2) Add<TWidth>(ref Unsafe.Add(ref x2, j), p0, p1, p2, ref s20, ref s21, ref s22);
            if (THeight.Count > 3) Add<TWidth>(ref Unsafe.Add(ref x3, j), p0, p1, p2, ref s30, ref s31, ref s32);
            if (THeight.Count > 4) Add<TWidth>(ref Unsafe.Add(ref x4, j), p0, p1, p2, ref s40, ref s41, ref s42);
            if (THeight.Count > 5) Add<TWidth>(ref Unsafe.Add(ref x5, j), p0, p1, p2, ref s50, ref s51, ref s52);
            if (THeight.Count > 6) Add<TWidth>(ref Unsafe.Add(ref x6, j), p0, p1, p2, ref s60, ref s61, ref s62);
            if (THeight.Count > 7) Add<TWidth>(ref Unsafe.Add(ref x7, j), p0, p1, p2, ref s70, ref s71, ref s72);
        }

        sums = ref Store<TWidth>(ref sums, s00, s01, s02);
        if (THeight.Count > 1) sums = ref Store<TWidth>(ref sums, s10, s11, s12);
        if (THeight.Count > 2) sums = ref Store<TWidth>(ref sums, s20, s21, s22);
        if (THeight.Count > 3) sums = ref Store<TWidth>(ref sums, s30, s31, s32);
        if (THeight.Count > 4) sums = ref Store<TWidth>(ref sums, s40, s41, s42);
        if (THeight.Count > 5) sums = ref Store<TWidth>(ref sums, s50, s51, s52);
        if (THeight.Count > 6) sums = ref Store<TWidth>(ref sums, s60, s61, s62);
        if (THeight.Count > 7) sums = ref Store<TWidth>(ref sums, s70, s71, s72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TWidth>(ref float x, Vector512<float> p0, Vector512<float> p1, Vector512<float> p2,
        ref Vector512<float> s0, ref Vector512<float> s1, ref Vector512<float> s2)
        where TWidth : struct, IVectorCount
    {
        Vector512<float> four = InEachQuarter(ref x);
        s0 = Vector512.MultiplyAddEstimate(four, p0, s0);
        if (TWidth.Count > 1)
            s1 = Vector512.MultiplyAddEstimate(four, p1, s1);
        if (TWidth.Count > 2)
            s2 = Vector512.MultiplyAddEstimate(four, p2, s2);
    }

    // Creating a vector of 512 bits from its quarters would be three inserts, and take three times as long.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> InEachQuarter(ref float x)
    {
        Vector128<float> four = Vector128.LoadUnsafe(ref x);
        if (Avx512F.IsSupported)
        {
            Vector512<float> wide = four.ToVector256Unsafe().ToVector512Unsafe();
            return Avx512F.Shuffle4x128(wide, wide, 0);
        }

        Vector256<float> half = Vector256.Create(four, four);
        return Vector512.Create(half, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Store<TWidth>(ref float sums, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2)
        where TWidth : struct, IVectorCount
    {
        s0.StoreUnsafe(ref sums);
        if (TWidth.Count > 1)
            s1.StoreUnsafe(ref sums, Lane);
        if (TWidth.Count > 2)
            s2.StoreUnsafe(ref sums, 2 * Lane);
        return ref Unsafe.Add(ref sums, TWidth.Count * Lane);
    }

    // Sums the four depths of every component of a tile.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumDepths(ref float tile, int rows, int vectors, ref float c, nint cRow, bool add)
    {
        for (int i = 0; i < rows; i++)
        {
            if (Avx512F.IsSupported && vectors > 1)
            {
                Vector512<float> third = vectors > 2 ? Vector512.LoadUnsafe(ref tile, 2 * Lane) : default;
                Vector512<float> all = SumOfDepths(Vector512.LoadUnsafe(ref tile), Vector512.LoadUnsafe(ref tile, Lane), third);
                Store(ref c, all.GetLower().GetLower(), add);
                Store(ref Unsafe.Add(ref c, Size), all.GetLower().GetUpper(), add);
                if (vectors > 2)
                    Store(ref Unsafe.Add(ref c, 2 * Size), all.GetUpper().GetLower(), add);
            }
            else
            {
                for (int v = 0; v < vectors; v++)
                    Store(ref Unsafe.Add(ref c, v * Size), SumOfDepths(Vector512.LoadUnsafe(ref tile, (nuint)(v * Lane))), add);
            }

            tile = ref Unsafe.Add(ref tile, vectors * Lane);
            c = ref Unsafe.Add(ref c, cRow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float c, Vector128<float> sums, bool add)
    {
        if (add)
            sums += Vector128.LoadUnsafe(ref c);
        sums.StoreUnsafe(ref c);
    }

    // Of three vectors at once, a quarter of the result for each: pairs of depths, then the two sums, as for one vector alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SumOfDepths(Vector512<float> s0, Vector512<float> s1, Vector512<float> s2)
    {
        Vector512<float> first = Avx512F.Shuffle(s0, s1, Even) + Avx512F.Shuffle(s0, s1, Odd);
        Vector512<float> last = Avx512F.Shuffle(s2, Vector512<float>.Zero, Even) + Avx512F.Shuffle(s2, Vector512<float>.Zero, Odd);
        Vector512<float> sums = Avx512F.Shuffle(first, last, Even) + Avx512F.Shuffle(first, last, Odd);
        return Vector512.Shuffle(sums, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SumOfDepths(Vector512<float> sums)
    {
        Vector128<float> q0 = sums.GetLower().GetLower(), q1 = sums.GetLower().GetUpper(), q2 = sums.GetUpper().GetLower(), q3 = sums.GetUpper().GetUpper();
        if (Sse3.IsSupported)
            return Sse3.HorizontalAdd(Sse3.HorizontalAdd(q0, q1), Sse3.HorizontalAdd(q2, q3));
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(q0, q1), AdvSimd.Arm64.AddPairwise(q2, q3));
        return Vector128.Create(Vector128.Sum(q0), Vector128.Sum(q1), Vector128.Sum(q2), Vector128.Sum(q3));
    }
}
