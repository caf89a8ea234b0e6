using System.Runtime.InteropServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Floats that start on a 64-byte line, so that a vector load never crosses one. Zero at first.</summary>
internal sealed class AlignedFloats
{
    private const int LineBytes = 64;
    private const int LineFloats = LineBytes / sizeof(float);

    private readonly float[] _storage;
    private readonly int _offset;

    /// <summary>Room for <paramref name="length"/> floats.</summary>
    public AlignedFloats(int length)
    {
        Length = length;
        _storage = GC.AllocateArray<float>(length + LineFloats, pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_storage, 0);
        _offset = (int)((LineBytes - address % LineBytes) % LineBytes) / sizeof(float);
    }

    /// <summary>The number of floats.</summary>
    public int Length { get; }

    /// <summary>The floats.</summary>
    public Span<float> Span => _storage.AsSpan(_offset, Length);
}
