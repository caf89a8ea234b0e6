namespace Microsoft.ML.Data.Offline;

/// <summary>The rows of a view that pass a test.</summary>
internal sealed class FilterView : IDataView
{
    private readonly IHost _host;
    private readonly IDataView _input;
    private readonly DataViewSchema.Column[] _tested;
    private readonly Func<DataViewRow, Func<bool>> _bindTest;
    private readonly bool _dependsOnOrder;

    /// <param name="env">The environment.</param>
    /// <param name="input">The view.</param>
    /// <param name="tested">The columns that the test reads.</param>
    /// <param name="bindTest">Makes the test of a row, as it is at the time of the call; the test is called once a row.</param>
    /// <param name="dependsOnOrder">Whether the test counts rows.</param>
    public FilterView(IHostEnvironment env, IDataView input, DataViewSchema.Column[] tested, Func<DataViewRow, Func<bool>> bindTest, bool dependsOnOrder)
        => (_host, _input, _tested, _bindTest, _dependsOnOrder) = (env.Register("Filter"), input, tested, bindTest, dependsOnOrder);

    public bool CanShuffle => !_dependsOnOrder && _input.CanShuffle;

    public DataViewSchema Schema => _input.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        RowCursorUtils.FromColumnsToPredicate(columnsNeeded, Schema);
        var active = Utils.BuildArray(Schema.Count, columnsNeeded);
        var input = _input.GetRowCursor(columnsNeeded.Concat(_tested).DistinctBy(column => column.Index), CanShuffle ? rand : null);
        return new Cursor(this, input, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : LinkedRowFilterCursorBase
    {
        private readonly Func<bool> _test;

        public Cursor(FilterView parent, DataViewRowCursor input, bool[] active)
            : base(parent._host, input, parent.Schema, active)
            => _test = parent._bindTest(input);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.Check(IsColumnActive(column));
            return base.GetGetter<TValue>(column);
        }

        protected override bool Accept() => _test();
    }
}
