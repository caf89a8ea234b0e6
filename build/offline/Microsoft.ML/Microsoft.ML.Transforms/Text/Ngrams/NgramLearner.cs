namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Collects the n-grams of documents, up to so many of each length, and counts the documents that have them.</summary>
internal sealed class NgramLearner(NgramExtractingEstimator.ColumnOptions options) : NgramWalker(options.NgramLength, options.SkipLength)
{
    private readonly int[] _counts = new int[options.NgramLength];
    private int[] _documents = [];
    private int[] _lastDocument = [];
    private int _document;

    public NgramPool Pool { get; } = new();

    public void Add(in VBuffer<uint> document, uint keyCount)
    {
        _document++;
        Walk(in document, keyCount);
    }

    public bool[] NonEmptyLengths() => [.. _counts.Select(count => count > 0)];

    /// <summary>The logarithm of documents over documents with the n-gram.</summary>
    public double[] InverseDocumentFrequencies()
        => Utils.BuildArray(Pool.Count, i => _documents[i] == 0 ? 0 : Math.Log((double)_document / _documents[i]));

    protected override void Visit(ReadOnlySpan<uint> ngram)
    {
        int id = -1;
        if (_counts[ngram.Length - 1] >= options.MaximumNgramsCounts[ngram.Length - 1])
            id = options.Weighting == NgramExtractingEstimator.WeightingCriteria.Tf ? -1 : Pool.Find(ngram);
        else if (Pool.TryAdd(ngram, out id))
            _counts[ngram.Length - 1]++;
        if (id < 0 || options.Weighting == NgramExtractingEstimator.WeightingCriteria.Tf)
            return;

        Utils.EnsureSize(ref _documents, id + 1);
        Utils.EnsureSize(ref _lastDocument, id + 1);
        if (_lastDocument[id] == _document)
            return;
        _lastDocument[id] = _document;
        _documents[id]++;
    }
}
