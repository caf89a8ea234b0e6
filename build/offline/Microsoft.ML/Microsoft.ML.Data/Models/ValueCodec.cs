using System.Runtime.InteropServices;

namespace Microsoft.ML.Data.Offline;

/// <summary>Writes values of one type, and reads them back.</summary>
/// <typeparam name="T">The type: a standard scalar, or a vector of one.</typeparam>
internal abstract class ValueCodec<T>
{
    public static ValueCodec<T> Instance { get; } = Create();

    public abstract void Write(BinaryWriter writer, T value);

    public abstract T Read(BinaryReader reader);

    public abstract void Copy(T source, ref T destination);

    private static ValueCodec<T> Create()
    {
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
            return (ValueCodec<T>)(object)new TextCodec();
        var codec = typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? typeof(VectorCodec<>).MakeGenericType(typeof(T).GetGenericArguments())
            : typeof(BitCodec<>).MakeGenericType(typeof(T));
        return (ValueCodec<T>)Activator.CreateInstance(codec);
    }
}

internal sealed class TextCodec : ValueCodec<ReadOnlyMemory<char>>
{
    public override void Write(BinaryWriter writer, ReadOnlyMemory<char> value) => writer.Write(value.ToString());

    public override ReadOnlyMemory<char> Read(BinaryReader reader) => reader.ReadString().AsMemory();

    public override void Copy(ReadOnlyMemory<char> source, ref ReadOnlyMemory<char> destination) => destination = source;
}

internal sealed class BitCodec<T> : ValueCodec<T>
    where T : struct
{
    public override void Write(BinaryWriter writer, T value) => writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    public override T Read(BinaryReader reader)
    {
        T value = default;
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    public override void Copy(T source, ref T destination) => destination = source;
}

internal sealed class VectorCodec<T> : ValueCodec<VBuffer<T>>
{
    public override void Write(BinaryWriter writer, VBuffer<T> value)
    {
        var values = value.GetValues();
        writer.Write(value.Length);
        writer.Write(values.Length);
        writer.WriteIntsNoCount(value.GetIndices());
        foreach (var item in values)
            ValueCodec<T>.Instance.Write(writer, item);
    }

    public override VBuffer<T> Read(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        int count = reader.ReadInt32();
        Contracts.CheckDecode(0 <= count && count <= length);
        var indices = count < length ? reader.ReadIntArray(count) : null;
        var values = new T[count];
        for (int i = 0; i < count; i++)
            values[i] = ValueCodec<T>.Instance.Read(reader);
        return new VBuffer<T>(length, count, values, indices);
    }

    public override void Copy(VBuffer<T> source, ref VBuffer<T> destination) => source.CopyTo(ref destination);
}
