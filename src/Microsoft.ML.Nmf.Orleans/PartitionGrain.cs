using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>Holds one partition of the rows in memory, computes with it, and merges what the nodes below compute.</summary>
/// <remarks>
/// Reentrant, so that a node that is at work can be asked after it and released. It may be idle for as long as the slowest of its siblings computes.
/// </remarks>
[Reentrant, ContiguousPlacement, Immovable, CollectionAgeLimit(Minutes = 60)]
internal sealed class PartitionGrain(ComputeGate gate, ILogger<PartitionGrain> log) : Grain, IPartitionGrain
{
    private const ConfigureAwaitOptions WhateverHappens = ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing;

    // Well below the time after which whoever asks takes the call for lost.
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _released = new();
    private PartitionRange _node;
    private HeldPartition? _held;
    private int? _step;
    private Task<PartitionAnswer> _work = Task.FromResult(PartitionAnswer.Unknown);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _node = PartitionRange.OfKey(this.GetPrimaryKeyString());
        _held = new HeldPartition(_node, gate);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _released.CancelAsync();
        // Where the silo is in a hurry, the collector does it.
        await _held!.ReleaseAsync().WaitAsync(cancellationToken).ConfigureAwait(WhateverHappens);
    }

    public Task BeginAsync(PartitionRequest request)
    {
        bool isDone = _work is { IsCompletedSuccessfully: true, Result: { IsUnknown: false, Failure: null } };
        if (_step != request.Step || (_work.IsCompleted && !isDone))
        {
            _step = request.Step;
            _work = AnswerAsync(request);
        }

        return Task.CompletedTask;
    }

    public async Task<PartitionAnswer?> AnswerAsync(int step)
    {
        if (step != _step)
            return PartitionAnswer.Unknown;
        Task<PartitionAnswer> work = _work;
        await Task.WhenAny(work, Task.Delay(_longestWait));
        return work.IsCompleted ? await work : null;
    }

    public async Task ReleaseAsync()
    {
        await _released.CancelAsync();
        await Task.WhenAll(_node.Below.Select(ReleaseAsync));
        DeactivateOnIdle();
    }

    // One that is lost has nothing to give back.
    private async Task ReleaseAsync(PartitionRange below)
        => await GrainFactory.GetGrain<IPartitionGrain>(below.KeyIn(Training)).ReleaseAsync().ConfigureAwait(WhateverHappens);

    private Guid Training => Guid.ParseExact(this.GetPrimaryKeyString().AsSpan()[..32], "N");

    private async Task<PartitionAnswer> AnswerAsync(PartitionRequest request)
    {
        try
        {
            return await ComputeAsync(request);
        }
        catch (OperationCanceledException) when (_released.IsCancellationRequested)
        {
            return PartitionAnswer.Unknown;
        }
        catch (Exception problem)
        {
            // Sent as text: the client may not have the type of the exception, and nothing that is asked again would go better.
            log.LogError(problem, "{Node} failed.", _node);
            return PartitionAnswer.Failed($"{_node} failed on silo {RuntimeIdentity}. {problem.GetType()}: {problem.Message}");
        }
    }

    private async Task<PartitionAnswer> ComputeAsync(PartitionRequest request)
    {
        // Those below begin first: they need as long as this one does.
        Task<PartitionAnswer>[] below = [.. _node.Below.Select(node => PartitionCall.AskAsync(GrainFactory, node, request, _released.Token))];
        IMergeable merged = await _held!.ComputeAsync(request, _released.Token);
        string[] silos = [RuntimeIdentity];
        long bytes = 0;
        int repetitions = 0;
        foreach (Task<PartitionAnswer> one in below)
        {
            PartitionAnswer answer = await one;
            if (answer.Failure is not null)
                return answer;
            merged = merged.Merge(answer.Content);
            silos = [.. silos.Union(answer.Silos)];
            bytes += answer.NetworkBytes + (answer.Silo == RuntimeIdentity ? 0 : request.Bytes + answer.Content.Length);
            repetitions += answer.Repetitions;
        }

        return new PartitionAnswer
        {
            Content = merged.ToBytes(),
            Silo = RuntimeIdentity,
            Silos = silos,
            NetworkBytes = bytes,
            Repetitions = repetitions,
        };
    }
}
