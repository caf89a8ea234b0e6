namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Words to leave out, whatever their case.</summary>
internal sealed class StopWordSet
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;

    public StopWordSet(IEnumerable<string> words)
        => _words = new HashSet<string>(words, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public static StopWordSet English { get; } = new(EnglishStopWords.All);

    public IReadOnlyCollection<string> Words => _words.Set;

    /// <summary>A getter of the words that stay.</summary>
    public ValueGetter<VBuffer<ReadOnlyMemory<char>>> Filter(ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter)
    {
        VBuffer<ReadOnlyMemory<char>> source = default;
        var kept = new List<ReadOnlyMemory<char>>();
        return (ref VBuffer<ReadOnlyMemory<char>> vector) =>
        {
            getter(ref source);
            kept.Clear();
            foreach (var word in source.GetValues())
            {
                if (!word.IsEmpty && !_words.Contains(word.Span))
                    kept.Add(word);
            }

            TextVector.Set(ref vector, kept);
        };
    }
}
