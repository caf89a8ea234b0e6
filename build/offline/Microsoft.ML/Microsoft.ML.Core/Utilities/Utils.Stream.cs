using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Internal.Utilities;

// What model streams are written with: an array is its length and its items, one after another.
internal static partial class Utils
{
    public static long FpCur(this BinaryWriter writer)
    {
        writer.Flush();
        return writer.BaseStream.Position;
    }

    public static long FpCur(this BinaryReader reader) => reader.BaseStream.Position;

    public static void Seek(this BinaryWriter writer, long fp)
    {
        writer.Flush();
        writer.BaseStream.Seek(fp, SeekOrigin.Begin);
    }

    public static void Seek(this BinaryReader reader, long fp) => reader.BaseStream.Seek(fp, SeekOrigin.Begin);

    public static StreamWriter OpenWriter(Stream stream, Encoding encoding = null, int bufferSize = 1024, bool leaveOpen = true)
        => new(stream, encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize, leaveOpen);

    public static void WriteBoolByte(this BinaryWriter writer, bool x) => writer.Write((byte)(x ? 1 : 0));

    public static void WriteIntArray(this BinaryWriter writer, ReadOnlySpan<int> values)
    {
        writer.Write(values.Length);
        writer.WriteIntsNoCount(values);
    }

    public static void WriteIntsNoCount(this BinaryWriter writer, ReadOnlySpan<int> values) => writer.Write(MemoryMarshal.AsBytes(values));

    public static void WriteUIntArray(this BinaryWriter writer, ReadOnlySpan<uint> values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    public static void WriteSingleArray(this BinaryWriter writer, ReadOnlySpan<float> values)
    {
        writer.Write(values.Length);
        writer.WriteSinglesNoCount(values);
    }

    public static void WriteSinglesNoCount(this BinaryWriter writer, ReadOnlySpan<float> values) => writer.Write(MemoryMarshal.AsBytes(values));

    public static void WriteDoubleArray(this BinaryWriter writer, ReadOnlySpan<double> values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    public static void WriteByteArray(this BinaryWriter writer, ReadOnlySpan<byte> values)
    {
        writer.Write(values.Length);
        writer.Write(values);
    }

    public static bool ReadBoolByte(this BinaryReader reader)
    {
        byte value = reader.ReadByte();
        Contracts.CheckDecode(value <= 1);
        return value == 1;
    }

    public static float ReadFloat(this BinaryReader reader) => reader.ReadSingle();

    public static int[] ReadIntArray(this BinaryReader reader) => reader.ReadIntArray(ReadSize(reader));

    public static int[] ReadIntArray(this BinaryReader reader, int size) => ReadItems<int>(reader, size);

    public static uint[] ReadUIntArray(this BinaryReader reader) => ReadItems<uint>(reader, ReadSize(reader));

    public static float[] ReadSingleArray(this BinaryReader reader) => reader.ReadSingleArray(ReadSize(reader));

    public static float[] ReadSingleArray(this BinaryReader reader, int size) => ReadItems<float>(reader, size);

    public static float[] ReadFloatArray(this BinaryReader reader) => reader.ReadSingleArray();

    public static float[] ReadFloatArray(this BinaryReader reader, int size) => reader.ReadSingleArray(size);

    public static double[] ReadDoubleArray(this BinaryReader reader) => ReadItems<double>(reader, ReadSize(reader));

    public static byte[] ReadByteArray(this BinaryReader reader) => ReadItems<byte>(reader, ReadSize(reader));

    private static int ReadSize(BinaryReader reader)
    {
        int size = reader.ReadInt32();
        Contracts.CheckDecode(size >= 0);
        return size;
    }

    // An empty array reads as null, which is what callers of these know.
    private static T[] ReadItems<T>(BinaryReader reader, int size)
        where T : struct
    {
        Contracts.CheckDecode(size >= 0);
        if (size == 0)
            return null;
        var items = new T[size];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(items.AsSpan()));
        return items;
    }
}
