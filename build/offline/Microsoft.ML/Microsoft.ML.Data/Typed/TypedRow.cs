namespace Microsoft.ML.Data.Offline;

/// <summary>A row that reads an object, which can be replaced.</summary>
/// <typeparam name="TRow">The class of the object.</typeparam>
internal sealed class TypedRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly Delegate[] _getters;
    private TRow _value;
    private long _position = -1;

    public TypedRow(SchemaDefinition definition)
    {
        var columns = TypedColumn.Of(typeof(TRow), definition, SchemaDefinition.Direction.Read);
        Schema = TypedColumn.SchemaOf(columns);
        _getters = [.. columns.Select(column => TypedGetters<TRow>.Create(column, Current))];
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Read(TRow value)
    {
        _value = value;
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Contracts.CheckParam(column.Index < _getters.Length, nameof(column), "requested column not active");
        return TypedErrors.Cast<TValue>(_getters[column.Index], column);
    }

    private TRow Current()
    {
        Contracts.Check(_position >= 0, RowCursorUtils.FetchValueStateError);
        return _value;
    }
}
