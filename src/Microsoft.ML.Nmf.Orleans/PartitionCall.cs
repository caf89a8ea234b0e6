using System.Globalization;
using System.Net.Sockets;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>
/// One question to a node of the tree, asked by the node above it or by the client until it is answered. What is lost with a silo is asked for again where the
/// grain lives next, and only that: the other nodes remember their answers.
/// </summary>
internal static class PartitionCall
{
    /// <summary>Says, with a request, that the partition was lost before, so that it is placed where there is room.</summary>
    public const string IsRepeatedKey = "Microsoft.ML.Nmf.IsRepeated";

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    // A call through a silo that is lost would else wait for Orleans' own timeout. Longer for what is large, and each time, for what is only long on its way.
    private static readonly TimeSpan _firstPatience = TimeSpan.FromSeconds(5);

    // Of templates, while the statistics are on their way, which are twice as large or more.
    private const long BytesASecond = 2 << 20;

    /// <summary>Asks a node, and waits for its answer.</summary>
    /// <param name="grains">Where grains are found.</param>
    /// <param name="node">The node.</param>
    /// <param name="request">What it is asked.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<PartitionAnswer> AskAsync(IGrainFactory grains, PartitionRange node, PartitionRequest request, CancellationToken cancellation)
    {
        bool isBegun = false;
        TimeSpan pause = _firstPause, patience = _firstPatience + TimeSpan.FromSeconds(request.Bytes / BytesASecond);
        for (int repetitions = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            Exception? loss = null;
            try
            {
                // The proxy is made anew, because one keeps what it has learned of the cluster's grains.
                IPartitionGrain grain = grains.GetGrain<IPartitionGrain>(node.KeyIn(request.Training));
                if (!isBegun)
                {
                    RequestContext.Set(IsRepeatedKey, repetitions > 0);
                    await grain.BeginAsync(request).WaitAsync(patience, cancellation);
                    isBegun = true;
                }

                PartitionAnswer? answer = await grain.AnswerAsync(request.Step).WaitAsync(patience, cancellation);
                if (answer is null)
                    continue;
                if (!answer.IsUnknown)
                    return answer with { Repetitions = answer.Repetitions + repetitions };
            }
            catch (Exception problem) when (IsLoss(problem))
            {
                loss = problem;
            }

            isBegun = false;
            if (++repetitions >= request.Attempts)
                return PartitionAnswer.Failed(OutOfReach(node, repetitions, loss));
            await Task.Delay(pause, cancellation);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, _longestPause.Ticks));
            patience = TimeSpan.FromTicks(Math.Min(2 * patience.Ticks, IPartitionGrain.LongestCall.Ticks));
        }
    }

    /// <summary>Whether an exception says that a silo or the way to it is lost, and nothing about the work.</summary>
    public static bool IsLoss(Exception problem) => problem is OrleansException or TimeoutException or IOException or SocketException;

    private static string OutOfReach(PartitionRange node, int attempts, Exception? loss)
        => string.Create(CultureInfo.InvariantCulture, $"{node} could not be reached in {attempts} attempts")
            + (loss is null ? ", because the silos that opened it were lost each time" : $": {loss.Message.TrimEnd('.')}")
            + ". See whether the silos are running, have enough memory for their partitions, and call AddNmfTraining.";
}
