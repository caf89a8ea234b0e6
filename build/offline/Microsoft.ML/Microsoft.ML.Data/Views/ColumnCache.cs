using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>Values of one column, taken from a row one by one.</summary>
internal abstract class ColumnCache
{
    /// <summary>A cache that reads a row's column.</summary>
    public static ColumnCache Attach(DataViewRow row, DataViewSchema.Column column)
        => column.Type is VectorDataViewType vector
            ? Generic.Call(AttachVector<int>, vector.ItemType.RawType, row, column)
            : Generic.Call(AttachScalar<int>, column.Type.RawType, row, column);

    public static ColumnCache<DataViewRowId> AttachIds(DataViewRow row) => new ScalarCache<DataViewRowId>(row.GetIdGetter());

    /// <summary>Takes the current value, after the last one or in the place of another.</summary>
    public abstract void Take(int index);

    /// <summary>How many slots a value has; one, when it is no vector.</summary>
    public virtual int LengthOf(int index) => 1;

    private static ColumnCache AttachVector<T>(DataViewRow row, DataViewSchema.Column column) => new VectorCache<T>(row.GetGetter<VBuffer<T>>(column));

    private static ColumnCache AttachScalar<T>(DataViewRow row, DataViewSchema.Column column) => new ScalarCache<T>(row.GetGetter<T>(column));

    private sealed class ScalarCache<T>(ValueGetter<T> source) : ColumnCache<T>(source)
    {
        protected override void Copy(in T source, ref T target) => target = source;
    }

    private sealed class VectorCache<T>(ValueGetter<VBuffer<T>> source) : ColumnCache<VBuffer<T>>(source)
    {
        public override int LengthOf(int index) => this[index].Length;

        protected override void Copy(in VBuffer<T> source, ref VBuffer<T> target) => source.CopyTo(ref target);
    }
}

/// <typeparam name="T">The type of the values.</typeparam>
internal abstract class ColumnCache<T>(ValueGetter<T> source) : ColumnCache
{
    private T[] _values = [];
    private T _current;

    // A value is copied, since the getter's own may have buffers that are longer than it needs.
    public override void Take(int index)
    {
        source(ref _current);
        Utils.EnsureSize(ref _values, index + 1);
        Copy(in _current, ref _values[index]);
    }

    protected ref readonly T this[int index] => ref _values[index];

    public void Get(int index, ref T value) => Copy(in _values[index], ref value);

    protected abstract void Copy(in T source, ref T target);
}
