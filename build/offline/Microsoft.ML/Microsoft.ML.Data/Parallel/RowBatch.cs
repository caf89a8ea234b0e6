namespace Microsoft.ML.Data.Offline;

/// <summary>Rows that were taken from a cursor.</summary>
internal sealed class RowBatch
{
    private readonly ColumnCache[] _columns;

    public RowBatch(DataViewRow source, DataViewSchema.Column[] columns)
    {
        _columns = new ColumnCache[source.Schema.Count];
        foreach (var column in columns)
            _columns[column.Index] = ColumnCache.Attach(source, column);
        Ids = ColumnCache.AttachIds(source);
    }

    public ColumnCache<DataViewRowId> Ids { get; }

    public int Count { get; private set; }

    public ColumnCache Find(DataViewSchema.Column column) => column.Index < _columns.Length ? _columns[column.Index] : null;

    public void Clear() => Count = 0;

    public void Take()
    {
        foreach (var column in _columns)
            column?.Take(Count);
        Ids.Take(Count);
        Count++;
    }
}
