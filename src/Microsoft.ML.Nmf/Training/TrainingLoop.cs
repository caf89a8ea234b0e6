using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Nmf.Training;

/// <summary>When a training ends.</summary>
/// <param name="MaximumNumberOfIterations">The most iterations, at least 1.</param>
/// <param name="Tolerance">
/// An iteration is below the tolerance when it lowers √objective by no more than this share of what all iterations after the first have lowered it by; 0 makes all
/// the iterations.
/// </param>
/// <param name="IsBudget">Reaching the most iterations is expected; do not warn.</param>
/// <param name="MayRise">
/// An iteration may raise the objective; one is below the tolerance when it changes √objective by no more than that share, up or down.
/// </param>
/// <param name="Patience">Consecutive iterations below the tolerance that are needed to stop.</param>
internal readonly record struct StoppingRule(int MaximumNumberOfIterations, double Tolerance, bool IsBudget = false, bool MayRise = false, int Patience = 1)
{
    /// <summary>
    /// What the last iteration lowered √objective by, as a share of what all after the first have; NaN before the second, and where there is nothing to compare with.
    /// </summary>
    /// <remarks>
    /// A share of the objective itself would end early on text, most of which no topic explains (after 10 iterations of rank 20, with a tenth of the way to go), and
    /// never on data of exactly the rank, whose objective goes to zero. The first iteration is left out because what it lowers depends on the start alone. The root
    /// makes a share of 1e-4 mean 1e-4 of the residual's norm where the objective goes to zero.
    /// </remarks>
    /// <param name="history">The iterations from the start on.</param>
    /// <param name="least">The least objective after the first iteration.</param>
    public static double ShareOf(IReadOnlyList<TrainingIteration> history, double least)
    {
        if (history.Count < 3)
            return double.NaN;
        double all = Root(history[1].Objective) - Root(least);
        return (Root(history[^2].Objective) - Root(history[^1].Objective)) / all;

        static double Root(double objective) => Math.Sqrt(Math.Max(objective, 0));
    }
}

/// <summary>The iterations of any training: evaluate, keep the history, report, stop or go on.</summary>
internal static class TrainingLoop
{
    // A rise of up to this share of the objective, beside the solver's resolution, is rounding. Three larger ones in a row end the training.
    private const double Rounding = 1e-6;
    private const int MostRises = 3;

    /// <summary>Runs a solver to its end.</summary>
    /// <param name="solver">The algorithm, at its start.</param>
    /// <param name="rule">When to stop.</param>
    /// <param name="phase">What is being trained, in a few words.</param>
    /// <param name="monitor">Is told of every iteration, and may stop or cancel.</param>
    /// <exception cref="InvalidOperationException">The objective is not finite.</exception>
    public static TrainingHistory Run(IIterativeSolver solver, StoppingRule rule, string phase, ITrainingMonitor monitor)
    {
        var clock = Stopwatch.StartNew();
        var history = new List<TrainingIteration>();
        int idle = 0, rises = 0;
        double least = double.PositiveInfinity;
        for (int iteration = 0; ; iteration++)
        {
            monitor.CheckAlive();
            (double objective, double divergence) = solver.Evaluate();
            double before = iteration == 0 ? double.NaN : history[^1].Objective;
            TrainingIteration reached = Reach(history, (objective, divergence), clock.Elapsed.TotalSeconds, solver.Remedy);
            monitor.Recorder?.Take(solver, phase, reached, isLast: false);
            monitor.Report(ProgressOf(history, phase, rule.MaximumNumberOfIterations));
            if (iteration > 0)
                least = Math.Min(least, objective);
            double fall = before - objective, share = StoppingRule.ShareOf(history, least);
            bool hasRisen = !rule.MayRise && rule.Tolerance > 0 && -fall > Rounding * Math.Abs(before) + solver.Resolution;
            bool isIdle = iteration > 0 && rule.Tolerance > 0 && !hasRisen && IsIdle(rule, fall, share, solver.Resolution);
            idle = isIdle ? idle + 1 : 0;
            rises = hasRisen ? rises + 1 : 0;
            TrainingEnd? end = idle >= rule.Patience ? TrainingEnd.Converged
                : rises == MostRises ? TrainingEnd.Stalled
                : iteration > 0 ? solver.Finished : null;
            end ??= iteration == rule.MaximumNumberOfIterations ? TrainingEnd.IterationsExhausted : monitor.IsStopRequested ? TrainingEnd.Stopped : null;
            if (end is { } reason)
            {
                var ended = new TrainingHistory(history, reason);
                monitor.Recorder?.Take(solver, phase, reached, isLast: true);
                if (solver.UnsolvedRows is > 0 and long unsolved)
                {
                    monitor.Warn($"{phase}: the steps ran out for {unsolved} of the rows' last least-squares problems, which are not solved exactly. "
                        + "Their columns nearly depend on each other: choose a smaller rank.");
                }

                monitor.Finish(phase, ended, rule);
                return ended;
            }

            monitor.CheckAlive();
            solver.Advance();
        }
    }

    /// <summary>Adds where a training stands to its history.</summary>
    /// <param name="history">The iterations before, from the start on.</param>
    /// <param name="value">The objective and the divergence.</param>
    /// <param name="seconds">Since the first.</param>
    /// <param name="remedy">What to do when the objective is not finite, a sentence.</param>
    /// <exception cref="InvalidOperationException">The objective is not finite.</exception>
    public static TrainingIteration Reach(List<TrainingIteration> history, (double Objective, double Divergence) value, double seconds, string remedy)
    {
        if (!double.IsFinite(value.Objective))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The objective is {value.Objective} after {history.Count} iterations: the factors do not fit float32 any more. {remedy}"));
        }

        var reached = new TrainingIteration { Number = history.Count, Objective = value.Objective, Divergence = value.Divergence, Seconds = seconds };
        history.Add(reached);
        return reached;
    }

    /// <summary>What a training tells about the last of its iterations.</summary>
    public static TrainingProgress ProgressOf(IReadOnlyList<TrainingIteration> history, string phase, int maximumNumberOfIterations)
    {
        TrainingIteration reached = history[^1];
        double before = history.Count == 1 ? double.NaN : history[^2].Objective;
        return new TrainingProgress
        {
            Phase = phase,
            MaximumNumberOfIterations = maximumNumberOfIterations,
            Iteration = reached,
            RelativeDecrease = before == 0 ? 0 : (before - reached.Objective) / Math.Abs(before),
        };
    }

    // What is within the rounding of the factors is no progress either.
    private static bool IsIdle(StoppingRule rule, double fall, double share, double resolution)
        => (rule.MayRise ? Math.Abs(fall) : fall) <= resolution || (rule.MayRise ? Math.Abs(share) : share) <= rule.Tolerance;
}

/// <summary>
/// An algorithm, one iteration at a time. Advance reuses what Evaluate computed, so evaluating before every iteration is nearly free.
/// </summary>
internal interface IIterativeSolver
{
    /// <summary>The objective and the divergence of the present factors.</summary>
    (double Objective, double Divergence) Evaluate();

    /// <summary>Makes one iteration, which must not raise the objective unless the stopping rule allows it.</summary>
    void Advance();

    /// <summary>Why the algorithm itself ends the training; null while it can go on.</summary>
    TrainingEnd? Finished => null;

    /// <summary>Changes of the objective up to this are the rounding of float32 factors.</summary>
    double Resolution { get; }

    /// <summary>What to do when the objective is not finite, a sentence.</summary>
    string Remedy { get; }

    /// <summary>How many rows' last exact least squares ended without the minimiser.</summary>
    long UnsolvedRows => 0;

    /// <summary>Copies where it stands, after an evaluation. What follows gives the same bits with and without.</summary>
    /// <param name="parts">What is wanted besides numbers.</param>
    SolverState ReadState(RecordedParts parts) => new();
}

/// <summary>Follows a training while it runs, and may stop or cancel it.</summary>
internal interface ITrainingMonitor
{
    /// <summary>
    /// Whether the training is to end where it stands. Once true it stays so: later phases end at their start, and the model is whole.
    /// </summary>
    bool IsStopRequested => false;

    /// <summary>Keeps snapshots of the training, or null.</summary>
    TrainingRecorder? Recorder => null;

    /// <summary>Throws when the training has been cancelled. Called at least twice an iteration.</summary>
    void CheckAlive();

    /// <summary>Called after every iteration, and at the start.</summary>
    void Report(TrainingProgress progress);

    /// <summary>Is told of something that went wrong but does not end the training.</summary>
    void Warn(string message)
    {
    }

    /// <summary>Is told of something worth knowing.</summary>
    void Inform(string message)
    {
    }

    /// <summary>Called at the end of a phase.</summary>
    void Finish(string phase, TrainingHistory history, StoppingRule rule);
}
