using System.Text;

namespace Microsoft.ML.Data.Offline;

/// <summary>How files are cut into lines, and lines into fields.</summary>
internal sealed class TextFormat
{
    private const string Comment = "//";

    private readonly char[] _separators;
    private readonly char _escape;
    private readonly bool _allowsQuotes;
    private readonly bool _trims;
    private readonly bool _joinsLines;

    public TextFormat(IExceptionContext context, TextLoader.Options options)
    {
        if (options.AllowSparse)
            throw context.ExceptNotSupp("Sparse text is not read here.");
        _separators = [.. options.Separators.Distinct()];
        foreach (char separator in _separators.Where(c => c is < ' ' and not '\t' or >= '0' and <= '9' or '"'))
            throw context.ExceptUserArg("Separator", "Illegal separator: '{0}'", separator);
        if (options.DecimalMarker is not ('.' or ','))
            throw context.ExceptUserArg(nameof(options.DecimalMarker), "Decimal marker cannot be the '{0}' character. It must be '.' or ','.", options.DecimalMarker);
        if (!options.AllowQuoting && options.DecimalMarker == ',' && _separators.Contains(','))
            throw context.ExceptUserArg(nameof(options.AllowQuoting), "Quoting must be allowed if decimal marker and separator are the ',' character.");
        if (_separators.Contains(options.EscapeChar))
            throw context.ExceptUserArg(nameof(options.EscapeChar), "EscapeChar '{0}' can't be used both as EscapeChar and separator", options.EscapeChar);
        context.CheckUserArg(options.MaxRows is not < 0, nameof(options.MaxRows));

        (_escape, _allowsQuotes, _trims) = (options.EscapeChar, options.AllowQuoting, options.TrimWhitespace);
        _joinsLines = options.AllowQuoting && options.ReadMultilines;
        HasHeader = options.HasHeader && string.IsNullOrWhiteSpace(options.HeaderFile);
        (DecimalMarker, EmptyAsNaN, UsesThreads) = (options.DecimalMarker, options.MissingRealsAsNaNs, options.UseThreads);
        MaxRows = options.MaxRows ?? long.MaxValue;
    }

    public bool HasHeader { get; }

    public char DecimalMarker { get; }

    public bool EmptyAsNaN { get; }

    public bool UsesThreads { get; }

    public long MaxRows { get; }

    /// <summary>The lines of a source with their numbers, without empty ones, comments and headers.</summary>
    public IEnumerable<(string Text, long Number)> Lines(IMultiStreamSource source, bool skipsHeader)
    {
        for (int i = 0; i < source.Count; i++)
        {
            using var reader = source.OpenTextReader(i);
            bool isFirst = true;
            long number = 0;
            while (ReadLine(reader, ref number) is { } line)
            {
                if (line.Length == 0 || line.StartsWith(Comment, StringComparison.Ordinal) || isFirst && line[0] == '#')
                    continue;
                if (!isFirst || !skipsHeader)
                    yield return (line, number);
                isFirst = false;
            }
        }
    }

    /// <summary>Cuts a line into fields; one whose quotes do not match is empty.</summary>
    public void Split(string line, List<ReadOnlyMemory<char>> fields)
    {
        fields.Clear();
        var rest = _trims ? line.AsMemory().TrimEnd() : line.AsMemory();
        for (bool more = true; more;)
        {
            if (!_separators.Contains(' '))
                rest = rest[^rest.Span.TrimStart(' ').Length..];
            bool isQuoted = _allowsQuotes && rest.Length > 0 && rest.Span[0] == '"';
            var field = isQuoted ? Unquote(rest.Span, out int length) : Plain(rest, out length);
            fields.Add(field);
            more = length < rest.Length;
            rest = more ? rest[(length + 1)..] : default;
        }
    }

    private ReadOnlyMemory<char> Plain(ReadOnlyMemory<char> text, out int length)
    {
        int end = text.Span.IndexOfAny(_separators);
        length = end < 0 ? text.Length : end;
        return text[..length];
    }

    private ReadOnlyMemory<char> Unquote(ReadOnlySpan<char> text, out int length)
    {
        var field = new StringBuilder();
        int at = ReadQuoted(text, 1, field);
        bool isGood = at <= text.Length;
        at = Math.Min(at, text.Length);
        for (; at < text.Length && !_separators.Contains(text[at]); at++)
            isGood &= text[at] == ' ';
        length = at;
        return isGood ? field.ToString().AsMemory() : default;
    }

    // The position after the closing quote; one beyond the end, if there is none.
    private int ReadQuoted(ReadOnlySpan<char> text, int at, StringBuilder field)
    {
        for (; at < text.Length; at++)
        {
            bool hasNext = at + 1 < text.Length;
            if (text[at] == _escape && hasNext && text[at + 1] == '"')
                field.Append(text[++at]);
            else if (text[at] == '"')
                return at + 1;
            else
                field.Append(text[at]);
        }

        return text.Length + 1;
    }

    private string ReadLine(TextReader reader, ref long number)
    {
        string line = reader.ReadLine();
        number++;
        if (!_joinsLines || string.IsNullOrEmpty(line) || line.StartsWith(Comment, StringComparison.Ordinal) || !EndsInQuotes(line))
            return line;
        long first = number;
        var joined = new StringBuilder(line);
        do
        {
            string next = reader.ReadLine()
                ?? throw new EndOfStreamException($"A quoted field opened on line {first - 1} was never closed, and we've read to the last line in the file without finding the closing quote");
            number++;
            joined.Append('\n').Append(next);
        }
        while (EndsInQuotes(joined.ToString()));
        return joined.ToString();
    }

    private bool EndsInQuotes(string line)
    {
        var rest = line.AsSpan();
        while (true)
        {
            if (!_separators.Contains(' '))
                rest = rest.TrimStart(' ');
            int at = 0;
            if (rest.Length > 0 && rest[0] == '"' && (at = ReadQuoted(rest, 1, new StringBuilder())) > rest.Length)
                return true;
            int end = rest[at..].IndexOfAny(_separators);
            if (end < 0)
                return false;
            rest = rest[(at + end + 1)..];
        }
    }
}
