namespace Microsoft.ML.Data;

/// <summary>The files, or other streams, that a loader reads one after another.</summary>
public interface IMultiStreamSource
{
    int Count { get; }

    string GetPathOrNull(int index);

    Stream Open(int index);

    TextReader OpenTextReader(int index);
}
