using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Benchmarks.Comparisons;

/// <summary>What an epoch of a neural factorization costs, primitive by primitive, and how far 50 epochs come.</summary>
internal static class NeuralCost
{
    private const int EpochsOfInterest = 50;

    public static int Run(IDataView features, string[] args)
    {
        int[] ranks = [.. (args.Length > 0 ? args[0] : "50,10").Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        int epochs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
        ExampleMatrix examples = ExampleReader.Read(features, FeatureColumn.Find(features, WordFeatures.Words), null, ReadingPlan.Plain, () => { }).Examples;
        using var engine = new MeasuredEngine(new ManagedEngine(Environment.ProcessorCount));
        var options = new NeuralNmfEstimator.Options { Ranks = ranks, MaximumNumberOfIterations = epochs, Tolerance = 0, Seed = 1 };
        options.Resolve();
        NeuralNmfResult result = NeuralNmfTraining.Run(engine, examples, options, new Monitor(engine));

        IReadOnlyList<NeuralNmfEpoch> history = result.Epochs;
        double[] seconds = [.. history.Zip(history.Skip(1), (before, after) => after.Seconds - before.Seconds)];
        double total = history[^1].Seconds - history[0].Seconds;
        int done = history.Count - 1, near = Math.Min(EpochsOfInterest, done);
        double pretraining = result.Phases.SkipLast(1).Sum(p => p.History.Last.Seconds), loss = history[^1].Loss;
        Figures.Say($"{examples.Rows:N0} × {examples.Columns:N0}, ranks {string.Join(", ", ranks)}:");
        Figures.Say($"{1000 * Figures.Median(seconds):F1} ms an epoch, median of {done}; pre-training {pretraining:F1} s");
        double iteration = Figures.Median(Figures.Iterations(Flat(features, ranks[0])));
        Figures.Say($"an iteration of Nmf at rank {ranks[0]}: {1000 * iteration:F1} ms; an epoch costs {Figures.Median(seconds) / iteration:F1} of them");
        Figures.Say($"the loss after {near} epochs ({seconds.Take(near).Sum():F1} s) is {history[near].Loss / loss:F4} of that after {done} ({total:F1} s)");
        Figures.Say($"the loss after {done} epochs is {loss / history[0].Loss:F4} of that of the start");
        Figures.Say($"| primitive | calls an epoch | ms an epoch | share |");
        Figures.Say($"|---|---|---|---|");
        double measured = 0;
        foreach ((string primitive, int calls, TimeSpan time) in engine.Measured)
        {
            measured += time.TotalSeconds;
            Figures.Say($"| {primitive} | {(double)calls / done:F1} | {time.TotalMilliseconds / done:F2} | {time.TotalSeconds / total:P1} |");
        }

        Figures.Say($"| everything else | | {1000 * (total - measured) / done:F2} | {(total - measured) / total:P1} |");
        return 0;
    }

    private static TrainingHistory Flat(IDataView features, int rank) => new MLContext(1).Transforms.Nmf(new NmfEstimator.Options
    {
        OutputColumnName = "Topics",
        InputColumnName = WordFeatures.Words,
        Rank = rank,
        MaximumNumberOfIterations = 50,
        Tolerance = 0,
        Seed = 1,
    }).Fit(features).Model.History;

    // Every phase begins anew, so that what is left is the last one.
    private sealed class Monitor(MeasuredEngine engine) : ITrainingMonitor
    {
        public void CheckAlive()
        {
        }

        public void Report(TrainingProgress progress)
        {
            if (progress.Iteration.Number == 0)
                engine.Reset();
        }

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
