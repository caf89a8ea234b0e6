namespace Microsoft.ML;

/// <summary>The entries of a zip, each with a directory and a name.</summary>
internal abstract class Repository : IDisposable
{
    private readonly List<Entry> _open = [];

    internal Repository(bool needDir, IExceptionContext ectx) => ExceptionContext = ectx;

    public IExceptionContext ExceptionContext { get; }

    protected bool Disposed { get; private set; }

    public void Dispose()
    {
        if (!Disposed)
            Dispose(true);
    }

    protected virtual void Dispose(bool disposing)
    {
        DisposeAllEntries();
        Disposed = true;
    }

    protected void DisposeAllEntries()
    {
        while (_open.Count > 0)
            _open[^1].Dispose();
    }

    protected void RemoveEntry(Entry ent) => _open.Remove(ent);

    protected Entry AddEntry(string pathEnt, Stream stream)
    {
        var entry = new Entry(this, pathEnt, stream);
        _open.Add(entry);
        return entry;
    }

    protected abstract void OnDispose(Entry ent);

    public sealed class Entry : IDisposable
    {
        private Repository _repository;

        internal Entry(Repository rep, string path, Stream stream) => (_repository, Path, Stream) = (rep, path, stream);

        public string Path { get; }

        public Stream Stream { get; }

        public void Dispose()
        {
            _repository?.OnDispose(this);
            _repository = null;
        }
    }
}
