namespace Microsoft.ML.Runtime.Offline;

/// <summary>Checks what is reported; an <c>MLContext</c> shows progress to nobody.</summary>
internal sealed class ProgressChannel : IProgressChannel
{
    private readonly IExceptionContext _context;
    private readonly bool _isRoot;
    private ProgressHeader _header = new(null);
    private bool _disposed;

    public ProgressChannel(IExceptionContext context, bool isRoot = true) => (_context, _isRoot) = (context, isRoot);

    public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction) => _header = header;

    public void Checkpoint(params double?[] values)
    {
        // The channels below the first one take anything.
        if (!_isRoot)
            return;
        _context.Check(!_disposed, "Can't report checkpoints after disposing");
        int room = _header.MetricNames.Count + 2 * _header.UnitNames.Count;
        _context.Check((values?.Length ?? 0) <= room, "Too many values provided in Checkpoint");
    }

    public IProgressChannel StartProgressChannel(string name) => new ProgressChannel(_context, isRoot: false);

    public void Dispose() => _disposed = true;
}
