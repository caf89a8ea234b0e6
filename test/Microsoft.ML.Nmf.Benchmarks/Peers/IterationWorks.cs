using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Children;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>What an iteration takes.</summary>
internal static class IterationWorks
{
    /// <summary>Multiplicative updates from the same start, here, in scikit-learn, and on libtorch through the Torch engine.</summary>
    public static IEnumerable<PeerRow> Multiplicative(PeerSession session, PeerMatrix matrix, int rank, double beta)
    {
        const int Iterations = 22;
        (FactorMatrix templates, FactorMatrix activations, string start) = matrix.StartAt(rank);
        double expected = session.Python.Ask("mirrored", matrix.File, rank, beta, Iterations, start)[0];
        List<double> theirs = [], ours = [], torch = [];
        foreach (int round in session.Rounds)
        {
            theirs.Add(1000 * session.Python.Ask("iteration", matrix.File, rank, beta, Iterations, start)[0]);
            NmfEstimator.Options options = TimedFit.Options(rank, beta, round, Iterations);
            options.Solver = NmfSolver.MultiplicativeUpdates;
            options.InitialTemplates = templates;
            options.InitialActivations = activations;
            using (ComputeEngine engine = ComputeEngine.OnProcessor(Environment.ProcessorCount))
            {
                (double seconds, double objective) = TimedFit.Iterate(engine, matrix.Examples, options);
                ours.Add(1000 * seconds);
                double apart = objective / expected - 1;
                Figures.Say($"scikit-learn {theirs[^1]:F2} ms, here {ours[^1]:F2} ms to {objective:G8}, {apart:E1} from scikit-learn's in the same order");
            }

            if (ChildProcess.Run("torch", matrix.File, $"{rank}", beta.ToString(CultureInfo.InvariantCulture), $"{Iterations}") is [{ Length: > 0 } line])
                torch.Add(double.Parse(line, CultureInfo.InvariantCulture));
        }

        string work = $"{FitWorks.Describe(matrix, rank, beta)}: an iteration of multiplicative updates";
        yield return PeerRow.Of(work, "scikit-learn", "ms", theirs, ours);
        if (torch.Count > 0)
            yield return PeerRow.Of(work, "Torch engine", "ms", torch, ours);
    }

    /// <summary>Two threads beside one.</summary>
    public static IEnumerable<PeerRow> Threads(PeerSession session)
    {
        foreach (int rank in new[] { 20, 50, 100 })
            yield return Of(session.TextMatrix, NmfSolver.Automatic, rank, 2, 30);
        yield return Of(session.Dense, NmfSolver.MultiplicativeUpdates, 50, 2, 30);
        yield return Of(session.Dense, NmfSolver.MultiplicativeUpdates, 50, 1, 15);

        PeerRow Of(PeerMatrix matrix, NmfSolver solver, int rank, double beta, int iterations)
        {
            List<double> one = [], two = [];
            foreach (int round in session.Rounds)
            {
                one.Add(Measure(1));
                two.Add(Measure(2));

                double Measure(int threads)
                {
                    NmfEstimator.Options options = TimedFit.Options(rank, beta, round, iterations);
                    options.Solver = solver;
                    options.Initialization = NmfInitialization.Random;
                    using ComputeEngine engine = ComputeEngine.OnProcessor(threads);
                    return 1000 * TimedFit.Iterate(engine, matrix.Examples, options).Seconds;
                }
            }

            return PeerRow.Of($"{FitWorks.Describe(matrix, rank, beta)}: an iteration with two threads", "one thread", "ms", one, two);
        }
    }

    /// <summary>An epoch of a neural factorization beside an iteration of coordinate descent at its widest rank.</summary>
    public static IEnumerable<PeerRow> NeuralEpoch(PeerSession session)
    {
        const int Iterations = 30;
        int[] ranks = [50, 10];
        ExampleMatrix examples = session.TextMatrix.Examples;
        List<double> iterations = [], epochs = [];
        foreach (int round in session.Rounds)
        {
            using ComputeEngine engine = ComputeEngine.OnProcessor(Environment.ProcessorCount);
            iterations.Add(1000 * TimedFit.Iterate(engine, examples, TimedFit.Options(ranks[0], 2, round, Iterations)).Seconds);
            var options = new NeuralNmfEstimator.Options { Ranks = ranks, MaximumNumberOfIterations = Iterations, Tolerance = 0, Seed = round };
            options.Resolve();
            IReadOnlyList<NeuralNmfEpoch> history = NeuralNmfTraining.Run(engine, examples, options, new Silent()).Epochs;
            epochs.Add(1000 * Figures.Median(history.Zip(history.Skip(1), (before, after) => after.Seconds - before.Seconds)));
            Figures.Say($"an iteration of coordinate descent {iterations[^1]:F2} ms, an epoch {epochs[^1]:F2} ms");
        }

        yield return PeerRow.Of("texts, ranks 50 and 10: a neural epoch", "an iteration of coordinate descent at rank 50", "ms", iterations, epochs);
    }

    private sealed class Silent : ITrainingMonitor
    {
        public void CheckAlive()
        {
        }

        public void Report(TrainingProgress progress)
        {
        }

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
