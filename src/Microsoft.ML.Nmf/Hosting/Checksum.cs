using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>
/// CRC-32C (Castagnoli) of bytes that come one piece after the other. It notices every change within four neighbouring bytes, and all but one in 2³² of
/// all other changes.
/// </summary>
internal struct Checksum()
{
    private uint _remainder = uint.MaxValue;

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => ~_remainder;

    /// <summary>Takes the bytes that follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint remainder = _remainder;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            remainder = BitOperations.Crc32C(remainder, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte last in bytes)
            remainder = BitOperations.Crc32C(remainder, last);
        _remainder = remainder;
    }
}

/// <summary>Hands on what is written to it, and knows the checksum of that.</summary>
/// <param name="target">Where it goes; stays open.</param>
internal sealed class ChecksumStream(Stream target) : Stream
{
    private Checksum _checksum = new();

    /// <summary>The checksum of everything written so far.</summary>
    public uint Checksum => _checksum.Value;

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _checksum.Append(buffer);
        target.Write(buffer);
    }

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override void Flush() => target.Flush();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();
}
