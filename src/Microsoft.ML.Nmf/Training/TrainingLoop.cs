using System.Diagnostics;

namespace Microsoft.ML.Nmf.Training;

/// <summary>When a training ends.</summary>
/// <param name="MaximumNumberOfIterations">The most iterations, at least 1.</param>
/// <param name="Tolerance">
/// It ends when an iteration lowers the objective by no more than this share of it; 0 makes all the iterations.
/// </param>
/// <param name="IsBudget">Whether running out of iterations is as good an end as any, and nothing to warn of.</param>
/// <param name="MayRise">Whether an iteration may raise the objective; it then ends only when one changes it by no more than the tolerance.</param>
/// <param name="Patience">How many iterations, one after the other, must each lower it by so little.</param>
internal readonly record struct StoppingRule(int MaximumNumberOfIterations, double Tolerance, bool IsBudget = false, bool MayRise = false, int Patience = 1);

/// <summary>The iterations of any training: evaluate, keep the history, report, stop or go on.</summary>
internal static class TrainingLoop
{
    /// <summary>Runs a solver to its end.</summary>
    /// <param name="solver">The solver, at its start.</param>
    /// <param name="rule">When to stop.</param>
    /// <param name="phase">What is being trained, in a few words.</param>
    /// <param name="monitor">What is told of every iteration and may cancel it.</param>
    /// <exception cref="InvalidOperationException">The objective is not finite.</exception>
    public static TrainingHistory Run(IIterativeSolver solver, StoppingRule rule, string phase, ITrainingMonitor monitor)
    {
        var clock = Stopwatch.StartNew();
        var history = new List<TrainingIteration>();
        int idle = 0;
        for (int iteration = 0; ; iteration++)
        {
            monitor.CheckAlive();
            (double objective, double divergence) = solver.Evaluate();
            if (!double.IsFinite(objective))
            {
                throw new InvalidOperationException(
                    $"The objective is {objective} after {iteration} iterations: numbers of the size of this data do not fit float32 under these options. Scale the data to about 1, or choose a beta nearer to the range 0 to 2.");
            }

            double before = iteration == 0 ? double.NaN : history[^1].Objective;
            history.Add(new TrainingIteration(iteration, objective, divergence, clock.Elapsed.TotalSeconds));
            monitor.Report(new TrainingProgress(phase, rule.MaximumNumberOfIterations, history[^1], before == 0 ? 0 : (before - objective) / Math.Abs(before)));
            double fall = rule.MayRise ? Math.Abs(before - objective) : before - objective;
            idle = iteration > 0 && rule.Tolerance > 0 && fall <= rule.Tolerance * Math.Abs(before) ? idle + 1 : 0;
            bool hasConverged = idle >= rule.Patience || (iteration > 0 && solver.IsFinished);
            if (hasConverged || iteration == rule.MaximumNumberOfIterations)
            {
                var ended = new TrainingHistory(history, hasConverged);
                monitor.Finish(phase, ended, rule);
                return ended;
            }

            monitor.CheckAlive();
            solver.Advance();
        }
    }
}

/// <summary>
/// One step of a training at a time. What an evaluation computes on the way, the step after it uses: evaluating before every
/// step costs little more than not evaluating at all.
/// </summary>
internal interface IIterativeSolver
{
    /// <summary>The objective and the divergence where the solver stands.</summary>
    (double Objective, double Divergence) Evaluate();

    /// <summary>Makes one iteration, which must not raise the objective unless the stopping rule allows it.</summary>
    void Advance();

    /// <summary>Whether further iterations would change nothing, or nothing for the better.</summary>
    bool IsFinished => false;
}

/// <summary>What a training talks to while it runs.</summary>
internal interface ITrainingMonitor
{
    /// <summary>Throws when the training has been cancelled. Called at least twice an iteration.</summary>
    void CheckAlive();

    /// <summary>Takes note of an iteration.</summary>
    void Report(TrainingProgress progress);

    /// <summary>Takes note of the end of a phase.</summary>
    void Finish(string phase, TrainingHistory history, StoppingRule rule);
}
