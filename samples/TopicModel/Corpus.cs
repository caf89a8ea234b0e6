using System.Globalization;
using System.IO.Compression;

namespace TopicModel;

/// <summary>A text and the class it belongs to.</summary>
public sealed class Document
{
    public string Label { get; set; } = "";

    public string Text { get; set; } = "";
}

/// <summary>The texts of a tab-separated file, plain or gzipped.</summary>
public sealed class Corpus
{
    private Corpus(string name, List<Document> documents)
    {
        Name = name;
        Documents = documents;
    }

    public string Name { get; }

    public IReadOnlyList<Document> Documents { get; }

    /// <summary>
    /// Reads a file. A column given by name needs a header line; where both are given by number, the first line is data like every other.
    /// </summary>
    public static Corpus Open(string path, string textColumn, string labelColumn)
    {
        using FileStream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        string[]? header = IsNumber(textColumn) && IsNumber(labelColumn) ? null : reader.ReadLine()?.Split('\t');
        int text = IndexOf(textColumn, header, path), label = IndexOf(labelColumn, header, path);
        var documents = new List<Document>();
        // Labels repeat: one string each is enough.
        var labels = new Dictionary<string, string>();
        for (int line = header is null ? 1 : 2; reader.ReadLine() is { } content1; line++)
        {
            string[] fields = content1.Split('\t');
            if (fields.Length <= Math.Max(text, label))
                throw new InvalidDataException($"{path}, line {line}: there are {fields.Length} columns, but column {Math.Max(text, label)} (the first is 0) was asked for.");
            if (!labels.TryGetValue(fields[label], out string? shared))
                labels.Add(fields[label], shared = fields[label]);
            documents.Add(new Document { Label = shared, Text = fields[text] });
        }

        if (documents.Count == 0)
            throw new InvalidDataException($"{path} has no texts.");
        return new Corpus(Path.GetFileName(path), documents);
    }

    private static bool IsNumber(string column) => int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static int IndexOf(string column, string[]? header, string path)
    {
        if (int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return index;
        index = Array.IndexOf(header ?? [], column);
        return index >= 0 ? index : throw new InvalidDataException($"{path} has no column '{column}'; its header line names {string.Join(", ", header ?? [])}. Give the column by its number, from 0, where there is no header line.");
    }
}
