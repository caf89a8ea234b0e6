namespace Microsoft.ML.Data.Offline;

/// <summary>A view of text files: each cursor reads them anew.</summary>
internal sealed class TextView : IDataView
{
    private readonly IHost _host;
    private readonly TextFormat _format;
    private readonly TextColumn[] _columns;
    private readonly IMultiStreamSource _source;

    public TextView(IHost host, TextFormat format, TextColumn[] columns, DataViewSchema schema, IMultiStreamSource source)
    {
        (_host, _format, _columns, Schema, _source) = (host.Register("BoundLoader"), format, columns, schema, source);
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(this, Utils.BuildArray(Schema.Count, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursorBase
    {
        private readonly TextView _parent;
        private readonly TextValue[] _values;
        private readonly List<ReadOnlyMemory<char>> _fields = [];
        private readonly IEnumerator<(string Text, long Number)> _lines;

        public Cursor(TextView parent, bool[] active)
            : base(parent._host)
        {
            _parent = parent;
            _values = [.. parent._columns.Select((column, i) => active[i] ? column.CreateValue(parent._format) : null)];
            _lines = parent._format.Lines(parent._source, parent._format.HasHeader).GetEnumerator();
        }

        public override DataViewSchema Schema => _parent.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Ch.Check(column.Index < _values.Length);
            return _values[column.Index] is not null;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
        {
            CheckIsGood();
            id = new DataViewRowId((ulong)Position, 0);
        };

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
            return TypedErrors.Cast<TValue>(_values[column.Index].Getter(CheckIsGood), column);
        }

        protected override bool MoveNextCore()
        {
            if (Position + 1 >= _parent._format.MaxRows || !_lines.MoveNext())
                return false;
            try
            {
                _parent._format.Split(_lines.Current.Text, _fields);
                foreach (var value in _values)
                    value?.Read(_fields, _lines.Current.Number);
            }
            catch (Exception e) when (_parent._format.UsesThreads)
            {
                throw Ch.ExceptDecode(e, "Parsing failed with an exception: {0}", e.Message);
            }

            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _lines.Dispose();
            base.Dispose(disposing);
        }

        private void CheckIsGood() => Ch.Check(IsGood, RowCursorUtils.FetchValueStateError);
    }
}
