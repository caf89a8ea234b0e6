namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Visits the n-grams of documents: at each word, all that start there, up to a length and with words skipped between.</summary>
internal abstract class NgramWalker(int ngramLength, int skipLength)
{
    private readonly uint[] _ngram = new uint[ngramLength];
    private uint[] _words = [];

    protected abstract void Visit(ReadOnlySpan<uint> ngram);

    /// <param name="document">The words, as keys.</param>
    /// <param name="keyCount">The largest key; larger ones are taken for missing.</param>
    protected void Walk(in VBuffer<uint> document, uint keyCount)
    {
        Utils.EnsureSize(ref _words, document.Length, keepOld: false);
        var words = _words.AsSpan(0, document.Length);
        document.CopyTo(words);
        foreach (ref uint word in words)
        {
            if (word > keyCount)
                word = 0;
        }

        for (int start = 0; start < words.Length; start++)
        {
            int window = Math.Min(ngramLength + skipLength, words.Length - start);
            _ngram[0] = words[start];
            Visit(_ngram.AsSpan(0, 1));
            if (ngramLength > 1)
                Extend(words.Slice(start, window), 1, 0);
        }
    }

    // Appends each word of the window that can come next after so many words and skips.
    private void Extend(ReadOnlySpan<uint> window, int length, int skips)
    {
        for (; skips <= skipLength && length + skips < window.Length; skips++)
        {
            _ngram[length] = window[length + skips];
            Visit(_ngram.AsSpan(0, length + 1));
            if (length + 1 < ngramLength)
                Extend(window, length + 1, skips);
        }
    }
}
