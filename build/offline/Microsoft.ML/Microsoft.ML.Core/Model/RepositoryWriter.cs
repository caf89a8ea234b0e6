using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Offline;

namespace Microsoft.ML;

/// <summary>Writes a zip whose entries may be open at the same time; each goes into the zip after it is closed.</summary>
internal sealed class RepositoryWriter : Repository
{
    private readonly ZipArchive _archive;
    private readonly HashSet<string> _paths = [];
    private readonly Queue<(string Path, Stream Stream)> _closed = new();

    private RepositoryWriter(Stream stream, IExceptionContext ectx)
        : base(false, ectx)
        => _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);

    public static RepositoryWriter CreateNew(Stream stream, IExceptionContext ectx = null, bool useFileSystem = true)
    {
        var repository = new RepositoryWriter(ectx.CheckRef(stream, nameof(stream)), ectx);
        using var entry = repository.CreateEntry("TrainingInfo", "Version.txt");
        using var writer = Utils.OpenWriter(entry.Stream);
        writer.WriteLine(typeof(RepositoryWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
        return repository;
    }

    public Entry CreateEntry(string name) => CreateEntry(null, name);

    public Entry CreateEntry(string dir, string name)
    {
        ExceptionContext.Check(!Disposed);
        string path = RepositoryPath.Of(ExceptionContext, dir, name);
        Flush();
        if (!_paths.Add(path))
            throw ExceptionContext.ExceptParam(nameof(name), "Duplicate entry: '{0}'", path);
        return AddEntry(path, new MemoryStream());
    }

    public void Commit()
    {
        ExceptionContext.Check(!Disposed);
        DisposeAllEntries();
        Flush();
        Dispose(true);
    }

    protected override void OnDispose(Entry ent)
    {
        RemoveEntry(ent);
        _closed.Enqueue((ent.Path, ent.Stream));
    }

    protected override void Dispose(bool disposing)
    {
        _archive.Dispose();
        base.Dispose(disposing);
    }

    private void Flush()
    {
        while (_closed.TryDequeue(out var closed))
        {
            using var target = _archive.CreateEntry(closed.Path).Open();
            closed.Stream.Position = 0;
            closed.Stream.CopyTo(target);
        }
    }
}
