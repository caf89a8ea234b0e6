using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>
/// Reads a column of keys as the values that they stand for, or as their numbers, from 1 on, where it has no values. A missing key is a missing value.
/// </summary>
internal static class KeyReader
{
    private const string KeyValues = "KeyValues";

    /// <summary>A reader; null for values that a data frame cannot hold.</summary>
    public static ColumnReader? Create(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        Func<ulong> key = column.Type.RawType switch
        {
            Type raw when raw == typeof(byte) => KeyOf<byte>(row, column, value => value),
            Type raw when raw == typeof(ushort) => KeyOf<ushort>(row, column, value => value),
            Type raw when raw == typeof(uint) => KeyOf<uint>(row, column, value => value),
            _ => KeyOf<ulong>(row, column, value => value),
        };
        if (column.Annotations.Schema.GetColumnOrNull(KeyValues) is not { } annotation)
            return new NumberReader(column.Name, key, capacity);
        return ((VectorDataViewType)annotation.Type).ItemType.RawType switch
        {
            Type raw when raw == typeof(ReadOnlyMemory<char>)
                => new TextReader(column.Name, key, [.. Values<ReadOnlyMemory<char>>(column).Select(text => text.ToString())]),
            Type raw when raw == typeof(float) => new ValueReader<float>(column.Name, key, Values<float>(column), capacity),
            Type raw when raw == typeof(double) => new ValueReader<double>(column.Name, key, Values<double>(column), capacity),
            Type raw when raw == typeof(bool) => new ValueReader<bool>(column.Name, key, Values<bool>(column), capacity),
            Type raw when raw == typeof(int) => new ValueReader<int>(column.Name, key, Values<int>(column), capacity),
            Type raw when raw == typeof(uint) => new ValueReader<uint>(column.Name, key, Values<uint>(column), capacity),
            Type raw when raw == typeof(long) => new ValueReader<long>(column.Name, key, Values<long>(column), capacity),
            Type raw when raw == typeof(ulong) => new ValueReader<ulong>(column.Name, key, Values<ulong>(column), capacity),
            Type raw when raw == typeof(short) => new ValueReader<short>(column.Name, key, Values<short>(column), capacity),
            Type raw when raw == typeof(ushort) => new ValueReader<ushort>(column.Name, key, Values<ushort>(column), capacity),
            Type raw when raw == typeof(byte) => new ValueReader<byte>(column.Name, key, Values<byte>(column), capacity),
            Type raw when raw == typeof(sbyte) => new ValueReader<sbyte>(column.Name, key, Values<sbyte>(column), capacity),
            Type raw when raw == typeof(DateTime) => new ValueReader<DateTime>(column.Name, key, Values<DateTime>(column), capacity),
            _ => null,
        };
    }

    private static Func<ulong> KeyOf<T>(DataViewRow row, DataViewSchema.Column column, Func<T, ulong> widen)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return widen(value);
        };
    }

    private static T[] Values<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(KeyValues, ref values);
        return [.. values.DenseValues()];
    }

    private sealed class TextReader(string name, Func<ulong> key, string[] values) : ColumnReader
    {
        private readonly List<string?> _texts = [];

        // A key beyond its values has none.
        public override void Read() => _texts.Add(key() is var at && at > 0 && at <= (ulong)values.Length ? values[at - 1] : null);

        public override IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot) => [new StringDataFrameColumn(name, _texts)];
    }

    private sealed class ValueReader<T>(string name, Func<ulong> key, T[] values, int capacity) : ColumnReader
        where T : unmanaged
    {
        private readonly ColumnBuffer<T> _buffer = new(capacity);

        public override void Read() => _buffer.Add(key() is var at && at > 0 && at <= (ulong)values.Length ? values[at - 1] : (T?)null);

        public override IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot) => [_buffer.ToColumn(name)];
    }

    private sealed class NumberReader(string name, Func<ulong> key, int capacity) : ColumnReader
    {
        private readonly ColumnBuffer<ulong> _buffer = new(capacity);

        public override void Read() => _buffer.Add(key() is var at && at > 0 ? at : (ulong?)null);

        public override IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot) => [_buffer.ToColumn(name)];
    }
}
