using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>A training that stops at the iteration which reaches an objective, timed from the loaded matrix on: its start is part of it.</summary>
/// <param name="Seconds">Until the objective was reached; infinite when it was not.</param>
/// <param name="ProcessorSeconds">The same, of all processors together.</param>
/// <param name="Curve">Seconds and objective of every iteration.</param>
internal sealed record TimedFit(double Seconds, double ProcessorSeconds, IReadOnlyList<(double Seconds, double Objective)> Curve)
{
    // Reached far earlier, or not at all.
    private const int MostIterations = 300;

    /// <summary>The objective it ended with.</summary>
    public double Objective => Curve[^1].Objective;

    public bool IsReached => double.IsFinite(Seconds);

    /// <summary>How many iterations it made.</summary>
    public int Iterations => Curve.Count - 1;

    /// <summary>Default options, but for what is to be fitted and when it stops.</summary>
    public static NmfEstimator.Options Options(int rank, double beta, int seed, int iterations = MostIterations)
        => new() { Rank = rank, Beta = beta, Seed = seed, MaximumNumberOfIterations = iterations, Tolerance = 0 };

    /// <summary>Runs it on all processors.</summary>
    public static TimedFit Run(ExampleMatrix examples, NmfEstimator.Options options, double target)
    {
        options.Resolve();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        var monitor = new Monitor(target);
        using (ComputeEngine engine = ComputeEngine.OnProcessor(Environment.ProcessorCount))
            NmfTraining.Run(engine, examples, options, monitor);
        bool isReached = monitor.Curve[^1].Objective <= target;
        double used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        return new TimedFit(isReached ? monitor.Curve[^1].Seconds : double.PositiveInfinity, isReached ? used : double.PositiveInfinity, monitor.Curve);
    }

    /// <summary>The same training's factors, to be judged by somebody else.</summary>
    public static (FactorMatrix Templates, FactorMatrix Activations) Factors(ExampleMatrix examples, NmfEstimator.Options options, double target)
    {
        options.Resolve();
        FactorUnits units = FactorUnits.For(examples, options.InitialTemplates, options.Beta);
        using ComputeEngine engine = ComputeEngine.OnProcessor(Environment.ProcessorCount);
        using DataMatrix data = engine.Load(examples);
        using Factor templates = engine.Allocate(examples.Columns, options.Rank);
        using Factor activations = engine.Allocate(examples.Rows, options.Rank);
        NmfTraining.Run(engine, new FactorPair(data, templates, activations), options.InUnits(units), options.Stopping, new Monitor(target), "NMF", units);
        return (FactorUnits.Multiply(templates.ToMatrix(), units.Templates), FactorUnits.Multiply(activations.ToMatrix(), units.Activations));
    }

    /// <summary>The median seconds of an iteration, and the objective after the last.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    /// <param name="options">How to train, and how many iterations.</param>
    public static (double Seconds, double Objective) Iterate(ComputeEngine engine, ExampleMatrix examples, NmfEstimator.Options options)
    {
        options.Resolve();
        TrainingHistory history = NmfTraining.Run(engine, examples, options, new Monitor(double.NegativeInfinity)).History;
        return (Figures.Median(Figures.Iterations(history)), history.Last.Objective);
    }

    private sealed class Monitor(double target) : ITrainingMonitor
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        public List<(double Seconds, double Objective)> Curve { get; } = [];

        public bool IsStopRequested => Curve.Count > 0 && Curve[^1].Objective <= target;

        public void CheckAlive()
        {
        }

        public void Report(TrainingProgress progress) => Curve.Add((_clock.Elapsed.TotalSeconds, progress.Iteration.Objective));

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
