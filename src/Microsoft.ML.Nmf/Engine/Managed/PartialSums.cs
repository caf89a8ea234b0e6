namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The sums of the parts of a <see cref="WorkGrid"/>, of the same size for every range. Whoever ends the last part of a range adds its parts up, in their
/// order. The memory is kept for the next primitive.
/// </summary>
internal sealed class PartialSums
{
    private AlignedFloats _values = AlignedFloats.None;
    private int[] _ended = [];
    private int _size;
    private int _parts;

    /// <summary>Makes room, of arbitrary contents.</summary>
    /// <param name="grid">The pieces of work.</param>
    /// <param name="size">The floats of a piece, whole vectors.</param>
    public void Prepare(WorkGrid grid, int size)
    {
        (_size, _parts) = (size, grid.Parts);
        if (_ended.Length < grid.Ranges)
            _ended = new int[grid.Ranges];
        Array.Clear(_ended);
        int length = ArraySize.Of(grid.Count, size);
        if (_values.Length < length)
            _values = new AlignedFloats(length);
    }

    /// <summary>The sums of a part of a range.</summary>
    public Span<float> Of(int range, int part) => _values.Span.Slice((range * _parts + part) * _size, _size);

    /// <summary>Ends a part of a range.</summary>
    /// <returns>Whether it was the last one.</returns>
    public bool End(int range) => Interlocked.Increment(ref _ended[range]) == _parts;

    /// <summary>The sums of a range, once its last part has ended, in the place of those of its first part.</summary>
    public Span<float> Total(int range)
    {
        Span<float> total = Of(range, 0);
        FactorSums.OfParts(_values.Span[(range * _parts * _size)..], _size, _parts, total);
        return total;
    }
}
