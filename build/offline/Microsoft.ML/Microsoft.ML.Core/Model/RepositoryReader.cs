using System.IO.Compression;
using Microsoft.ML.Offline;

namespace Microsoft.ML;

/// <summary>Reads the entries of a zip, in any order and as often as needed.</summary>
internal sealed class RepositoryReader : Repository
{
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];

    private RepositoryReader(Stream stream, IExceptionContext ectx)
        : base(false, ectx)
    {
        try
        {
            foreach (var entry in new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true).Entries)
                _entries[entry.FullName.Replace('\\', '/')] = entry;
        }
        catch (Exception e)
        {
            throw ExceptionContext.ExceptDecode(e, "Failed to open a zip archive");
        }
    }

    public static RepositoryReader Open(Stream stream, IExceptionContext ectx = null, bool useFileSystem = true)
        => new(ectx.CheckRef(stream, nameof(stream)), ectx);

    public Entry OpenEntry(string name) => OpenEntry(null, name);

    public Entry OpenEntry(string dir, string name)
        => OpenEntryOrNull(dir, name) ?? throw ExceptionContext.Except("Repository doesn't contain entry {0}", RepositoryPath.Of(ExceptionContext, dir, name));

    public Entry OpenEntryOrNull(string name) => OpenEntryOrNull(null, name);

    public Entry OpenEntryOrNull(string dir, string name)
    {
        ExceptionContext.Check(!Disposed);
        string path = RepositoryPath.Of(ExceptionContext, dir, name);
        if (!_entries.TryGetValue(path, out var packed))
            return null;
        var stream = new MemoryStream(checked((int)packed.Length));
        using (var source = packed.Open())
            source.CopyTo(stream);
        stream.Position = 0;
        return AddEntry(path, stream);
    }

    protected override void OnDispose(Entry ent)
    {
        RemoveEntry(ent);
        ent.Stream.Dispose();
    }
}
