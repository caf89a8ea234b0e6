namespace Microsoft.ML.Nmf.Orleans;

/// <summary>The partition that a grain holds: opened when it is first needed, and let go when no work uses it any more.</summary>
internal sealed class HeldPartition(PartitionRange node, ComputeGate gate)
{
    private TrainingPartition? _partition;
    private Task _last = Task.CompletedTask;

    /// <summary>Computes a sample, or statistics, as they write themselves.</summary>
    public Task<IMergeable> ComputeAsync(PartitionRequest request, CancellationToken cancellation)
    {
        Task<IMergeable> work = gate.RunAsync(() => Compute(request), cancellation);
        _last = Task.WhenAll(_last, work);
        return work;
    }

    /// <summary>Gives the memory back after the work that uses it.</summary>
    public async Task ReleaseAsync()
    {
        await _last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _partition?.Dispose();
        _partition = null;
    }

    private IMergeable Compute(PartitionRequest request)
    {
        _partition ??= JobType.Load(request.Job).Open(node, request.Argument);
        return request.Step == PartitionRequest.SampleStep
            ? new MergeableSample(_partition.Sample(request.SampleRows))
            : new MergeableStatistics(_partition.ComputeStatistics(PartitionState.Read(new MemoryStream(request.State, writable: false))));
    }
}
