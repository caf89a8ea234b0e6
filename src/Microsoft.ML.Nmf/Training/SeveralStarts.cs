using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Trains from several starts, some of them at the same time, and keeps what ends with the least objective.</summary>
internal static class SeveralStarts
{
    /// <summary>Trains from all starts; a training that was stopped on request ends those that have not begun.</summary>
    /// <param name="starts">How many, at least 1.</param>
    /// <param name="together">How many at the same time, at least 1.</param>
    /// <param name="monitor">Is told of every iteration of every start, one at a time.</param>
    /// <param name="train">Trains from a start.</param>
    /// <param name="objectiveOf">What a training ended with.</param>
    /// <returns>The training with the least objective, the first of equal ones.</returns>
    public static T Best<T>(int starts, int together, ITrainingMonitor monitor, Func<int, ITrainingMonitor, T> train, Func<T, double> objectiveOf)
        where T : class
    {
        var ended = new T?[starts];
        var telling = new Lock();
        try
        {
            Parallel.For(0, starts, new() { MaxDegreeOfParallelism = together }, start =>
            {
                if (start == 0 || !monitor.IsStopRequested)
                    ended[start] = train(start, new StartMonitor(monitor, telling, $"start {start + 1} of {starts}"));
            });
        }
        catch (AggregateException several)
        {
            Rethrow(several);
        }

        int best = Enumerable.Range(0, starts).Where(start => ended[start] is not null).MinBy(start => objectiveOf(ended[start]!));
        monitor.Inform(string.Create(CultureInfo.InvariantCulture,
            $"Start {best + 1} of {starts} is kept: it ended at objective {objectiveOf(ended[best]!):G7}, the others at ")
            + string.Join(", ", Enumerable.Range(0, starts).Where(start => start != best && ended[start] is not null)
                .Select(start => objectiveOf(ended[start]!).ToString("G7", CultureInfo.InvariantCulture))) + ".");
        return ended[best]!;
    }

    /// <summary>Throws one of what trainings beside each other threw, as it is; that one was cancelled before what that made fail.</summary>
    [DoesNotReturn]
    public static void Rethrow(AggregateException several)
    {
        IEnumerable<Exception> all = several.Flatten().InnerExceptions;
        ExceptionDispatchInfo.Throw(all.OfType<OperationCanceledException>().FirstOrDefault() ?? all.First());
    }

    private sealed class StartMonitor(ITrainingMonitor monitor, Lock telling, string start) : ITrainingMonitor
    {
        public bool IsStopRequested => monitor.IsStopRequested;

        public void CheckAlive() => monitor.CheckAlive();

        public void Report(TrainingProgress progress)
        {
            lock (telling)
                monitor.Report(progress with { Phase = $"{progress.Phase}, {start}" });
        }

        public void Warn(string message)
        {
            lock (telling)
                monitor.Warn(message);
        }

        public void Inform(string message)
        {
            lock (telling)
                monitor.Inform(message);
        }

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
            lock (telling)
                monitor.Finish($"{phase}, {start}", history, rule);
        }
    }
}
