using System.Collections.Concurrent;

namespace Microsoft.ML.Data.Offline;

/// <summary>Reads a cursor in a thread of its own, a few batches ahead.</summary>
internal sealed class RowWorker
{
    private const int BatchesAhead = 4;

    private readonly DataViewRowCursor _input;
    private readonly DataViewSchema.Column[] _columns;
    private readonly CancellationToken _cancellation;
    private readonly BlockingCollection<(long Id, RowBatch Rows, Exception Error)> _full = new(BatchesAhead);
    private readonly ConcurrentQueue<RowBatch> _empty = new();
    private readonly Task _task;

    public RowWorker(DataViewRowCursor input, DataViewSchema.Column[] columns, CancellationToken cancellation)
    {
        (_input, _columns, _cancellation) = (input, columns, cancellation);
        _task = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The next batch, and its place among those of all workers; nothing after the last one.</summary>
    public (long Id, RowBatch Rows, Exception Error)? Next() => _full.TryTake(out var batch, Timeout.Infinite) ? batch : null;

    public void Recycle(RowBatch batch) => _empty.Enqueue(batch);

    /// <summary>Waits for the end of a thread that was cancelled.</summary>
    public void Join()
    {
        _task.Wait();
        _full.Dispose();
    }

    private void Read()
    {
        try
        {
            try
            {
                using (_input)
                    ReadBatches();
            }
            catch (Exception e) when (!_cancellation.IsCancellationRequested)
            {
                _full.Add((_input.Batch, null, e), _cancellation);
            }
        }
        catch (Exception) when (_cancellation.IsCancellationRequested)
        {
            // Nobody wants the rows any more, nor what went wrong with them.
        }
        finally
        {
            _full.CompleteAdding();
        }
    }

    private void ReadBatches()
    {
        long id = -1;
        RowBatch rows = null;
        while (_input.MoveNext())
        {
            _cancellation.ThrowIfCancellationRequested();
            if (rows is null || _input.Batch != id)
            {
                if (rows is not null)
                    _full.Add((id, rows, null), _cancellation);
                id = _input.Batch;
                rows = Empty();
            }

            rows.Take();
        }

        if (rows is not null)
            _full.Add((id, rows, null), _cancellation);
    }

    private RowBatch Empty()
    {
        if (!_empty.TryDequeue(out var batch))
            return new RowBatch(_input, _columns);
        batch.Clear();
        return batch;
    }
}
