namespace Microsoft.ML.Data.Offline;

/// <summary>The rows of a view in another order: each is drawn from a pool of the next ones. Every cursor draws alike, unless told otherwise.</summary>
internal sealed class ShuffledView : IDataView
{
    private readonly IHost _host;
    private readonly IDataView _input;
    private readonly int _seed;
    private readonly int _poolSize;
    private readonly bool _shufflesSource;

    public ShuffledView(IHostEnvironment env, IDataView input, int? seed, int poolSize, bool shufflesSource)
    {
        _host = env.Register("Shuffle");
        (_input, _poolSize, _shufflesSource) = (input, poolSize, shufflesSource);
        _seed = seed ?? _host.Rand.NextSigned();
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _input.Schema;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        rand ??= RandomUtils.Create(_seed);
        var input = _input.GetRowCursor(columns, _shufflesSource ? RandomUtils.Create(rand) : null);
        return _poolSize == 1 ? input : new Cursor(_host, input, columns, rand, _poolSize);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : LinkedRootCursorBase
    {
        private readonly Random _random;
        private readonly int _poolSize;
        private readonly Dictionary<int, ColumnCache> _pool;
        private readonly List<int> _live = [];
        private int _filled;
        private int _current = -1;

        public Cursor(IChannelProvider provider, DataViewRowCursor input, DataViewSchema.Column[] columns, Random random, int poolSize)
            : base(provider, input)
        {
            (_random, _poolSize) = (random, poolSize);
            _pool = columns.DistinctBy(column => column.Index).ToDictionary(column => column.Index, column => ColumnCache.Attach(input, column));
        }

        public override DataViewSchema Schema => Input.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => _pool.ContainsKey(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
            var cache = TypedErrors.Cast<TValue>(_pool[column.Index], column);
            return (ref TValue value) => cache.Get(Index(), ref value);
        }

        // The next row takes the place of the one that was drawn; at the end of the input that place stays empty.
        protected override bool MoveNextCore()
        {
            if (_current >= 0 && !TryTake(_current))
                _live.Remove(_current);
            while (_filled < _poolSize && TryTake(_filled))
                _live.Add(_filled++);
            if (_live.Count == 0)
                return false;
            _current = _live[_random.Next(_live.Count)];
            return true;
        }

        private bool TryTake(int place)
        {
            if (!Root.MoveNext())
                return false;
            foreach (var column in _pool.Values)
                column.Take(place);
            return true;
        }

        private int Index()
        {
            Ch.Check(IsGood, RowCursorUtils.FetchValueStateError);
            return _current;
        }
    }
}
