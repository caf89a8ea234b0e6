using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The transpose of a factor O, q × r, in strips of <see cref="OuterTile.StripWidth"/> of its rows: what <see cref="OuterTile"/> reads to compute F Oᵀ. The
/// memory is kept for the next factor.
/// </summary>
internal sealed class StripPanel
{
    private AlignedFloats _values = AlignedFloats.None;
    private int _size;

    /// <summary>The number of strips of a factor.</summary>
    public static int CountOf(int rows) => (int)(((long)rows + OuterTile.StripWidth - 1) / OuterTile.StripWidth);

    /// <summary>The floats of a strip, whose components are rounded up to a multiple of 4, as <see cref="LaneTranspose"/> needs them.</summary>
    public static int SizeOf(int rank) => OuterTile.StripWidth * ((rank + 3) / 4 * 4);

    /// <summary>Makes room for a factor, whose strips <see cref="Pack(ManagedFactor, int)"/> then brings.</summary>
    public void Prepare(ManagedFactor factor)
    {
        _size = SizeOf(factor.Rank);
        int length = ArraySize.Of(CountOf(factor.Rows), _size);
        if (_values.Length < length)
            _values = new AlignedFloats(length);
    }

    /// <summary>A strip.</summary>
    public Span<float> Strip(int index) => _values.Span.Slice(index * _size, _size);

    /// <summary>Packs a strip of the factor that <see cref="Prepare"/> made room for. Different strips may be packed at the same time.</summary>
    public void Pack(ManagedFactor factor, int index) => Pack(factor, index, Strip(index));

    /// <summary>target ← a strip of a factor: its rows side by side, zeros after the last.</summary>
    public static void Pack(ManagedFactor factor, int index, Span<float> target)
    {
        int first = index * OuterTile.StripWidth;
        PackRows(factor, first, Math.Min(OuterTile.StripWidth, factor.Rows - first), target);
    }

    /// <summary>target ← some rows of a factor side by side, zeros after the last.</summary>
    public static void PackRows(ManagedFactor factor, int first, int count, Span<float> target)
        => LaneTranspose.ToLanes(factor.RowRange(first, count), factor.Stride, count, target, OuterTile.StripWidth, factor.Rank);

    /// <summary>Writes strips of a transposed result into its rows.</summary>
    /// <param name="strips">The strips.</param>
    /// <param name="first">The index of the first one.</param>
    /// <param name="count">The number of strips.</param>
    /// <param name="result">The result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ReadOnlySpan<float> strips, int first, int count, ManagedFactor result)
    {
        int size = SizeOf(result.Rank);
        for (int strip = 0; strip < count; strip++)
        {
            int row = (first + strip) * OuterTile.StripWidth, rows = Math.Min(OuterTile.StripWidth, result.Rows - row);
            LaneTranspose.FromLanes(strips.Slice(strip * size, size), OuterTile.StripWidth, result.Rank, result.RowRange(row, rows), result.Stride, rows);
        }
    }
}
