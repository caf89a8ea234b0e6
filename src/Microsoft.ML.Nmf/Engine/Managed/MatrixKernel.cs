using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Dense C += A B in float32, in tiles of 4 rows × up to 4 vectors of C whose sums stay in registers. Rows of B and C are whole vectors of
/// <see cref="ManagedFactor.Lane"/> floats. A is read one value at a time with any strides, so that a transposed A costs no copy. Every entry of C is summed
/// by one multiply-add after the other, in the order of A's columns, so that its bits do not depend on the tiles.
/// </summary>
internal static class MatrixKernel
{
    private const int Lane = ManagedFactor.Lane;

    // With AVX-512, 16 vectors of sums fit into the 32 registers. Without, a vector takes 2 or 4 registers, and 4 vectors of sums fit.
    private static int _widestTile => Vector512.IsHardwareAccelerated ? 4 * Lane : Lane;

    /// <summary>The left operand A: the value in row i and column k is Values[i·RowStride + k·ColumnStride].</summary>
    /// <param name="Values">The values.</param>
    /// <param name="RowStride">Floats from one row to the next.</param>
    /// <param name="ColumnStride">Floats from one column to the next.</param>
    public readonly ref struct Left(ReadOnlySpan<float> Values, int RowStride, int ColumnStride)
    {
        /// <summary>The values.</summary>
        public ReadOnlySpan<float> Values { get; } = Values;

        /// <summary>Floats from one row to the next.</summary>
        public int RowStride { get; } = RowStride;

        /// <summary>Floats from one column to the next.</summary>
        public int ColumnStride { get; } = ColumnStride;
    }

    /// <summary>C += A B. Cost <paramref name="rows"/> · <paramref name="depth"/> · <paramref name="columns"/>.</summary>
    /// <param name="a">A, <paramref name="rows"/> × <paramref name="depth"/>.</param>
    /// <param name="b">B, <paramref name="depth"/> × <paramref name="columns"/>.</param>
    /// <param name="bStride">Floats from one row of B to the next.</param>
    /// <param name="c">C, <paramref name="rows"/> × <paramref name="columns"/>.</param>
    /// <param name="cStride">Floats from one row of C to the next.</param>
    /// <param name="rows">The rows of A and C.</param>
    /// <param name="depth">The columns of A, which are the rows of B.</param>
    /// <param name="columns">The columns of B and C, a multiple of <see cref="ManagedFactor.Lane"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAdd(Left a, ReadOnlySpan<float> b, int bStride, Span<float> c, int cStride, int rows, int depth, int columns)
    {
        if (rows == 0 || depth == 0 || columns == 0)
            return;
        Check(a.Values.Length, (long)(rows - 1) * a.RowStride + (long)(depth - 1) * a.ColumnStride + 1);
        Check(b.Length, (long)(depth - 1) * bStride + columns);
        Check(c.Length, (long)(rows - 1) * cStride + columns);
        ref float left = ref Unsafe.AsRef(in a.Values[0]);
        ref float right = ref Unsafe.AsRef(in b[0]);
        ref float target = ref c[0];
        for (int column = 0; column < columns;)
        {
            ref float rightTile = ref Unsafe.Add(ref right, column);
            ref float targetTile = ref Unsafe.Add(ref target, column);
            int width = Math.Min(columns - column, _widestTile);
            switch (width / Lane)
            {
                case 4: Tiles<FourVectors>(ref left, a.RowStride, a.ColumnStride, ref rightTile, bStride, ref targetTile, cStride, rows, depth); break;
                case 3: Tiles<ThreeVectors>(ref left, a.RowStride, a.ColumnStride, ref rightTile, bStride, ref targetTile, cStride, rows, depth); break;
                case 2: Tiles<TwoVectors>(ref left, a.RowStride, a.ColumnStride, ref rightTile, bStride, ref targetTile, cStride, rows, depth); break;
                default: Tiles<OneVector>(ref left, a.RowStride, a.ColumnStride, ref rightTile, bStride, ref targetTile, cStride, rows, depth); break;
            }

            column += width;
        }
    }

    /// <summary>Throws unless an operand has as many values as a kernel reads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int length, long needed)
    {
        if (length < needed)
            ThrowTooShort(length, needed);
    }

    private static void ThrowTooShort(int length, long needed)
        => throw new ArgumentException($"A matrix operand has {length} values where the kernel reads {needed}.");

    // C += A B for one column of tiles, from the first row to the last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles<TWidth>(ref float a, nint aRow, nint aStep, ref float b, nint bStep, ref float c, nint cRow, int rows, int depth)
        where TWidth : struct, IVectorCount
    {
        for (; rows > 0; rows -= 4)
        {
            switch (rows)
            {
                case 1: Tile<TWidth, OneVector>(ref a, aRow, aStep, ref b, bStep, ref c, cRow, depth); break;
                case 2: Tile<TWidth, TwoVectors>(ref a, aRow, aStep, ref b, bStep, ref c, cRow, depth); break;
                case 3: Tile<TWidth, ThreeVectors>(ref a, aRow, aStep, ref b, bStep, ref c, cRow, depth); break;
                default: Tile<TWidth, FourVectors>(ref a, aRow, aStep, ref b, bStep, ref c, cRow, depth); break;
            }

            a = ref Unsafe.Add(ref a, 4 * aRow);
            c = ref Unsafe.Add(ref c, 4 * cRow);
        }
    }

    // One tile of C: s_ij sums row i, vector j. The just-in-time compiler drops the sums outside the tile, since its size is part of the type.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TWidth, THeight>(ref float a, nint aRow, nint aStep, ref float b, nint bStep, ref float c, nint cRow, int depth)
        where TWidth : struct, IVectorCount
        where THeight : struct, IVectorCount
    {
        ref float c1 = ref Unsafe.Add(ref c, cRow);
        ref float c2 = ref Unsafe.Add(ref c, 2 * cRow);
        ref float c3 = ref Unsafe.Add(ref c, 3 * cRow);
        Vector512<float> s00 = Load<TWidth, THeight, OneVector, OneVector>(ref c), s01 = Load<TWidth, THeight, TwoVectors, OneVector>(ref c);
        Vector512<float> s02 = Load<TWidth, THeight, ThreeVectors, OneVector>(ref c), s03 = Load<TWidth, THeight, FourVectors, OneVector>(ref c);
        Vector512<float> s10 = Load<TWidth, THeight, OneVector, TwoVectors>(ref c1), s11 = Load<TWidth, THeight, TwoVectors, TwoVectors>(ref c1);
        Vector512<float> s12 = Load<TWidth, THeight, ThreeVectors, TwoVectors>(ref c1), s13 = Load<TWidth, THeight, FourVectors, TwoVectors>(ref c1);
        Vector512<float> s20 = Load<TWidth, THeight, OneVector, ThreeVectors>(ref c2), s21 = Load<TWidth, THeight, TwoVectors, ThreeVectors>(ref c2);
        Vector512<float> s22 = Load<TWidth, THeight, ThreeVectors, ThreeVectors>(ref c2), s23 = Load<TWidth, THeight, FourVectors, ThreeVectors>(ref c2);
        Vector512<float> s30 = Load<TWidth, THeight, OneVector, FourVectors>(ref c3), s31 = Load<TWidth, THeight, TwoVectors, FourVectors>(ref c3);
        Vector512<float> s32 = Load<TWidth, THeight, ThreeVectors, FourVectors>(ref c3), s33 = Load<TWidth, THeight, FourVectors, FourVectors>(ref c3);

        for (int k = 0; k < depth; k++)
        {
            Vector512<float> b0 = Vector512.LoadUnsafe(ref b);
            Vector512<float> b1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref b, Lane) : default;
            Vector512<float> b2 = TWidth.Count > 2 ? Vector512.LoadUnsafe(ref b, 2 * Lane) : default;
            Vector512<float> b3 = TWidth.Count > 3 ? Vector512.LoadUnsafe(ref b, 3 * Lane) : default;
            Vector512<float> a0 = Vector512.Create(a);
            s00 = Vector512.MultiplyAddEstimate(a0, b0, s00);
            if (TWidth.Count > 1) s01 = Vector512.MultiplyAddEstimate(a0, b1, s01);
            if (TWidth.Count > 2) s02 = Vector512.MultiplyAddEstimate(a0, b2, s02);
            if (TWidth.Count > 3) s03 = Vector512.MultiplyAddEstimate(a0, b3, s03);
            if (THeight.Count > 1)
            {
                Vector512<float> a1 = Vector512.Create(Unsafe.Add(ref a, aRow));
                s10 = Vector512.MultiplyAddEstimate(a1, b0, s10);
                if (TWidth.Count > 1) s11 = Vector512.MultiplyAddEstimate(a1, b1, s11);
                if (TWidth.Count > 2) s12 = Vector512.MultiplyAddEstimate(a1, b2, s12);
                if (TWidth.Count > 3) s13 = Vector512.MultiplyAddEstimate(a1, b3, s13);
            }

            if (THeight.Count > 2)
            {
                Vector512<float> a2 = Vector512.Create(Unsafe.Add(ref a, 2 * aRow));
                s20 = Vector512.MultiplyAddEstimate(a2, b0, s20);
                if (TWidth.Count > 1) s21 = Vector512.MultiplyAddEstimate(a2, b1, s21);
                if (TWidth.Count > 2) s22 = Vector512.MultiplyAddEstimate(a2, b2, s22);
                if (TWidth.Count > 3) s23 = Vector512.MultiplyAddEstimate(a2, b3, s23);
            }

            if (THeight.Count > 3)
            {
                Vector512<float> a3 = Vector512.Create(Unsafe.Add(ref a, 3 * aRow));
                s30 = Vector512.MultiplyAddEstimate(a3, b0, s30);
                if (TWidth.Count > 1) s31 = Vector512.MultiplyAddEstimate(a3, b1, s31);
                if (TWidth.Count > 2) s32 = Vector512.MultiplyAddEstimate(a3, b2, s32);
                if (TWidth.Count > 3) s33 = Vector512.MultiplyAddEstimate(a3, b3, s33);
            }

            a = ref Unsafe.Add(ref a, aStep);
            b = ref Unsafe.Add(ref b, bStep);
        }

        StoreRow<TWidth>(ref c, s00, s01, s02, s03);
        if (THeight.Count > 1) StoreRow<TWidth>(ref c1, s10, s11, s12, s13);
        if (THeight.Count > 2) StoreRow<TWidth>(ref c2, s20, s21, s22, s23);
        if (THeight.Count > 3) StoreRow<TWidth>(ref c3, s30, s31, s32, s33);
    }

    // The vector of C at a place of the tile, counted from one; nothing is loaded outside the tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load<TWidth, THeight, TColumn, TRow>(ref float row)
        where TWidth : struct, IVectorCount
        where THeight : struct, IVectorCount
        where TColumn : struct, IVectorCount
        where TRow : struct, IVectorCount
        => TColumn.Count <= TWidth.Count && TRow.Count <= THeight.Count ? Vector512.LoadUnsafe(ref row, (nuint)((TColumn.Count - 1) * Lane)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TWidth>(ref float row, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3)
        where TWidth : struct, IVectorCount
    {
        s0.StoreUnsafe(ref row);
        if (TWidth.Count > 1) s1.StoreUnsafe(ref row, Lane);
        if (TWidth.Count > 2) s2.StoreUnsafe(ref row, 2 * Lane);
        if (TWidth.Count > 3) s3.StoreUnsafe(ref row, 3 * Lane);
    }
}
