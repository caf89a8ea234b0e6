namespace Microsoft.ML.Data.Offline;

/// <summary>
/// Reads several cursors at the same time, each in its own thread, and gives their rows in the order of their batches.
/// What goes wrong in a thread comes up when its rows would.
/// </summary>
internal sealed class ConsolidatingCursor : RootCursorBase
{
    public const string NotGood = "Cannot get value as the cursor is not in a good state";

    private readonly DataViewSchema.Column[] _columns;
    private readonly RowWorker[] _workers;
    private readonly (long Id, RowBatch Rows, Exception Error)?[] _heads;
    private readonly CancellationTokenSource _cancellation = new();
    private RowBatch _rows;
    private int _worker = -1;
    private int _row = -1;
    private bool _closed;

    public ConsolidatingCursor(IChannelProvider provider, DataViewRowCursor[] inputs)
        : base(provider)
    {
        Schema = inputs[0].Schema;
        _columns = [.. Schema.Where(inputs[0].IsColumnActive)];
        _workers = Array.ConvertAll(inputs, input => new RowWorker(input, _columns, _cancellation.Token));
        _heads = new (long, RowBatch, Exception)?[inputs.Length];
    }

    public override DataViewSchema Schema { get; }

    public override long Batch => 0;

    public static Exception Wrap(Exception e) => Contracts.Except(e, "Splitter/consolidator worker encountered exception while consuming source data");

    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.Any(active => active.Index == column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        Ch.Check(IsGood, NotGood);
        _rows.Ids.Get(_row, ref id);
    };

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active.");
        if (column.Type.RawType != typeof(TValue))
            throw Ch.Except($"Invalid TValue: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
        return (ref TValue value) =>
        {
            Ch.Check(IsGood, NotGood);
            ((ColumnCache<TValue>)_rows.Find(column)).Get(_row, ref value);
        };
    }

    protected override bool MoveNextCore()
    {
        if (_worker < 0)
        {
            for (int i = 0; i < _workers.Length; i++)
                _heads[i] = _workers[i].Next();
        }
        else if (++_row < _rows.Count)
        {
            return true;
        }
        else
        {
            _workers[_worker].Recycle(_rows);
            _heads[_worker] = _workers[_worker].Next();
        }

        return MoveToNextBatch();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            _cancellation.Cancel();
            foreach (var worker in _workers)
                worker.Join();
            _cancellation.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool MoveToNextBatch()
    {
        _worker = -1;
        for (int i = 0; i < _heads.Length; i++)
        {
            if (_heads[i] is { } head && (_worker < 0 || head.Id < _heads[_worker].Value.Id))
                _worker = i;
        }

        if (_worker < 0)
            return false;
        var (_, rows, error) = _heads[_worker].Value;
        if (error is not null)
            throw Wrap(error);
        (_rows, _row) = (rows, 0);
        return true;
    }
}
