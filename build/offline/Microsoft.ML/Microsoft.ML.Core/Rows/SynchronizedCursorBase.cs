namespace Microsoft.ML.Data;

/// <summary>A cursor that moves with its input, row by row.</summary>
internal abstract class SynchronizedCursorBase : DataViewRowCursor
{
    private bool _disposed;

    protected readonly IChannel Ch;

    internal readonly DataViewRowCursor Root;

    protected SynchronizedCursorBase(IChannelProvider provider, DataViewRowCursor input)
    {
        Contracts.CheckValue(provider, nameof(provider));
        Ch = provider.Start("Cursor");
        Ch.CheckValue(input, nameof(input));
        Input = input;
        Root = input is SynchronizedCursorBase synchronized ? synchronized.Root : input;
    }

    public sealed override long Position => Root.Position;

    public sealed override long Batch => Root.Batch;

    protected DataViewRowCursor Input { get; }

    protected bool IsGood => Position >= 0;

    public sealed override bool MoveNext() => Root.MoveNext();

    public sealed override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        if (disposing)
        {
            Input.Dispose();
            Ch.Dispose();
        }

        base.Dispose(disposing);
    }
}
