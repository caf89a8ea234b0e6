using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The classes of a label column: how many there are, and the values that they stand for: those of the column, or of its keys where it has them as
/// annotation. A model keeps them to give its scores and predicted labels the same names and values.
/// </summary>
/// <param name="count">The number of classes, at least 1.</param>
internal abstract class ClassKeys(int count)
{
    // The types of key values that are kept. A file stores the place in this list: append only.
    private static readonly Kind[] _kinds =
    [
        new Kind<ReadOnlyMemory<char>>(TextDataViewType.Instance, (w, v) => w.Write(v.ToString()), r => r.ReadString().AsMemory()),
        new Kind<float>(NumberDataViewType.Single, (w, v) => w.Write(v), r => r.Read<float>()),
        new Kind<double>(NumberDataViewType.Double, (w, v) => w.Write(v), r => r.Read<double>()),
        new Kind<bool>(BooleanDataViewType.Instance, (w, v) => w.Write(v), r => r.ReadBoolean()),
        new Kind<sbyte>(NumberDataViewType.SByte, (w, v) => w.Write(v), r => r.Read<sbyte>()),
        new Kind<byte>(NumberDataViewType.Byte, (w, v) => w.Write(v), r => r.Read<byte>()),
        new Kind<short>(NumberDataViewType.Int16, (w, v) => w.Write(v), r => r.Read<short>()),
        new Kind<ushort>(NumberDataViewType.UInt16, (w, v) => w.Write(v), r => r.Read<ushort>()),
        new Kind<int>(NumberDataViewType.Int32, (w, v) => w.Write(v), r => r.Read<int>()),
        new Kind<uint>(NumberDataViewType.UInt32, (w, v) => w.Write(v), r => r.Read<uint>()),
        new Kind<long>(NumberDataViewType.Int64, (w, v) => w.Write(v), r => r.Read<long>()),
        new Kind<ulong>(NumberDataViewType.UInt64, (w, v) => w.Write(v), r => r.Read<ulong>()),
    ];

    /// <summary>The number of classes.</summary>
    public int Count { get; } = count;

    /// <summary>The values as text, with a number where it is blank or that of several; null where they are not known.</summary>
    public abstract string[]? Names { get; }

    /// <summary>Adds the key values to the annotations of a column of keys.</summary>
    public abstract void Annotate(DataViewSchema.Annotations.Builder annotations);

    // *** Binary format ***
    // int: the number of classes, from 1 to LabelColumn.MostClasses
    // sbyte: the place of the values' type among the kept ones, −1 for no values
    // for each class: its value, text as UTF-8 after its length

    /// <summary>Writes the classes.</summary>
    public abstract void Write(BinaryWriter writer);

    /// <summary>Whether key values of a type are kept: text, numbers and booleans are.</summary>
    public static bool Keeps(DataViewType type) => _kinds.Any(kind => kind.Type.Equals(type));

    /// <summary>The classes of a label column that was read. Key values of a type that is not kept are left out.</summary>
    public static ClassKeys Of(LabelColumn label)
    {
        if (label.Values is { } values)
            return _kinds.First(kind => kind.Type.Equals(label.Column.Type)).Take(values);
        return _kinds.FirstOrDefault(kind => label.Column.HasKeyValues(kind.Type)) is { } kind
            ? kind.Read(label.Column)
            : new Unnamed(label.Classes);
    }

    /// <summary>Reads classes.</summary>
    /// <exception cref="FormatException">Their number is not possible, or the type of their values is not known.</exception>
    public static ClassKeys Read(ModelReader reader)
    {
        int count = reader.Read<int>(), code = reader.Read<sbyte>();
        ModelReader.Check(count is >= 1 and <= LabelColumn.MostClasses && code >= -1 && code < _kinds.Length, "the classes are not possible");
        return code == -1 ? new Unnamed(count) : _kinds[code].Read(reader, count);
    }

    private abstract class Kind(PrimitiveDataViewType type)
    {
        public PrimitiveDataViewType Type { get; } = type;

        public abstract ClassKeys Take(Array values);

        public abstract ClassKeys Read(DataViewSchema.Column column);

        public abstract ClassKeys Read(ModelReader reader, int count);
    }

    private sealed class Kind<T>(PrimitiveDataViewType type, Action<BinaryWriter, T> write, Func<ModelReader, T> read) : Kind(type)
    {
        public override ClassKeys Take(Array values) => new Named<T>(this, (T[])values);

        public override ClassKeys Read(DataViewSchema.Column column)
        {
            VBuffer<T> values = default;
            column.GetKeyValues(ref values);
            return new Named<T>(this, [.. values.DenseValues()]);
        }

        public override ClassKeys Read(ModelReader reader, int count)
        {
            reader.CheckLeft(count, RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? 1 : Unsafe.SizeOf<T>());
            var values = new T[count];
            for (int c = 0; c < count; c++)
                values[c] = read(reader);
            return new Named<T>(this, values);
        }

        public void Write(BinaryWriter writer, T value) => write(writer, value);
    }

    private sealed class Named<T>(Kind<T> kind, T[] values) : ClassKeys(values.Length)
    {
        public override string[]? Names => UniqueNames.Of([.. values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture) ?? "")], "class");

        public override void Annotate(DataViewSchema.Annotations.Builder annotations)
        {
            var buffer = new VBuffer<T>(values.Length, values);
            annotations.Add("KeyValues", new VectorDataViewType(kind.Type, values.Length), (ref VBuffer<T> destination) => buffer.CopyTo(ref destination));
        }

        public override void Write(BinaryWriter writer)
        {
            writer.Write(values.Length);
            writer.Write((sbyte)Array.IndexOf(_kinds, kind));
            foreach (T value in values)
                kind.Write(writer, value);
        }
    }

    private sealed class Unnamed(int count) : ClassKeys(count)
    {
        public override string[]? Names => null;

        public override void Annotate(DataViewSchema.Annotations.Builder annotations)
        {
        }

        public override void Write(BinaryWriter writer)
        {
            writer.Write(Count);
            writer.Write((sbyte)-1);
        }
    }
}
