namespace Microsoft.ML.Data;

/// <summary>Files, some of which may be named by a pattern.</summary>
public sealed class MultiFileSource : IMultiStreamSource
{
    private readonly string[] _paths;

    public MultiFileSource(params string[] paths) => _paths = [.. (paths ?? []).Where(path => path is not null).SelectMany(Expand)];

    public int Count => _paths.Length;

    public string GetPathOrNull(int index)
    {
        Contracts.CheckParam(0 <= index && index < Count, nameof(index));
        return _paths[index];
    }

    public Stream Open(int index)
    {
        string path = GetPathOrNull(index);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e)
        {
            throw Contracts.ExceptIO(e, "Could not open file '{0}'. Error is: {1}", path, e.Message);
        }
    }

    public TextReader OpenTextReader(int index) => new StreamReader(Open(index));

    private static IEnumerable<string> Expand(string path)
    {
        string directory = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        string pattern = Path.GetFileName(path);
        return pattern.AsSpan().ContainsAny('*', '?') && Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, pattern).Order(StringComparer.Ordinal)
            : [path];
    }
}
