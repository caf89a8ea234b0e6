using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What a training from statistics ends with.</summary>
/// <param name="Statistics">The statistics of all rows.</param>
/// <param name="History">The passes.</param>
/// <param name="Recorder">Is told of the order of the topics; null for nobody.</param>
internal sealed record StreamedResult(TrainingStatistics Statistics, TrainingHistory History, TrainingRecorder? Recorder = null);

/// <summary>Trains templates on rows in batches, from their start to the end, and writes checkpoints on the way.</summary>
internal static class StreamedTraining
{
    /// <summary>Iterations on the first rows alone, where each comes far, and where each is a multiplicative update.</summary>
    public const int FewIterations = 10;

    /// <inheritdoc cref="FewIterations" />
    public const int ManyIterations = 30;

    /// <summary>Trains on rows in batches, from the start or from where another training ended.</summary>
    /// <param name="plan">What is trained.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="input">The rows.</param>
    /// <param name="options">Resolved options.</param>
    /// <param name="monitor">Is told of every pass.</param>
    public static T Fit<T>(StreamedPlan<T> plan, ComputeEngine engine, StreamedInput<T> input, FactorizationOptions options, ITrainingMonitor monitor)
        where T : class
    {
        ExampleBatch first = input.Rows.Sample;
        (IReadOnlyList<FactorMatrix> start, TrainingStatistics? before) = input.Previous is { } previous
            ? plan.GoOnFrom(previous, monitor.Warn) : (plan.Start(engine, first.Examples, first.Labels, monitor), null);
        using StreamedModel model = plan.Create(engine, first.Examples, start, isLifted: input.Previous is null);
        GoingOn.CheckFits(before, model.CreateStatistics());
        model.Prepare(first);
        Action<StreamedResult>? save = input.Save is { } write ? trained => write(plan.Make(model, trained, input.Previous, keepsStatistics: true)) : null;
        StreamedResult trained = Run(engine, model, input.Rows, before, options, plan.Phase, monitor, save);
        return plan.Make(model, trained, input.Previous, options.KeepStatistics);
    }

    /// <summary>Passes over the rows until the options say that it is enough.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The templates.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="before">Statistics of other rows, as often as they are to count; null for none.</param>
    /// <param name="options">Resolved options.</param>
    /// <param name="phase">What is trained, in a few words.</param>
    /// <param name="monitor">Is told of every pass.</param>
    /// <param name="save">Writes a checkpoint; null for none.</param>
    public static StreamedResult Run(
        ComputeEngine engine, StreamedModel model, StreamedRows rows, TrainingStatistics? before, FactorizationOptions options, string phase,
        ITrainingMonitor monitor, Action<StreamedResult>? save)
    {
        using var solver = new StreamedSolver(engine, model, rows, before, monitor);
        if (save is not null)
            solver.BatchEnded += Checkpoint;
        TrainingHistory history = TrainingLoop.Run(solver, options.Stopping with { MayRise = true, IsBudget = true }, phase, monitor);
        return new StreamedResult(solver.Statistics, history, monitor.Recorder);

        void Checkpoint(long batches)
        {
            if (batches % options.CheckpointInterval == 0)
                save(new StreamedResult(solver.Statistics, new TrainingHistory(solver.History, TrainingEnd.Stopped)));
        }
    }

    /// <summary>The options of the training of the first rows alone, whose templates a training in batches starts from.</summary>
    /// <param name="options">Resolved options.</param>
    /// <param name="iterations">How many iterations it makes.</param>
    public static T ForStart<T>(T options, int iterations)
        where T : FactorizationOptions
    {
        var start = (T)options.Copy();
        start.BatchSize = null;
        start.MaximumNumberOfIterations = iterations;
        return start;
    }

    /// <summary>Hears of cancelling and stopping, and tells nobody of the iterations of a start.</summary>
    public static ITrainingMonitor Quietly(ITrainingMonitor monitor) => new QuietMonitor(monitor);

    private sealed class QuietMonitor(ITrainingMonitor monitor) : ITrainingMonitor
    {
        public bool IsStopRequested => monitor.IsStopRequested;

        public void CheckAlive() => monitor.CheckAlive();

        public void Report(TrainingProgress progress)
        {
        }

        public void Warn(string message) => monitor.Warn(message);

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
            => monitor.Inform(FormattableString.Invariant($"{phase} of the first rows alone: {history.Last.Number} iterations."));
    }
}
