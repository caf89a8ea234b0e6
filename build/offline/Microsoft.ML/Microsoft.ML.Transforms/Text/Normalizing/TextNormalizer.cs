using System.Collections.Concurrent;
using static Microsoft.ML.Transforms.Text.TextNormalizingEstimator;

namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Changes letters and leaves out characters, one character at a time, by a table of all of them.</summary>
internal sealed class TextNormalizer
{
    private const char Removed = '\0';

    private static readonly ConcurrentDictionary<(CaseMode, bool, bool, bool), char[]> _tables = [];

    private readonly char[] _table;

    public TextNormalizer(CaseMode caseMode, bool keepDiacritics, bool keepPunctuations, bool keepNumbers)
        => _table = _tables.GetOrAdd((caseMode, keepDiacritics, keepPunctuations, keepNumbers), MakeTable);

    /// <summary>The text itself where nothing changes in it.</summary>
    public ReadOnlyMemory<char> Normalize(ReadOnlyMemory<char> text, ref char[] buffer)
    {
        var source = text.Span;
        int first = 0;
        while (first < source.Length && _table[source[first]] == source[first])
            first++;
        if (first == source.Length)
            return text;

        Utils.EnsureSize(ref buffer, source.Length, keepOld: false);
        var target = buffer.AsSpan(0, source.Length);
        source[..first].CopyTo(target);
        int length = first;
        foreach (char c in source[first..])
        {
            char changed = _table[c];
            target[length] = changed;
            length += changed == Removed && c != Removed ? 0 : 1;
        }

        return target[..length].ToString().AsMemory();
    }

    private static char[] MakeTable((CaseMode Mode, bool KeepDiacritics, bool KeepPunctuations, bool KeepNumbers) options)
    {
        var table = new char[char.MaxValue + 1];
        for (int i = 0; i < table.Length; i++)
        {
            char c = (char)i;
            bool isRemoved = !options.KeepPunctuations && char.IsPunctuation(c)
                || !options.KeepNumbers && char.IsNumber(c)
                || !options.KeepDiacritics && Diacritics.IsCombining(c);
            table[i] = isRemoved ? Removed : InCase(options.Mode, options.KeepDiacritics ? c : Diacritics.Remove(c));
        }

        return table;
    }

    private static char InCase(CaseMode mode, char c) => mode switch
    {
        CaseMode.Lower => char.ToLowerInvariant(c),
        CaseMode.Upper => char.ToUpperInvariant(c),
        _ => c,
    };
}
