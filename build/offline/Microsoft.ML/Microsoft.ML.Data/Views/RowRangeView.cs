namespace Microsoft.ML.Data.Offline;

/// <summary>Some of a view's rows, counted from its start.</summary>
internal sealed class RowRangeView : IDataView
{
    private readonly IHost _host;
    private readonly IDataView _input;
    private readonly long _skip;
    private readonly long _take;

    public RowRangeView(IHostEnvironment env, IDataView input, long skip, long take)
        => (_host, _input, _skip, _take) = (env.Register("SkipTakeFilter"), input, skip, take);

    public bool CanShuffle => false;

    public DataViewSchema Schema => _input.Schema;

    public long? GetRowCount()
        => _take == 0 ? 0 : _input.GetRowCount() is long count ? Math.Min(Math.Max(0, count - _skip), _take) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(this, _input.GetRowCursor(columnsNeeded), Utils.BuildArray(Schema.Count, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(RowRangeView parent, DataViewRowCursor input, bool[] active)
        : LinkedRowRootCursorBase(parent._host, input, parent.Schema, active)
    {
        private long _skipped;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

        protected override bool MoveNextCore()
        {
            if (Position + 1 >= parent._take)
                return false;
            for (; _skipped < parent._skip; _skipped++)
            {
                if (!Root.MoveNext())
                    return false;
            }

            return Root.MoveNext();
        }
    }
}
