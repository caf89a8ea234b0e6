using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>
/// The rows of a training in batches. The first rows are read at once: a training starts from them, and they are held as the sample that the objective is
/// evaluated on. The first pass goes on after them.
/// </summary>
internal sealed class StreamedRows : IDisposable
{
    // The sample: so many rows, or so many entries, whichever come first, but a batch at least.
    private const int SampleRows = 8192;
    private const long SampleEntries = 1 << 23;

    private readonly BatchReader? _reader;
    private readonly IEnumerator<ExampleBatch>? _first;
    private readonly List<ExampleBatch> _head = [];
    private readonly bool _isWhole;

    /// <summary>Reads the first rows.</summary>
    /// <param name="reader">The data; it gets the unit of the first rows, where it has none.</param>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public StreamedRows(BatchReader reader)
    {
        _reader = reader;
        _first = reader.Read(0).GetEnumerator();
        try
        {
            long rows = 0, entries = 0;
            bool isMore = true;
            while ((rows == 0 || (rows < SampleRows && entries < SampleEntries)) && (isMore = _first.MoveNext()))
            {
                ExampleBatch batch = _first.Current;
                reader.Unit ??= batch.Examples.Unit;
                reader.Observes ??= batch.Examples is ObservedExamples;
                _head.Add(batch);
                rows += batch.Examples.Rows;
                entries += batch.Examples.NonZeros;
            }

            _isWhole = !isMore;
            if (_head.Count == 0)
                throw new InvalidOperationException($"Column '{reader.Column.Name}': the training data has no rows.");
            Sample = reader.Join(_head);
        }
        catch
        {
            _first.Dispose();
            throw;
        }
    }

    /// <summary>Rows that are all in memory, as one batch.</summary>
    public StreamedRows(ExampleBatch all)
    {
        Sample = all;
        _isWhole = true;
    }

    /// <summary>The first rows, in the order in which they were read.</summary>
    public ExampleBatch Sample { get; }

    /// <summary>Whether one batch holds all rows.</summary>
    public bool AreOneBatch => _isWhole && _head.Count <= 1;

    /// <summary>Whether the order of the rows says nothing of what is in them.</summary>
    public bool AreShuffled => _reader?.IsShuffled ?? true;

    /// <summary>How many batches of the first pass are in memory before it begins.</summary>
    public int Held => Math.Max(_head.Count, 1);

    /// <summary>The batches of a pass. The first can be read once.</summary>
    public IEnumerable<ExampleBatch> Read(int pass)
    {
        if (_reader is null)
            return [Sample];
        return pass > 0 ? _reader.Read(pass) : First();

        IEnumerable<ExampleBatch> First()
        {
            foreach (ExampleBatch batch in _head)
                yield return batch;
            _head.Clear();
            while (!_isWhole && _first!.MoveNext())
                yield return _first.Current;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _first?.Dispose();
}
