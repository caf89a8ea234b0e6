using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>
/// The rows of a training in batches. The first rows are read at once: a training starts from them, and they are held as the sample that the objective is
/// evaluated on. The first pass goes on after them. Where all rows take little memory, they are read once.
/// </summary>
internal sealed class StreamedRows : IDisposable
{
    // The sample: so many rows, or so many entries, whichever come first, but a batch at least, and one that is not all zeros if there is one.
    private const int SampleRows = 8192;
    private const long SampleEntries = 1 << 23;

    private readonly BatchReader? _reader;
    private readonly IEnumerator<ExampleBatch>? _first;
    private readonly List<ExampleBatch> _head = [];
    private readonly List<ExampleBatch> _kept = [];
    private readonly long _mostKept;
    private long _bytes;
    private bool _areAllKept;
    private readonly bool _isWhole;
    private ExampleBatch? _next;

    /// <summary>Reads the first rows.</summary>
    /// <param name="reader">The data; it gets the unit of the first rows, where it has none.</param>
    /// <param name="mostKept">Rows of no more bytes stay in memory after the first pass, and are not read again.</param>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public StreamedRows(BatchReader reader, long mostKept = 0)
    {
        _reader = reader;
        _mostKept = mostKept;
        _first = reader.Read(0).GetEnumerator();
        try
        {
            long rows = 0, entries = 0;
            bool isMore = true;
            while ((reader.Unit is null || rows == 0 || (rows < SampleRows && entries < SampleEntries)) && (isMore = _first.MoveNext()))
            {
                ExampleBatch batch = _first.Current;
                reader.Unit ??= batch.Examples.SumOfSquares > 0 ? batch.Examples.Unit : null;
                reader.Observes ??= batch.Examples is ObservedExamples;
                _head.Add(batch);
                rows += batch.Examples.Rows;
                entries += batch.Examples.NonZeros;
            }

            // One large batch may be all that there is.
            if (isMore && _head.Count == 1 && (isMore = _first.MoveNext()))
                _next = _first.Current;
            _isWhole = !isMore;
            if (_head.Count == 0)
                throw reader.NoRows;
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
        if (pass == 0)
            return First();
        return _areAllKept ? Shuffled(pass) : _reader.Read(pass);

        IEnumerable<ExampleBatch> First()
        {
            foreach (ExampleBatch batch in _head)
                yield return Keep(batch);
            _head.Clear();
            if (_next is { } next)
            {
                _next = null;
                yield return Keep(next);
            }

            while (!_isWhole && _first!.MoveNext())
                yield return Keep(_first.Current);
            _areAllKept = _bytes <= _mostKept;
        }

        IEnumerable<ExampleBatch> Shuffled(int pass)
        {
            ExampleBatch[] order = [.. _kept];
            _reader.RandomOf(pass).Shuffle(order);
            return order;
        }
    }

    private ExampleBatch Keep(ExampleBatch batch)
    {
        _bytes += batch.Examples.Bytes;
        if (_bytes <= _mostKept)
            _kept.Add(batch);
        else
            _kept.Clear();
        return batch;
    }

    /// <inheritdoc />
    public void Dispose() => _first?.Dispose();
}
