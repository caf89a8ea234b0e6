using System.Buffers;

namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Cuts texts into words.</summary>
internal sealed class WordSplitter(params char[] separators)
{
    private readonly SearchValues<char> _separators = SearchValues.Create(separators);

    /// <summary>Adds the words of a text, without the spaces around them, and without the empty ones.</summary>
    public void Split(ReadOnlyMemory<char> text, List<ReadOnlyMemory<char>> words)
    {
        for (var rest = text; !rest.IsEmpty;)
        {
            int end = rest.Span.IndexOfAny(_separators);
            var word = (end < 0 ? rest : rest[..end]).Trim(' ');
            if (!word.IsEmpty)
                words.Add(word);
            rest = end < 0 ? default : rest[(end + 1)..];
        }
    }
}
