using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>Counts, for each slot of a column, the rows with a value that is neither the default nor missing.</summary>
internal abstract class ValueCounts(int size)
{
    /// <summary>The counts of each column.</summary>
    public static long[][] Of(IHost host, IDataView data, string[] names)
    {
        var columns = names.Select(name => data.Schema.GetColumnOrNull(name) ?? throw host.ExceptUserArg("Columns", "Source column '{0}' not found", name)).ToArray();
        foreach (var column in columns)
        {
            if (column.Type is VectorDataViewType { IsKnownSize: false })
                throw host.ExceptUserArg("Columns", "Variable length column '{0}' is not allowed", column.Name);
        }

        using var progress = host.StartProgressChannel("Aggregating counts");
        using var cursor = data.GetRowCursor(columns);
        var counts = columns.Select(column => Generic.Call(Create<int>, column.Type.GetItemType().RawType, cursor, column)).ToArray();
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            foreach (var count in counts)
                count.Add();
        }

        return [.. counts.Select(count => count.Counts)];
    }

    protected long[] Counts { get; } = new long[size];

    protected abstract void Add();

    private static ValueCounts Create<T>(DataViewRow row, DataViewSchema.Column column)
        => column.Type is VectorDataViewType vector
            ? new OfVector<T>(vector.Size, row.GetGetter<VBuffer<T>>(column))
            : new OfScalar<T>(row.GetGetter<T>(column));

    private static bool IsValue<T>(T value) => value switch
    {
        float number => number != 0 && !float.IsNaN(number),
        double number => number != 0 && !double.IsNaN(number),
        ReadOnlyMemory<char> text => !text.IsEmpty,
        _ => !EqualityComparer<T>.Default.Equals(value, default),
    };

    private sealed class OfScalar<T>(ValueGetter<T> getter) : ValueCounts(1)
    {
        private T _value;

        protected override void Add()
        {
            getter(ref _value);
            Counts[0] += IsValue(_value) ? 1 : 0;
        }
    }

    private sealed class OfVector<T>(int size, ValueGetter<VBuffer<T>> getter) : ValueCounts(size)
    {
        private VBuffer<T> _vector;

        protected override void Add()
        {
            getter(ref _vector);
            Contracts.Check(_vector.Length == Counts.Length);
            var values = _vector.GetValues();
            var indices = _vector.GetIndices();
            for (int i = 0; i < values.Length; i++)
                Counts[_vector.IsDense ? i : indices[i]] += IsValue(values[i]) ? 1 : 0;
        }
    }
}
