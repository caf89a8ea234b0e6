using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Writes a value, reusing the buffers of the one that is there.</summary>
/// <param name="value">The value to overwrite.</param>
/// <typeparam name="TValue">The type of the value.</typeparam>
public delegate void ValueGetter<TValue>(ref TValue value);

/// <summary>One row: getters of its active columns.</summary>
public abstract class DataViewRow : IDisposable
{
    public abstract long Position { get; }

    public abstract long Batch { get; }

    public abstract DataViewSchema Schema { get; }

    public abstract ValueGetter<DataViewRowId> GetIdGetter();

    public abstract bool IsColumnActive(DataViewSchema.Column column);

    public abstract ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A row that moves: it stands before the first row until <see cref="MoveNext"/> is called.</summary>
public abstract class DataViewRowCursor : DataViewRow
{
    public abstract bool MoveNext();
}
