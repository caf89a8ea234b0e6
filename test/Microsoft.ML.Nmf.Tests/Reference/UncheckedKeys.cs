using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A view whose column "Label" gives its numbers as keys of a type that promises fewer: a source that breaks its own schema.</summary>
/// <typeparam name="T">The type of the numbers, and of the keys.</typeparam>
internal sealed class UncheckedKeys<T> : IDataView
    where T : unmanaged
{
    private readonly IDataView _view;

    public UncheckedKeys(IDataView view, int count)
    {
        _view = view;
        var schema = new DataViewSchema.Builder();
        foreach (DataViewSchema.Column column in view.Schema)
            schema.AddColumn(column.Name, column.Name == "Label" ? new KeyDataViewType(typeof(T), count) : column.Type);
        Schema = schema.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => _view.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(this, _view.GetRowCursor(columnsNeeded.Select(column => _view.Schema[column.Name])));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(UncheckedKeys<T> view, DataViewRowCursor cursor) : DataViewRowCursor
    {
        public override DataViewSchema Schema => view.Schema;

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override bool MoveNext() => cursor.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => cursor.IsColumnActive(cursor.Schema[column.Name]);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => cursor.GetGetter<TValue>(cursor.Schema[column.Name]);

        public override ValueGetter<DataViewRowId> GetIdGetter() => cursor.GetIdGetter();
    }
}
