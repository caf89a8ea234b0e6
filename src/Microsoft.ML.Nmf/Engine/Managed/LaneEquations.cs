using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Solves G_PP x_P = b_P by LDLᵀ for eight rows at a time that share G, each with a support P of its own: a row is in a SIMD lane of its own, and an entry of
/// all eight matrices is one vector. Lanes never meet, so that the bits of a row do not depend on the others. A smaller support is filled up with equations
/// x = 0 to the size of the largest, rounded up to whole tiles of 4 × 4. Cost s³/6 for a largest support of s. One instance serves one thread.
/// </summary>
/// <remarks>
/// The lower triangle is in tiles (i, j), j ≤ i, one row of tiles after the other; entry (r, c) of a tile is vector 4c + r of it, so that column after column
/// of a row of tiles is in one piece. A row of tiles first becomes L D, which the tiles left of the diagonal need of their own row, and then L, which they need
/// of the rows above.
/// </remarks>
internal sealed class LaneEquations
{
    /// <summary>The rows that are solved together.</summary>
    public const int Lanes = DoubleKernel.Lane;

    /// <summary>Supports up to this size fit; the triangles of larger ones are better eliminated one by one, out of a nearer cache.</summary>
    public const int MostSize = 64;

    // Rows and columns of a tile, and the doubles of one of its columns.
    private const int Tile = 4;
    private const int Column = Tile * Lanes;

    private readonly double _dependent;
    private readonly int[] _columns = new int[MostSize];
    private readonly int[] _rows = new int[MostSize];
    private readonly AlignedDoubles _tiles;
    private readonly AlignedDoubles _leastPivots;
    private readonly AlignedDoubles _inverses;
    private readonly AlignedDoubles _values;
    private int _size;

    /// <summary>Allocates the working memory.</summary>
    /// <param name="rank">The largest r.</param>
    /// <param name="dependent">Relative pivot up to which a column counts as linearly dependent on those before it.</param>
    public LaneEquations(int rank, double dependent)
    {
        int most = Rounded(Math.Min(rank, MostSize));
        _dependent = dependent;
        _tiles = new AlignedDoubles(Triangle(most / Tile), Tile * Column);
        _leastPivots = new AlignedDoubles(most, Lanes);
        _inverses = new AlignedDoubles(most, Lanes);
        _values = new AlignedDoubles(most, Lanes);
    }

    /// <summary>Begins with eight rows, all of which must then be <see cref="Gather">gathered</see>.</summary>
    /// <param name="size">The size of their largest support, at most <see cref="MostSize"/> and the largest r.</param>
    public void Begin(int size) => _size = Rounded(size);

    /// <summary>Takes the equations of a row.</summary>
    /// <param name="gram">G.</param>
    /// <param name="lane">Which of the eight it is.</param>
    /// <param name="support">P, ascending; empty for a lane without a row.</param>
    /// <param name="target">b.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(PaddedGram gram, int lane, ReadOnlySpan<int> support, ReadOnlySpan<double> target)
    {
        int size = _size, stride = gram.Stride;
        ref double values = ref gram.Values.First;
        ref double least = ref Unsafe.Add(ref _leastPivots.First, lane);
        ref double b = ref First(lane);
        Span<int> columns = _columns.AsSpan(0, size), rows = _rows.AsSpan(0, size);
        for (int i = 0; i < support.Length; i++)
        {
            int k = support[i];
            (columns[i], rows[i]) = (k, k * stride);
            Unsafe.Add(ref least, i * Lanes) = _dependent * Unsafe.Add(ref values, k * stride + k);
            Unsafe.Add(ref b, i * Lanes) = target[k];
        }

        for (int i = support.Length; i < size; i++)
        {
            (columns[i], rows[i]) = (0, gram.ZeroRow);
            Unsafe.Add(ref least, i * Lanes) = 0;
            Unsafe.Add(ref b, i * Lanes) = 0;
        }

        ref double tiles = ref Unsafe.Add(ref _tiles.First, lane);
        GatherTiles(ref values, ref tiles, columns, rows);
        for (int i = support.Length; i < size; i++)
            Unsafe.Add(ref tiles, (Triangle(i / Tile) + i / Tile) * Tile * Column + (i % Tile) * (Column + Lanes)) = 1;
    }

    /// <summary>Solves the equations of the eight rows.</summary>
    /// <returns>A bit for each lane whose support has dependent columns; there is no solution in it then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public uint Solve()
    {
        int tiles = _size / Tile;
        ref double first = ref _tiles.First;
        ref double row = ref first;
        Vector512<long> dependent = default;
        for (int i = 0; i < tiles; i++)
        {
            ref double above = ref first;
            for (int j = 0; j < i; j++)
            {
                Eliminate(ref row, ref above, j * Tile);
                above = ref Unsafe.Add(ref above, (j + 1) * Tile * Column);
            }

            dependent |= EliminateDiagonal(ref row, i * Tile);
            row = ref Unsafe.Add(ref row, (i + 1) * Tile * Column);
        }

        for (int i = tiles - 1; i >= 0; i--)
            Substitute(i, tiles);
        return (uint)dependent.AsDouble().ExtractMostSignificantBits();
    }

    /// <summary>The first entry of the solution of a lane, in the order of its support; the next is <see cref="Lanes"/> further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref double First(int lane) => ref Unsafe.Add(ref _values.First, lane);

    private static int Rounded(int size) => (size + Tile - 1) / Tile * Tile;

    // The tiles of some rows of tiles.
    private static int Triangle(int rows) => rows * (rows + 1) / 2;

    // Copies the entries of one lane; those above the diagonal come along with the tiles on it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherTiles(ref double values, ref double target, ReadOnlySpan<int> columns, ReadOnlySpan<int> rows)
    {
        ref int column = ref MemoryMarshal.GetReference(columns);
        ref int row = ref MemoryMarshal.GetReference(rows);
        ref double to = ref target;
        for (int i = 0; i < rows.Length; i += Tile)
        {
            ref double r0 = ref Unsafe.Add(ref values, Unsafe.Add(ref row, i));
            ref double r1 = ref Unsafe.Add(ref values, Unsafe.Add(ref row, i + 1));
            ref double r2 = ref Unsafe.Add(ref values, Unsafe.Add(ref row, i + 2));
            ref double r3 = ref Unsafe.Add(ref values, Unsafe.Add(ref row, i + 3));
            for (int j = 0; j < i + Tile; j += 2)
            {
                nint c = Unsafe.Add(ref column, j), d = Unsafe.Add(ref column, j + 1);
                to = Unsafe.Add(ref r0, c);
                Unsafe.Add(ref to, Lanes) = Unsafe.Add(ref r1, c);
                Unsafe.Add(ref to, 2 * Lanes) = Unsafe.Add(ref r2, c);
                Unsafe.Add(ref to, 3 * Lanes) = Unsafe.Add(ref r3, c);
                Unsafe.Add(ref to, Column) = Unsafe.Add(ref r0, d);
                Unsafe.Add(ref to, Column + Lanes) = Unsafe.Add(ref r1, d);
                Unsafe.Add(ref to, Column + 2 * Lanes) = Unsafe.Add(ref r2, d);
                Unsafe.Add(ref to, Column + 3 * Lanes) = Unsafe.Add(ref r3, d);
                to = ref Unsafe.Add(ref to, 2 * Column);
            }
        }
    }

    // A tile left of the diagonal: T ← (T − Σ (L D)_k L_kᵀ) L_jj⁻ᵀ over the columns left of it, an entry of L D.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eliminate(ref double row, ref double above, int columns)
    {
        ref double target = ref Unsafe.Add(ref row, columns * Column);
        Vector512<double> t00 = Load(ref target, 0), t10 = Load(ref target, 1), t20 = Load(ref target, 2), t30 = Load(ref target, 3);
        Vector512<double> t01 = Load(ref target, 4), t11 = Load(ref target, 5), t21 = Load(ref target, 6), t31 = Load(ref target, 7);
        Vector512<double> t02 = Load(ref target, 8), t12 = Load(ref target, 9), t22 = Load(ref target, 10), t32 = Load(ref target, 11);
        Vector512<double> t03 = Load(ref target, 12), t13 = Load(ref target, 13), t23 = Load(ref target, 14), t33 = Load(ref target, 15);
        for (int k = 0; k < columns; k++)
        {
            Vector512<double> w0 = -Load(ref row, 0), w1 = -Load(ref row, 1), w2 = -Load(ref row, 2), w3 = -Load(ref row, 3);
            Vector512<double> l = Load(ref above, 0);
            (t00, t10, t20, t30) = (Add(w0, l, t00), Add(w1, l, t10), Add(w2, l, t20), Add(w3, l, t30));
            l = Load(ref above, 1);
            (t01, t11, t21, t31) = (Add(w0, l, t01), Add(w1, l, t11), Add(w2, l, t21), Add(w3, l, t31));
            l = Load(ref above, 2);
            (t02, t12, t22, t32) = (Add(w0, l, t02), Add(w1, l, t12), Add(w2, l, t22), Add(w3, l, t32));
            l = Load(ref above, 3);
            (t03, t13, t23, t33) = (Add(w0, l, t03), Add(w1, l, t13), Add(w2, l, t23), Add(w3, l, t33));
            row = ref Unsafe.Add(ref row, Column);
            above = ref Unsafe.Add(ref above, Column);
        }

        // What is left of the row above is its tile on the diagonal.
        Vector512<double> l10 = -Load(ref above, 1), l20 = -Load(ref above, 2), l30 = -Load(ref above, 3);
        Vector512<double> l21 = -Load(ref above, 6), l31 = -Load(ref above, 7), l32 = -Load(ref above, 11);
        (t01, t11, t21, t31) = (Add(l10, t00, t01), Add(l10, t10, t11), Add(l10, t20, t21), Add(l10, t30, t31));
        (t02, t12, t22, t32) = (Add(l20, t00, t02), Add(l20, t10, t12), Add(l20, t20, t22), Add(l20, t30, t32));
        (t03, t13, t23, t33) = (Add(l30, t00, t03), Add(l30, t10, t13), Add(l30, t20, t23), Add(l30, t30, t33));
        (t02, t12, t22, t32) = (Add(l21, t01, t02), Add(l21, t11, t12), Add(l21, t21, t22), Add(l21, t31, t32));
        (t03, t13, t23, t33) = (Add(l31, t01, t03), Add(l31, t11, t13), Add(l31, t21, t23), Add(l31, t31, t33));
        (t03, t13, t23, t33) = (Add(l32, t02, t03), Add(l32, t12, t13), Add(l32, t22, t23), Add(l32, t32, t33));
        Store(ref target, 0, t00, t10, t20, t30);
        Store(ref target, 4, t01, t11, t21, t31);
        Store(ref target, 8, t02, t12, t22, t32);
        Store(ref target, 12, t03, t13, t23, t33);
    }

    // The tile on the diagonal, after its row of L D became one of L, and the right side along with it. Returns which lanes have too small a pivot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector512<long> EliminateDiagonal(ref double row, int columns)
    {
        ref double target = ref Unsafe.Add(ref row, columns * Column);
        ref double inverses = ref _inverses.First;
        ref double values = ref _values.First;
        ref double b = ref Unsafe.Add(ref values, columns * Lanes);
        Vector512<double> t00 = Load(ref target, 0), t10 = Load(ref target, 1), t20 = Load(ref target, 2), t30 = Load(ref target, 3);
        Vector512<double> t11 = Load(ref target, 5), t21 = Load(ref target, 6), t31 = Load(ref target, 7);
        Vector512<double> t22 = Load(ref target, 10), t32 = Load(ref target, 11), t33 = Load(ref target, 15);
        Vector512<double> b0 = Load(ref b, 0), b1 = Load(ref b, 1), b2 = Load(ref b, 2), b3 = Load(ref b, 3);
        for (int k = 0; k < columns; k++)
        {
            Vector512<double> w0 = Load(ref row, 0), w1 = Load(ref row, 1), w2 = Load(ref row, 2), w3 = Load(ref row, 3);
            Vector512<double> inverse = -Load(ref inverses, k), value = Load(ref values, k);
            // −L.
            Vector512<double> l0 = w0 * inverse, l1 = w1 * inverse, l2 = w2 * inverse, l3 = w3 * inverse;
            (t00, t10, t20, t30) = (Add(w0, l0, t00), Add(w1, l0, t10), Add(w2, l0, t20), Add(w3, l0, t30));
            (t11, t21, t31) = (Add(w1, l1, t11), Add(w2, l1, t21), Add(w3, l1, t31));
            (t22, t32, t33) = (Add(w2, l2, t22), Add(w3, l2, t32), Add(w3, l3, t33));
            (b0, b1, b2, b3) = (Add(l0, value, b0), Add(l1, value, b1), Add(l2, value, b2), Add(l3, value, b3));
            Store(ref row, 0, -l0, -l1, -l2, -l3);
            row = ref Unsafe.Add(ref row, Column);
        }

        ref double least = ref Unsafe.Add(ref _leastPivots.First, columns * Lanes);
        Vector512<double> inverse0 = Vector512<double>.One / t00;
        Vector512<double> l10 = t10 * inverse0, l20 = t20 * inverse0, l30 = t30 * inverse0;
        (t11, t21, t31) = (Add(-l10, t10, t11), Add(-l10, t20, t21), Add(-l10, t30, t31));
        (t22, t32, t33) = (Add(-l20, t20, t22), Add(-l20, t30, t32), Add(-l30, t30, t33));
        Vector512<double> inverse1 = Vector512<double>.One / t11;
        Vector512<double> l21 = t21 * inverse1, l31 = t31 * inverse1;
        (t22, t32, t33) = (Add(-l21, t21, t22), Add(-l21, t31, t32), Add(-l31, t31, t33));
        Vector512<double> inverse2 = Vector512<double>.One / t22;
        Vector512<double> l32 = t32 * inverse2;
        t33 = Add(-l32, t32, t33);
        Vector512<double> inverse3 = Vector512<double>.One / t33;
        (b1, b2, b3) = (Add(-l10, b0, b1), Add(-l20, b0, b2), Add(-l30, b0, b3));
        (b2, b3) = (Add(-l21, b1, b2), Add(-l31, b1, b3));
        b3 = Add(-l32, b2, b3);
        Store(ref target, 0, Vector512<double>.One, l10, l20, l30);
        l21.StoreUnsafe(ref target, 6 * Lanes);
        l31.StoreUnsafe(ref target, 7 * Lanes);
        l32.StoreUnsafe(ref target, 11 * Lanes);
        Store(ref Unsafe.Add(ref inverses, columns * Lanes), 0, inverse0, inverse1, inverse2, inverse3);
        Store(ref b, 0, b0, b1, b2, b3);
        return (Vector512.LessThanOrEqual(t00, Load(ref least, 0)) | Vector512.LessThanOrEqual(t11, Load(ref least, 1))
            | Vector512.LessThanOrEqual(t22, Load(ref least, 2)) | Vector512.LessThanOrEqual(t33, Load(ref least, 3))).AsInt64();
    }

    // Lᵀ x = D⁻¹ L⁻¹ b in the rows of a row of tiles; those below are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Substitute(int i, int tiles)
    {
        ref double tile = ref Unsafe.Add(ref _tiles.First, (Triangle(i) + i) * Tile * Column);
        ref double values = ref Unsafe.Add(ref _values.First, i * Column);
        ref double inverses = ref Unsafe.Add(ref _inverses.First, i * Column);
        Vector512<double> x0 = Load(ref values, 0) * Load(ref inverses, 0), x1 = Load(ref values, 1) * Load(ref inverses, 1);
        Vector512<double> x2 = Load(ref values, 2) * Load(ref inverses, 2), x3 = Load(ref values, 3) * Load(ref inverses, 3);
        ref double below = ref tile;
        ref double known = ref values;
        for (int k = i + 1; k < tiles; k++)
        {
            below = ref Unsafe.Add(ref below, k * Tile * Column);
            known = ref Unsafe.Add(ref known, Column);
            Vector512<double> v0 = -Load(ref known, 0), v1 = -Load(ref known, 1), v2 = -Load(ref known, 2), v3 = -Load(ref known, 3);
            x0 = Add(Load(ref below, 3), v3, Add(Load(ref below, 2), v2, Add(Load(ref below, 1), v1, Add(Load(ref below, 0), v0, x0))));
            x1 = Add(Load(ref below, 7), v3, Add(Load(ref below, 6), v2, Add(Load(ref below, 5), v1, Add(Load(ref below, 4), v0, x1))));
            x2 = Add(Load(ref below, 11), v3, Add(Load(ref below, 10), v2, Add(Load(ref below, 9), v1, Add(Load(ref below, 8), v0, x2))));
            x3 = Add(Load(ref below, 15), v3, Add(Load(ref below, 14), v2, Add(Load(ref below, 13), v1, Add(Load(ref below, 12), v0, x3))));
        }

        (x2, x1, x0) = (Add(-Load(ref tile, 11), x3, x2), Add(-Load(ref tile, 7), x3, x1), Add(-Load(ref tile, 3), x3, x0));
        (x1, x0) = (Add(-Load(ref tile, 6), x2, x1), Add(-Load(ref tile, 2), x2, x0));
        x0 = Add(-Load(ref tile, 1), x1, x0);
        Store(ref values, 0, x0, x1, x2, x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load(ref double vectors, int place) => Vector512.LoadUnsafe(ref vectors, (nuint)(place * Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Add(Vector512<double> a, Vector512<double> b, Vector512<double> sum) => Vector512.MultiplyAddEstimate(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref double vectors, int place, Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, Vector512<double> v3)
    {
        v0.StoreUnsafe(ref vectors, (nuint)(place * Lanes));
        v1.StoreUnsafe(ref vectors, (nuint)((place + 1) * Lanes));
        v2.StoreUnsafe(ref vectors, (nuint)((place + 2) * Lanes));
        v3.StoreUnsafe(ref vectors, (nuint)((place + 3) * Lanes));
    }
}
