using System.Globalization;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Tells the context's log and the user's own progress of a training's iterations, stops it when the user asks for that, and cancels it when
/// either the context or the user's other token does.
/// </summary>
internal sealed class HostMonitor(ComponentHost host, LogChannel log, FactorizationOptions options) : ITrainingMonitor
{
    private const int IterationsBetweenFirstLines = 10;

    /// <inheritdoc />
    public bool IsStopRequested => options.StoppingToken.IsCancellationRequested;

    /// <inheritdoc />
    public TrainingRecorder? Recorder => options.Recorder;

    /// <inheritdoc />
    public void CheckAlive()
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        host.CheckAlive();
    }

    /// <inheritdoc />
    public void Report(TrainingProgress step)
    {
        options.Progress?.Report(step);
        TrainingIteration at = step.Iteration;
        if (at.Number == 0)
        {
            log.Info(string.Create(CultureInfo.InvariantCulture, $"{step.Phase} starts at objective {at.Objective:G7}."));
        }
        else if (IsTold(at.Number))
        {
            string direction = step.RelativeDecrease < 0 ? "raised" : "lowered";
            log.Info(string.Create(CultureInfo.InvariantCulture,
                $"{step.Phase} {options.IterationWord(step.Phase)} {at.Number}: objective {at.Objective:G7}, {direction} by ")
                + string.Create(CultureInfo.InvariantCulture, $"{100 * Math.Abs(step.RelativeDecrease):G3} %, {at.Seconds:F1} s."));
        }
    }

    /// <summary>Whether an iteration has a line: every tenth up to 100, then every hundredth up to 1000, and so on.</summary>
    internal static bool IsTold(int iteration)
    {
        long distance = IterationsBetweenFirstLines;
        while (iteration > 10 * distance)
            distance *= 10;
        return iteration % distance == 0;
    }

    /// <inheritdoc />
    public void Warn(string message) => log.Warning(message);

    /// <inheritdoc />
    public void Inform(string message) => log.Info(message);

    /// <inheritdoc />
    public void Finish(string phase, TrainingHistory history, StoppingRule rule)
    {
        TrainingIteration last = history.Last;
        log.Info(string.Create(CultureInfo.InvariantCulture,
            $"{phase} ended after {last.Number} iterations at objective {last.Objective:G7}, {last.Seconds:F1} s: {InWords(history.End, rule)}."));
        if (history.End != TrainingEnd.IterationsExhausted || rule.Tolerance == 0 || rule.IsBudget)
            return;
        double share = StoppingRule.ShareOf(history, history.Skip(1).Min(at => at.Objective));
        log.Warning(string.Create(CultureInfo.InvariantCulture, $"{phase} stopped after {last.Number} iterations without having converged")
            + (double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture,
                $": the last one still {(share < 0 ? "went back" : "made")} {100 * Math.Abs(share):G2} % of the way, the tolerance is {100 * rule.Tolerance:G2} %. ") : ". ")
            + "Raise MaximumNumberOfIterations or Tolerance.");
    }

    private static string InWords(TrainingEnd end, StoppingRule rule) => end switch
    {
        TrainingEnd.Converged => string.Create(CultureInfo.InvariantCulture, $"it has converged to the tolerance of {rule.Tolerance:G2}"),
        TrainingEnd.Stalled => "no step lowers the objective any more",
        TrainingEnd.StoppedEarly => "the loss of the rows that were held out has stopped falling",
        TrainingEnd.Stopped => "it was stopped on request, and the model is as it was then",
        _ => "all iterations are made",
    };
}
