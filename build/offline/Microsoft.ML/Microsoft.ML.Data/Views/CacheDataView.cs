using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Data;

/// <summary>A view that reads each column of its input once at most: when it is asked for, or at the start.</summary>
internal sealed class CacheDataView : IDataView
{
    private readonly IHost _host;
    private readonly IDataView _input;
    private readonly ColumnCache[] _caches;
    private readonly Lock _lock = new();
    private long _rowCount;

    public CacheDataView(IHostEnvironment env, IDataView input, int[] prefetch)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register("Cache");
        _input = _host.CheckRef(input, nameof(input));
        _rowCount = input.GetRowCount() ?? -1;
        _caches = new ColumnCache[Schema.Count];
        if (prefetch is { Length: > 0 })
            Fill([.. prefetch.Select(i => Schema[i])]);
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _input.Schema;

    public long? GetRowCount() => _rowCount < 0 ? null : _rowCount;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        RowCursorUtils.FromColumnsToPredicate(columns, Schema);
        return new Cursor(this, columns, rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private void Fill(DataViewSchema.Column[] columns)
    {
        lock (_lock)
        {
            DataViewSchema.Column[] missing = [.. columns.Where(column => _caches[column.Index] is null).DistinctBy(column => column.Index)];
            if (missing.Length == 0 && _rowCount >= 0)
                return;
            using var channel = _host.Start("Cache Filler");
            using var cursor = _input.GetRowCursor(missing);
            ColumnCache[] caches = [.. missing.Select(column => ColumnCache.Attach(cursor, column))];
            int[] sizes = [.. missing.Select(column => column.Type.GetVectorSize())];
            int row = 0;
            for (; cursor.MoveNext(); row++)
            {
                for (int i = 0; i < caches.Length; i++)
                {
                    caches[i].Take(row);
                    if (sizes[i] > 0 && caches[i].LengthOf(row) is var length && length != sizes[i])
                        throw _host.Except($"Caching expected vector of size {sizes[i]}, but {length} encountered.");
                }
            }

            _rowCount = row;
            for (int i = 0; i < caches.Length; i++)
                _caches[missing[i].Index] = caches[i];
        }
    }

    private sealed class Cursor : RootCursorBase
    {
        private readonly CacheDataView _parent;
        private readonly DataViewSchema.Column[] _columns;
        private readonly Random _random;
        private int[] _order;

        public Cursor(CacheDataView parent, DataViewSchema.Column[] columns, Random random)
            : base(parent._host)
            => (_parent, _columns, _random) = (parent, columns, random);

        public override DataViewSchema Schema => _parent.Schema;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            Ch.Check(column.Index < Schema.Count);
            return _columns.Any(active => active.Index == column.Index);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Index(), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
            if (column.Type.RawType != typeof(TValue))
                throw Ch.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
            return (ref TValue value) =>
            {
                int index = Index();
                ((ColumnCache<TValue>)_parent._caches[column.Index]).Get(index, ref value);
            };
        }

        protected override bool MoveNextCore()
        {
            if (Position < 0)
                Start();
            return Position + 1 < _parent._rowCount;
        }

        private void Start()
        {
            try
            {
                _parent.Fill(_columns);
            }
            catch (Exception e)
            {
                throw Contracts.Except(e, "Event we were waiting on was subject to an exception");
            }

            if (_random is not null)
                _order = Utils.GetRandomPermutation(_random, (int)_parent._rowCount);
        }

        private int Index()
        {
            Ch.Check(IsGood, RowCursorUtils.FetchValueStateError);
            return _order is null ? (int)Position : _order[Position];
        }
    }
}
