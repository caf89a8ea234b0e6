namespace Microsoft.ML.Data.Offline;

/// <summary>Some columns of a view, in an order of their own.</summary>
internal sealed class ColumnSubsetView : IDataView, IRowToRowMapper
{
    private readonly IHost _host;
    private readonly IDataView _input;
    private readonly DataViewSchema.Column[] _sources;

    public ColumnSubsetView(IHost host, IDataView input, DataViewSchema.Column[] sources)
    {
        (_host, _input, _sources) = (host, input, sources);
        Schema = SchemaExtensions.MakeSchema(sources.Select(source => new DataViewSchema.DetachedColumn(source)));
    }

    public bool CanShuffle => _input.CanShuffle;

    public DataViewSchema Schema { get; }

    public DataViewSchema InputSchema => _input.Schema;

    public DataViewSchema OutputSchema => Schema;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(this, _input.GetRowCursor(GetDependencies(columnsNeeded), rand), Utils.BuildArray(Schema.Count, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = Utils.BuildArray(Schema.Count, columnsNeeded);
        return [.. _input.GetRowCursorSet(GetDependencies(columnsNeeded), n, rand).Select(input => new Cursor(this, input, active))];
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => [.. dependingColumns.Select(column => _sources[column.Index])];

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new Row(this, input);

    private sealed class Row(ColumnSubsetView parent, DataViewRow input) : WrappingRow(input)
    {
        public override DataViewSchema Schema => parent.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Input.GetGetter<TValue>(parent._sources[column.Index]);
    }

    private sealed class Cursor(ColumnSubsetView parent, DataViewRowCursor input, bool[] active) : SynchronizedCursorBase(parent._host, input)
    {
        public override DataViewSchema Schema => parent.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Input.GetGetter<TValue>(parent._sources[column.Index]);
    }
}
