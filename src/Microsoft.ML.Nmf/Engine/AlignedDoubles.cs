using System.Runtime.InteropServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Doubles that start at a 64-byte boundary, so that no vector load crosses two cache lines. Zero at first. The array is pinned, since the garbage collector
/// could move it off the boundary.
/// </summary>
internal sealed class AlignedDoubles
{
    private const int LineBytes = 64;
    private const int LineDoubles = LineBytes / sizeof(double);

    private readonly double[] _storage;
    private readonly int _offset;

    /// <summary>Room for <paramref name="length"/> doubles.</summary>
    public AlignedDoubles(int length)
        : this(1, length)
    {
    }

    /// <summary>Room for a matrix.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">The doubles of a padded row.</param>
    /// <exception cref="InvalidOperationException">There are more than an array holds.</exception>
    public AlignedDoubles(int rows, int stride)
    {
        Length = ArraySize.Of(rows, stride, "A matrix");
        _storage = GC.AllocateArray<double>(ArraySize.Of(1, Length + LineDoubles, "A matrix"), pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_storage, 0);
        _offset = (int)((LineBytes - address % LineBytes) % LineBytes) / sizeof(double);
    }

    /// <summary>The number of doubles.</summary>
    public int Length { get; }

    /// <summary>The doubles.</summary>
    public Span<double> Span => _storage.AsSpan(_offset, Length);

    /// <summary>The first double.</summary>
    public ref double First => ref MemoryMarshal.GetReference(Span);
}
