using System.Globalization;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Passes a training's iterations on to the context's log and to the user's own progress, and either's cancellation to the training.</summary>
internal sealed class HostMonitor(ComponentHost host, LogChannel log, FactorizationOptions options) : ITrainingMonitor
{
    private const int IterationsBetweenLines = 10;

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
        if (at.Iteration == 0)
            log.Info(string.Create(CultureInfo.InvariantCulture, $"{step.Phase} starts at objective {at.Objective:G7}."));
        else if (at.Iteration % IterationsBetweenLines == 0)
            log.Info(string.Create(CultureInfo.InvariantCulture, $"{step.Phase} iteration {at.Iteration}: objective {at.Objective:G7}, lowered by {step.RelativeDecrease:P3}, {at.Seconds:F1} s."));
    }

    /// <inheritdoc />
    public void Finish(string phase, TrainingHistory history, StoppingRule rule)
    {
        TrainingIteration last = history.Last;
        log.Info(string.Create(CultureInfo.InvariantCulture, $"{phase} ended after {last.Iteration} iterations at objective {last.Objective:G7}, {last.Seconds:F1} s."));
        if (history.Converged || rule.Tolerance == 0 || rule.IsBudget)
            return;
        double before = history[^2].Objective;
        log.Warning(string.Create(CultureInfo.InvariantCulture,
            $"{phase} stopped after {last.Iteration} iterations without having converged: the last one still lowered the objective by {(before - last.Objective) / before:G2} of it, the tolerance is {rule.Tolerance:G2}. Raise MaximumNumberOfIterations or Tolerance."));
    }
}
