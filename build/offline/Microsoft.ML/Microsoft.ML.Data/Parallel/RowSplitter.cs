namespace Microsoft.ML.Data.Offline;

/// <summary>Shares the rows of a cursor among several, a batch at a time.</summary>
internal sealed class RowSplitter
{
    private const int BatchSize = 128;

    private readonly DataViewRowCursor _input;
    private readonly DataViewSchema.Column[] _columns;
    private readonly Lock _lock = new();
    private int _open;
    private long _batches;
    private bool _done;

    private RowSplitter(DataViewRowCursor input, int count)
    {
        (_input, _open) = (input, count);
        _columns = [.. input.Schema.Where(input.IsColumnActive)];
    }

    public static DataViewRowCursor[] Split(IChannelProvider provider, DataViewRowCursor input, int count)
    {
        var splitter = new RowSplitter(input, count);
        return Utils.BuildArray<DataViewRowCursor>(count, _ => new Cursor(provider, splitter));
    }

    private long Read(RowBatch batch)
    {
        lock (_lock)
        {
            batch.Clear();
            try
            {
                while (!_done && batch.Count < BatchSize)
                {
                    _done = !_input.MoveNext();
                    if (!_done)
                        batch.Take();
                }
            }
            catch (Exception e)
            {
                _done = true;
                throw ConsolidatingCursor.Wrap(e);
            }

            return _batches++;
        }
    }

    private void Close()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _input.Dispose();
    }

    private sealed class Cursor : RootCursorBase
    {
        private readonly RowSplitter _parent;
        private readonly RowBatch _batch;
        private long _id = -1;
        private int _row;
        private bool _closed;

        public Cursor(IChannelProvider provider, RowSplitter parent)
            : base(provider)
        {
            _parent = parent;
            _batch = new RowBatch(parent._input, parent._columns);
        }

        public override DataViewSchema Schema => _parent._input.Schema;

        public override long Batch => _id;

        public override bool IsColumnActive(DataViewSchema.Column column) => _batch.Find(column) is not null;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => _batch.Ids.Get(_row, ref id);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active.");
            var cache = TypedErrors.Cast<TValue>(_batch.Find(column), column, "Invalid TValue");
            return (ref TValue value) =>
            {
                Ch.Check(IsGood, ConsolidatingCursor.NotGood);
                cache.Get(_row, ref value);
            };
        }

        protected override bool MoveNextCore()
        {
            if (++_row < _batch.Count)
                return true;
            _row = 0;
            _id = _parent.Read(_batch);
            return _batch.Count > 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_closed)
            {
                _closed = true;
                _parent.Close();
            }

            base.Dispose(disposing);
        }
    }
}
