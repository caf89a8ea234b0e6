namespace Microsoft.ML.Nmf.Orleans;

/// <summary>
/// Lets the partitions of a silo compute one after the other. Each computes on all processors, so together they would be no faster, hold more memory, and take
/// the threads by which the silo tells the others that it is alive.
/// </summary>
internal sealed class ComputeGate
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Runs work on a thread of its own when it is its turn.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(work, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
