using System.Reflection;
using Microsoft.ML.Nmf.Orleans;
using Orleans;
using Orleans.Runtime;

namespace Microsoft.ML.Nmf.Tests.Orleans;

/// <summary>A question to a node of the tree whose grain, or whose calls, are lost.</summary>
public class PartitionCallTests
{
    private static readonly PartitionRange _node = new(2, 4, 6);

    [Fact]
    public async Task What_is_lost_is_asked_for_again_and_counted()
    {
        var grain = new LosingGrain([new SiloUnavailableException("gone"), null, PartitionAnswer.Unknown, new TimeoutException(), new PartitionAnswer { Silo = "last" }]);
        PartitionAnswer answer = await Ask(grain, attempts: 5);
        Assert.Equal(("last", 3), (answer.Silo, answer.Repetitions));
        // Asked after twice without a new beginning, since an answer that is not there yet is no loss.
        Assert.Equal(4, grain.Begun);
    }

    [Fact]
    public async Task A_node_that_stays_out_of_reach_ends_the_training_with_what_to_do()
    {
        PartitionAnswer answer = await Ask(new LosingGrain(new object?[9].Select(_ => new SiloUnavailableException("The silo is gone."))), attempts: 2);
        Assert.Equal("Partition 2 of 0 to 5 could not be reached in 2 attempts: The silo is gone. See whether the silos are running, have enough memory for their "
            + "partitions, and call AddNmfTraining.", answer.Failure);
    }

    [Fact]
    public async Task What_fails_for_another_reason_is_not_asked_again()
    {
        var grain = new LosingGrain([new InvalidOperationException("broken")]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ask(grain, attempts: 5));
        Assert.Equal(1, grain.Begun);
    }

    private static Task<PartitionAnswer> Ask(LosingGrain grain, int attempts)
    {
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, OneGrain>();
        ((OneGrain)grains).Grain = grain;
        var request = new PartitionRequest { Training = Guid.NewGuid(), Job = "", Argument = "", Step = 1, Attempts = attempts };
        return PartitionCall.AskAsync(grains, _node, request, CancellationToken.None);
    }

    /// <summary>A cluster that has one grain.</summary>
    public class OneGrain : DispatchProxy
    {
        internal object? Grain { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grain;
    }

    // Gives one of the answers at a time, or throws it; null says that it is not there yet.
    private sealed class LosingGrain(IEnumerable<object?> answers) : IPartitionGrain
    {
        private readonly Queue<object?> _answers = new(answers);

        public int Begun { get; private set; }

        public Task BeginAsync(PartitionRequest request)
        {
            Begun++;
            return Task.CompletedTask;
        }

        public Task<PartitionAnswer?> AnswerAsync(int step)
            => _answers.Dequeue() is var answer && answer is Exception loss ? Task.FromException<PartitionAnswer?>(loss) : Task.FromResult((PartitionAnswer?)answer);

        public Task ReleaseAsync() => Task.CompletedTask;
    }
}
