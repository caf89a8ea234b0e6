using System.Runtime.InteropServices;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>Numbers as files have them, the least significant byte first, whatever the machine.</summary>
internal static class LittleEndian
{
    /// <summary>The bytes of numbers as a file has them: those in memory, or a copy where this machine has the most significant first.</summary>
    public static ReadOnlySpan<byte> BytesOf<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        if (BitConverter.IsLittleEndian)
            return bytes;
        T[] turned = values.ToArray();
        Turn<T>(turned);
        return MemoryMarshal.AsBytes<T>(turned);
    }

    /// <summary>The bytes of numbers, to read into as a file has them; <see cref="Read{T}"/> must follow.</summary>
    public static Span<byte> Place<T>(Span<T> values)
        where T : unmanaged
        => MemoryMarshal.AsBytes(values);

    /// <summary>Makes numbers of the bytes that were read into their <see cref="Place{T}"/>.</summary>
    public static void Read<T>(Span<T> values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
            Turn(values);
    }

    /// <summary>Turns the order of the bytes of each number.</summary>
    public static void Turn<T>(Span<T> values)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(values);
        int size = bytes.Length / Math.Max(1, values.Length);
        for (int at = 0; at < bytes.Length; at += size)
            bytes.Slice(at, size).Reverse();
    }
}
