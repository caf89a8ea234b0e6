using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A view that counts what is read of it, and may do something before it gives a row.</summary>
/// <param name="view">The rows; they are shuffled by it where it can.</param>
internal sealed class WatchedView(IDataView view) : IDataView
{
    private int _open;

    /// <summary>The generators that cursors were opened with, null for the order of the view.</summary>
    public List<Random?> Passes { get; } = [];

    /// <summary>How many rows were given in each pass so far.</summary>
    public List<int> Given { get; } = [];

    /// <summary>The cursors that were not disposed.</summary>
    public int Open => _open;

    /// <summary>Is told of the pass and the row before a row is given.</summary>
    public Action<int, int> BeforeRow { get; set; } = (_, _) => { };

    public DataViewSchema Schema => view.Schema;

    public bool CanShuffle => view.CanShuffle;

    public long? GetRowCount() => view.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Passes.Add(rand);
        Given.Add(0);
        _open++;
        return new Cursor(this, view.GetRowCursor(columnsNeeded, rand), Passes.Count - 1);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(WatchedView watched, DataViewRowCursor cursor, int pass) : DataViewRowCursor
    {
        private bool _isDisposed;

        public override DataViewSchema Schema => cursor.Schema;

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override bool MoveNext()
        {
            watched.BeforeRow(pass, watched.Given[pass]);
            bool isMore = cursor.MoveNext();
            watched.Given[pass] += isMore ? 1 : 0;
            return isMore;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => cursor.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => cursor.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => cursor.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isDisposed)
            {
                _isDisposed = true;
                watched._open--;
                cursor.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
