namespace Microsoft.ML.Data;

/// <summary>A cursor that counts its own rows; it disposes of itself after the last one.</summary>
internal abstract class RootCursorBase : DataViewRowCursor
{
    private long _position = -1;
    private bool _disposed;

    protected readonly IChannel Ch;

    protected RootCursorBase(IChannelProvider provider)
    {
        Contracts.CheckValue(provider, nameof(provider));
        Ch = provider.Start("Cursor");
    }

    public sealed override long Position => _position;

    protected bool IsGood => _position >= 0;

    public sealed override bool MoveNext()
    {
        if (_disposed)
            return false;
        if (MoveNextCore())
        {
            _position++;
            return true;
        }

        Dispose();
        return false;
    }

    protected abstract bool MoveNextCore();

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        if (disposing)
        {
            Ch.Dispose();
            _position = -1;
        }

        base.Dispose(disposing);
    }
}

/// <summary>A root cursor that reads another one's rows, some of them or in another order.</summary>
internal abstract class LinkedRootCursorBase : RootCursorBase
{
    protected LinkedRootCursorBase(IChannelProvider provider, DataViewRowCursor input)
        : base(provider)
    {
        Input = input;
        Root = input is SynchronizedCursorBase synchronized ? synchronized.Root : input;
    }

    protected DataViewRowCursor Input { get; }

    /// <summary>The cursor that moves the input.</summary>
    protected DataViewRowCursor Root { get; }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Input.Dispose();
        base.Dispose(disposing);
    }
}

internal abstract class LinkedRowRootCursorBase : LinkedRootCursorBase
{
    private readonly bool[] _active;

    protected LinkedRowRootCursorBase(IChannelProvider provider, DataViewRowCursor input, DataViewSchema schema, bool[] active)
        : base(provider, input)
    {
        Ch.CheckValue(schema, nameof(schema));
        Ch.Check(active is null || active.Length == schema.Count);
        (_active, Schema) = (active, schema);
    }

    public sealed override DataViewSchema Schema { get; }

    public sealed override bool IsColumnActive(DataViewSchema.Column column)
    {
        Ch.Check(column.Index < Schema.Count);
        return _active is null || _active[column.Index];
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Input.GetGetter<TValue>(column);
}

/// <summary>A cursor over the rows that are accepted.</summary>
internal abstract class LinkedRowFilterCursorBase : LinkedRowRootCursorBase
{
    protected LinkedRowFilterCursorBase(IChannelProvider provider, DataViewRowCursor input, DataViewSchema schema, bool[] active)
        : base(provider, input, schema, active)
    {
    }

    public override long Batch => Input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected override bool MoveNextCore()
    {
        while (Root.MoveNext())
        {
            if (Accept())
                return true;
        }

        return false;
    }

    protected abstract bool Accept();
}
