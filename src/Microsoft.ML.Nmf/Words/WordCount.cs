using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Words;

/// <summary>A word, and in how many texts it occurs.</summary>
internal readonly record struct WordDocuments(string Word, int Documents);

/// <summary>In how many texts of a column each word occurs.</summary>
internal sealed class WordCount
{
    // What is longer is data, such as an encoded file, and would only take memory.
    private const int MostCharacters = 100;
    private const int RowsBetweenChecks = 1000;

    private readonly Dictionary<string, Tally> _tallies = [];
    private readonly TextCharacters _characters = new();

    private WordCount()
    {
    }

    /// <summary>The number of texts.</summary>
    public int Documents { get; private set; }

    /// <summary>The words that can say something, in no order.</summary>
    public IEnumerable<WordDocuments> Words => _tallies.Select(pair => new WordDocuments(pair.Key, pair.Value.Documents));

    /// <summary>The characters that part words in these texts, and others that are common.</summary>
    public char[] GetSeparators() => _characters.GetSeparators();

    /// <summary>Counts the words of a column of texts in lower case, a vector of them as one text.</summary>
    public static WordCount Of(IDataView texts, DataViewSchema.Column column, ComponentHost host)
    {
        var count = new WordCount();
        using DataViewRowCursor cursor = texts.GetRowCursor([column]);
        Action add = column.Type is VectorDataViewType ? count.AddVectors(cursor, column) : count.AddTexts(cursor, column);
        while (cursor.MoveNext())
        {
            if (count.Documents++ % RowsBetweenChecks == 0)
                host.CheckAlive();
            add();
        }

        return count;
    }

    private Action AddTexts(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<ReadOnlyMemory<char>> getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> text = default;
        return () =>
        {
            getter(ref text);
            Add(text.Span);
        };
    }

    private Action AddVectors(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
        VBuffer<ReadOnlyMemory<char>> texts = default;
        return () =>
        {
            getter(ref texts);
            foreach (ReadOnlyMemory<char> text in texts.GetValues())
                Add(text.Span);
        };
    }

    private void Add(ReadOnlySpan<char> rest)
    {
        // No string is made of a word that is known.
        var bySpan = _tallies.GetAlternateLookup<ReadOnlySpan<char>>();
        while (_characters.Next(ref rest, out ReadOnlySpan<char> word))
        {
            if (word.Length > MostCharacters || !TextCharacters.CanBeAWord(word))
                continue;
            ref Tally tally = ref CollectionsMarshal.GetValueRefOrAddDefault(bySpan, word, out _);
            if (tally.LastDocument == Documents)
                continue;
            tally.LastDocument = Documents;
            tally.Documents++;
        }
    }

    // Documents are counted from 1.
    private struct Tally
    {
        public int Documents;
        public int LastDocument;
    }
}
