using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Data;

/// <summary>A view, and a mapper of single rows, of an input with a row mapper's columns added; nothing is computed before it is asked for.</summary>
internal sealed class RowToRowMapperTransform : IDataView, IRowToRowMapper
{
    private readonly IHost _host;
    private readonly IDataView _source;
    private readonly IRowMapper _mapper;
    private readonly ColumnBindings _bindings;

    public RowToRowMapperTransform(IHostEnvironment env, IDataView input, IRowMapper mapper, Func<DataViewSchema, IRowMapper> mapperFactory)
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(input, nameof(input));
        env.CheckValue(mapper, nameof(mapper));
        _host = env.Register("RowToRowMapperTransform");
        (_source, _mapper) = (input, mapper);
        _bindings = new ColumnBindings(input.Schema, mapper.GetOutputColumns());
    }

    public DataViewSchema InputSchema => _source.Schema;

    bool IDataView.CanShuffle => _source.CanShuffle;

    DataViewSchema IDataView.Schema => _bindings.Schema;

    DataViewSchema IRowToRowMapper.OutputSchema => _bindings.Schema;

    public static DataViewSchema GetOutputSchema(DataViewSchema inputSchema, IRowMapper mapper)
    {
        Contracts.CheckValue(inputSchema, nameof(inputSchema));
        Contracts.CheckValue(mapper, nameof(mapper));
        return new ColumnBindings(inputSchema, mapper.GetOutputColumns()).Schema;
    }

    long? IDataView.GetRowCount() => _source.GetRowCount();

    // What is computed is computed in several threads, some rows ahead; what is only passed on is not.
    DataViewRowCursor IDataView.GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand)
    {
        var cursors = MakeCursors(columnsNeeded, Math.Max(2, Environment.ProcessorCount - 1), _source.CanShuffle ? rand : null);
        return cursors.Length == 1 ? cursors[0] : new ConsolidatingCursor(_host, cursors);
    }

    DataViewRowCursor[] IDataView.GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand) => MakeCursors(columnsNeeded, n, rand);

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        GetActive(dependingColumns, out var inputs);
        return inputs;
    }

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        _host.CheckValue(input, nameof(input));
        _host.CheckValue(activeColumns, nameof(activeColumns));
        _host.Check(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        using var channel = _host.Start("GetEntireRow");
        var active = Utils.BuildArray(_bindings.Schema.Count, activeColumns);
        return new Row(this, input, _mapper.CreateGetters(input, Added(active), out var disposer), disposer);
    }

    internal ITransformer GetTransformer() => _mapper.GetTransformer();

    private DataViewRowCursor[] MakeCursors(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand)
    {
        var active = GetActive(columnsNeeded, out var needed);
        var inputs = _source.GetRowCursorSet(needed, n, rand);
        if (inputs.Length == 1 && n > 1 && _bindings.AddedColumnIndices.Any(i => active[i]))
            inputs = RowSplitter.Split(_host, inputs[0], n);
        return Array.ConvertAll(inputs, input => (DataViewRowCursor)new Cursor(this, input, active));
    }

    private bool[] GetActive(IEnumerable<DataViewSchema.Column> columns, out IEnumerable<DataViewSchema.Column> inputs)
    {
        var predicate = RowCursorUtils.FromColumnsToPredicate(columns, _bindings.Schema);
        var active = Utils.BuildArray(_bindings.Schema.Count, predicate);
        var passed = _bindings.GetActiveInput(predicate);
        var needed = _mapper.GetDependencies(Added(active));
        inputs = [.. InputSchema.Where(column => passed[column.Index] || needed(column.Index))];
        return active;
    }

    private Func<int, bool> Added(bool[] active)
        => i => 0 <= i && i < _bindings.AddedColumnIndices.Count && active[_bindings.AddedColumnIndices[i]];

    private ValueGetter<TValue> GetterOf<TValue>(DataViewRow input, Delegate[] getters, int column)
    {
        int index = _bindings.MapColumnIndex(out bool isSource, column);
        if (isSource)
            return input.GetGetter<TValue>(input.Schema[index]);
        return getters[index] as ValueGetter<TValue>
            ?? throw Contracts.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{getters[index]?.GetType().GetGenericArguments()[0]}'.");
    }

    private sealed class Row(RowToRowMapperTransform parent, DataViewRow input, Delegate[] getters, Action disposer) : WrappingRow(input)
    {
        public override DataViewSchema Schema => parent._bindings.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            int index = parent._bindings.MapColumnIndex(out bool isSource, column.Index);
            return isSource ? Input.IsColumnActive(Input.Schema[index]) : getters[index] is not null;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            => parent.GetterOf<TValue>(Input, getters, column.Index);

        protected override void DisposeCore(bool disposing)
        {
            if (disposing)
                disposer?.Invoke();
        }
    }

    private sealed class Cursor : SynchronizedCursorBase
    {
        private readonly RowToRowMapperTransform _parent;
        private readonly bool[] _active;
        private readonly Delegate[] _getters;
        private Action _disposer;

        public Cursor(RowToRowMapperTransform parent, DataViewRowCursor input, bool[] active)
            : base(parent._host, input)
        {
            (_parent, _active) = (parent, active);
            _getters = parent._mapper.CreateGetters(input, parent.Added(active), out _disposer);
        }

        public override DataViewSchema Schema => _parent._bindings.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Ch.Check(column.Index < _active.Length);
            return _active[column.Index];
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.Check(IsColumnActive(column));
            return _parent.GetterOf<TValue>(Input, _getters, column.Index);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _disposer?.Invoke();
                _disposer = null;
            }

            base.Dispose(disposing);
        }
    }
}
