using System.Globalization;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Tells the context's log and the user's own progress of a training's iterations, and cancels the training when either the context or the user's
/// token asks for it.
/// </summary>
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
        if (at.Number == 0)
        {
            log.Info(string.Create(CultureInfo.InvariantCulture, $"{step.Phase} starts at objective {at.Objective:G7}."));
        }
        else if (at.Number % IterationsBetweenLines == 0)
        {
            log.Info(string.Create(CultureInfo.InvariantCulture,
                $"{step.Phase} iteration {at.Number}: objective {at.Objective:G7}, lowered by {step.RelativeDecrease:P3}, {at.Seconds:F1} s."));
        }
    }

    /// <inheritdoc />
    public void Warn(string message) => log.Warning(message);

    /// <inheritdoc />
    public void Finish(string phase, TrainingHistory history, StoppingRule rule)
    {
        TrainingIteration last = history.Last;
        log.Info(string.Create(CultureInfo.InvariantCulture,
            $"{phase} ended after {last.Number} iterations at objective {last.Objective:G7}, {last.Seconds:F1} s."));
        if (history.Converged || rule.Tolerance == 0 || rule.IsBudget)
            return;
        double fall = (history[^2].Objective - last.Objective) / history[^2].Objective;
        log.Warning(string.Create(CultureInfo.InvariantCulture, $"{phase} stopped after {last.Number} iterations without having converged: the last one still ")
            + string.Create(CultureInfo.InvariantCulture, $"lowered the objective by {fall:G2} of it, the tolerance is {rule.Tolerance:G2}. ")
            + "Raise MaximumNumberOfIterations or Tolerance.");
    }
}
