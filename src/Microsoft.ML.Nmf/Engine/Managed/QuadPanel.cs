using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// A factor W, q × r, as <see cref="QuadTile"/> reads it: vectors of 4 components × 4 rows of W. The vectors of a tile of components follow each other, then
/// those of the next 4 rows; after all rows come the components of the next tile. Tiles have up to <see cref="QuadTile.MostVectors"/> vectors, all about as
/// many. Rows and components are padded with zeros. The memory is kept for the next factor.
/// </summary>
internal sealed class QuadPanel
{
    private const int Lane = ManagedFactor.Lane;
    private const int Size = QuadTile.Size;

    private AlignedFloats _values = AlignedFloats.None;

    /// <summary>The components, in fours.</summary>
    public int Quads { get; private set; }

    /// <summary>The rows of W rounded up to a multiple of the lane.</summary>
    public int Depth { get; private set; }

    /// <summary>The vectors.</summary>
    public ReadOnlySpan<float> Values => _values.Span;

    /// <summary>Makes room for a factor, whose rows <see cref="Pack"/> then brings.</summary>
    public void Prepare(ManagedFactor factor)
    {
        Quads = (factor.Rank + Size - 1) / Size;
        Depth = ManagedFactor.Padded(factor.Rows);
        int length = ArraySize.Of(Depth, Quads * Size);
        if (_values.Length < length)
            _values = new AlignedFloats(length);
    }

    /// <summary>The tiles of components.</summary>
    public int Tiles => (Quads + QuadTile.MostVectors - 1) / QuadTile.MostVectors;

    /// <summary>The first quad of a tile; the first tiles have one more than the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FirstQuad(int tile) => tile * (Quads / Tiles) + Math.Min(tile, Quads % Tiles);

    /// <summary>Where the vectors of a tile start at a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start(int tile, int row) => FirstQuad(tile) * Size * Depth + row * Size * (FirstQuad(tile + 1) - FirstQuad(tile));

    /// <summary>Packs some rows of the factor. Different rows may be packed at the same time. Cost: a copy of them.</summary>
    /// <param name="factor">The factor that <see cref="Prepare"/> made room for.</param>
    /// <param name="first">The first row, a multiple of the lane.</param>
    /// <param name="count">The number of rows: a multiple of the lane, or all that follow.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(ManagedFactor factor, int first, int count)
    {
        ReadOnlySpan<float> rows = factor.RowRange(first, count);
        int stride = factor.Stride, end = first + ManagedFactor.Padded(count);
        ref float values = ref MemoryMarshal.GetReference(_values.Span);
        ref float source = ref MemoryMarshal.GetReference(rows);
        for (int tile = 0; tile < Tiles; tile++)
        {
            int quad = FirstQuad(tile), vectors = FirstQuad(tile + 1) - quad;
            ref float target = ref Unsafe.Add(ref values, Start(tile, first));
            for (int row = first; row < end; row += Size)
            {
                int present = Math.Clamp(first + count - row, 0, Size);
                ref float from = ref Unsafe.Add(ref source, (nint)(row - first) * stride + quad * Size);
                for (int v = 0; v < vectors; v++)
                {
                    OfRows(ref Unsafe.Add(ref from, v * Size), stride, present).StoreUnsafe(ref target);
                    target = ref Unsafe.Add(ref target, Lane);
                }
            }
        }
    }

    // Component 0 of four rows, component 1 of them, and so on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> OfRows(ref float rows, nint stride, int present)
    {
        Vector128<float> r0 = present > 0 ? Vector128.LoadUnsafe(ref rows) : default;
        Vector128<float> r1 = present > 1 ? Vector128.LoadUnsafe(ref Unsafe.Add(ref rows, stride)) : default;
        Vector128<float> r2 = present > 2 ? Vector128.LoadUnsafe(ref Unsafe.Add(ref rows, 2 * stride)) : default;
        Vector128<float> r3 = present > 3 ? Vector128.LoadUnsafe(ref Unsafe.Add(ref rows, 3 * stride)) : default;
        Vector512<float> all = Vector512.Create(Vector256.Create(r0, r1), Vector256.Create(r2, r3));
        return Vector512.Shuffle(all, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    }
}
