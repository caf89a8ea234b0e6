namespace Microsoft.ML.Nmf.Orleans;

/// <summary>The client's end of the tree of partitions.</summary>
internal sealed class ClusterTree(IGrainFactory grains, string job, ClusterTrainingOptions options)
{
    private static readonly TimeSpan _longestRelease = TimeSpan.FromSeconds(10);

    private readonly Guid _training = Guid.NewGuid();
    private readonly PartitionRange _root = PartitionRange.All(options.Partitions);

    /// <summary>A sample of the rows of all partitions.</summary>
    /// <param name="rows">How many of all together.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<PartitionAnswer> SampleAsync(int rows, CancellationToken cancellation)
        => AskAsync(Request(PartitionRequest.SampleStep) with { SampleRows = (rows - 1) / options.Partitions + 1 }, cancellation);

    /// <summary>The statistics of all partitions.</summary>
    /// <param name="state">What they are computed with.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task<PartitionAnswer> StatisticsAsync(PartitionState state, CancellationToken cancellation)
        => AskAsync(Request(state.Iteration) with { State = Written.By(state.Write, state.Bytes) }, cancellation);

    /// <summary>Has all silos give the memory back. Those that cannot be told do so by themselves, later.</summary>
    public async Task ReleaseAsync()
        => await grains.GetGrain<IPartitionGrain>(_root.KeyIn(_training)).ReleaseAsync()
            .WaitAsync(_longestRelease).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private PartitionRequest Request(int step) => new()
    {
        Training = _training,
        Job = job,
        Argument = options.Argument,
        Step = step,
        Attempts = options.MaximumNumberOfAttempts,
    };

    private async Task<PartitionAnswer> AskAsync(PartitionRequest request, CancellationToken cancellation)
    {
        // Away from the caller's context, which in a program with windows waits for the caller.
        PartitionAnswer answer = await Task.Run(() => PartitionCall.AskAsync(grains, _root, request, cancellation), cancellation).ConfigureAwait(false);
        if (answer.Failure is not null)
            throw new InvalidOperationException(answer.Failure);
        return answer with { NetworkBytes = answer.NetworkBytes + request.Bytes + answer.Content.Length };
    }
}
