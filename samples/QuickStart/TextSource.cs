using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;

namespace QuickStart;

/// <summary>The texts that the program was asked to read: its own, a folder of plain text files, or a column of a tab-separated file.</summary>
internal sealed record TextSource(IReadOnlyList<Note> Notes, int Topics, string Question)
{
    private const string Usage = "Usage: [--folder PATH | --data FILE.tsv[.gz] --text COLUMN] [--topics N]. COLUMN is a name in the header line, or a number "
        + "from 0 where there is none.";

    /// <summary>Reads the texts, or says on the error stream why it cannot.</summary>
    public static bool TryRead(string[] arguments, [NotNullWhen(true)] out TextSource? source)
    {
        source = null;
        try
        {
            source = Read(arguments);
        }
        catch (Exception problem) when (problem is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine(problem.Message);
        }

        return source is not null;
    }

    private static TextSource Read(string[] arguments)
    {
        Dictionary<string, string> options = Parse(arguments);
        string? folder = options.GetValueOrDefault("--folder"), file = options.GetValueOrDefault("--data"), column = options.GetValueOrDefault("--text");
        if ((folder is not null && file is not null) || (file is null) != (column is null))
            throw new ArgumentException(Usage);
        bool isOwn = folder is null && file is null;
        string[] texts = folder is not null
            ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText)]
            : [.. ReadColumn(file ?? Path.Combine(AppContext.BaseDirectory, "field-notes.tsv"), column ?? "text")];
        if (texts.Length == 0)
            throw new InvalidDataException($"There are no texts in {folder ?? file}.");
        int topics = options.TryGetValue("--topics", out string? number) ? AtLeastOne(number) : isOwn ? 12 : 20;
        string question = isOwn ? "Two moons of Saturn in the eyepiece, and then the clouds came." : Start(texts[0]);
        return new TextSource([.. texts.Select(text => new Note { Text = text })], topics, question);
    }

    private static Dictionary<string, string> Parse(string[] arguments)
    {
        string[][] pairs = [.. arguments.Chunk(2)];
        if (pairs.Any(pair => pair.Length < 2 || pair[0] is not ("--folder" or "--data" or "--text" or "--topics")))
            throw new ArgumentException(Usage);
        return pairs.DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static IEnumerable<string> ReadColumn(string path, string column)
    {
        using FileStream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        if (!int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && (index = Array.IndexOf(reader.ReadLine()?.Split('\t') ?? [], column)) < 0)
            throw new InvalidDataException($"{path} has no column '{column}' in its header line. {Usage}");
        while (reader.ReadLine()?.Split('\t') is { } fields)
            yield return index < fields.Length ? fields[index] : throw new InvalidDataException($"{path} has a line without column {index}.");
    }

    // Enough of a text to ask what it is about, in a line.
    private static string Start(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 150 ? line : $"{line[..150]}…";
    }

    private static int AtLeastOne(string number)
        => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int topics) && topics > 0 ? topics : throw new ArgumentException(Usage);
}
