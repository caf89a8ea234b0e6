using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>Reads one column of a view, row after row, into columns of a data frame: one, or for a vector one a slot.</summary>
internal abstract class ColumnReader
{
    /// <summary>Takes the value of the row at hand.</summary>
    public abstract void Read();

    /// <summary>The columns that were read.</summary>
    /// <param name="nameOfSlot">The name of the column of a slot of a vector.</param>
    public abstract IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot);

    /// <summary>A reader of a column.</summary>
    /// <param name="row">The cursor.</param>
    /// <param name="column">The column, which is active.</param>
    /// <param name="capacity">The number of rows, if it is known.</param>
    /// <exception cref="ArgumentOutOfRangeException">A data frame cannot hold values of its type.</exception>
    public static ColumnReader Create(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        DataViewType type = column.Type;
        if (type is KeyDataViewType key)
            return KeyReader.Create(row, column, capacity) ?? throw Refuse(column, $"is a key of {key.RawType.Name}");
        if (type is VectorDataViewType vector)
        {
            if (!vector.IsKnownSize)
                throw Refuse(column, "is a vector of variable size");
            return vector.ItemType == NumberDataViewType.Single ? new VectorReader<float>(row, column, vector.Size, capacity, float.IsNaN)
                : vector.ItemType == NumberDataViewType.Double ? new VectorReader<double>(row, column, vector.Size, capacity, double.IsNaN)
                : throw Refuse(column, $"is of type {ColumnType.Of(type).Name}");
        }

        return type.RawType switch
        {
            Type raw when raw == typeof(ReadOnlyMemory<char>) => new TextReader(row, column),
            Type raw when raw == typeof(float) => new ValueReader<float>(row, column, capacity, float.IsNaN),
            Type raw when raw == typeof(double) => new ValueReader<double>(row, column, capacity, double.IsNaN),
            Type raw when raw == typeof(bool) => new ValueReader<bool>(row, column, capacity),
            Type raw when raw == typeof(int) => new ValueReader<int>(row, column, capacity),
            Type raw when raw == typeof(uint) => new ValueReader<uint>(row, column, capacity),
            Type raw when raw == typeof(long) => new ValueReader<long>(row, column, capacity),
            Type raw when raw == typeof(ulong) => new ValueReader<ulong>(row, column, capacity),
            Type raw when raw == typeof(short) => new ValueReader<short>(row, column, capacity),
            Type raw when raw == typeof(ushort) => new ValueReader<ushort>(row, column, capacity),
            Type raw when raw == typeof(byte) => new ValueReader<byte>(row, column, capacity),
            Type raw when raw == typeof(sbyte) => new ValueReader<sbyte>(row, column, capacity),
            Type raw when raw == typeof(DateTime) => new ValueReader<DateTime>(row, column, capacity),
            _ => throw Refuse(column, $"is of type {ColumnType.Of(type).Name}"),
        };
    }

    private static ArgumentOutOfRangeException Refuse(DataViewSchema.Column column, string what)
        => new("columnNames", column.Name, $"Column '{column.Name}' {what}, which is not carried over into a data frame: text, numbers, Boolean, DateTime, "
            + "keys of these, and vectors of Single or Double of known size are. Leave it out, or convert it first, for instance with Conversion.ConvertType.");

    private sealed class ValueReader<T>(DataViewRow row, DataViewSchema.Column column, int capacity, Func<T, bool>? isMissing = null) : ColumnReader
        where T : unmanaged
    {
        private readonly ValueGetter<T> _getter = row.GetGetter<T>(column);
        private readonly ColumnBuffer<T> _buffer = new(capacity);

        public override void Read()
        {
            T value = default;
            _getter(ref value);
            if (isMissing?.Invoke(value) == true)
                _buffer.AddMissing();
            else
                _buffer.Add(value);
        }

        public override IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot) => [_buffer.ToColumn(column.Name)];
    }

    private sealed class TextReader(DataViewRow row, DataViewSchema.Column column) : ColumnReader
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        private readonly List<string> _texts = [];
        private ReadOnlyMemory<char> _text;

        public override void Read()
        {
            _getter(ref _text);
            _texts.Add(_text.ToString());
        }

        public override IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot) => [new StringDataFrameColumn(column.Name, _texts)];
    }

    private sealed class VectorReader<T>(DataViewRow row, DataViewSchema.Column column, int size, int capacity, Func<T, bool> isMissing) : ColumnReader
        where T : unmanaged
    {
        private readonly ValueGetter<VBuffer<T>> _getter = row.GetGetter<VBuffer<T>>(column);
        private readonly ColumnBuffer<T>[] _slots = [.. Enumerable.Range(0, size).Select(_ => new ColumnBuffer<T>(capacity))];
        private readonly T[] _values = new T[size];
        private VBuffer<T> _vector;

        public override void Read()
        {
            _getter(ref _vector);
            _vector.CopyTo(_values);
            for (int k = 0; k < _values.Length; k++)
            {
                if (isMissing(_values[k]))
                    _slots[k].AddMissing();
                else
                    _slots[k].Add(_values[k]);
            }
        }

        public override IEnumerable<DataFrameColumn> ToColumns(Func<int, string> nameOfSlot) => _slots.Select((slot, k) => slot.ToColumn(nameOfSlot(k)));
    }
}
