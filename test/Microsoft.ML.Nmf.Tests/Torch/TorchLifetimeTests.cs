using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Torch;
using Microsoft.ML.Nmf.Training;
using TorchSharp;

namespace Microsoft.ML.Nmf.Tests.Torch;

/// <summary>Native memory is nobody's but the engine's to give back. Not beside other tests, whose tensors would be counted with these.</summary>
[Collection("alone")]
public class TorchLifetimeTests
{
    private const int ManyIterations = 10_000;
    private const int Examples = 150;
    private const int Features = 60;

    public static TheoryData<string> Algorithms()
        => ["coordinate descent", "least squares", "multiplicative 2", "multiplicative 1", "multiplicative 0.5", "deep", "neural"];

    [TorchTheory, MemberData(nameof(Algorithms))]
    public void Ten_thousand_iterations_leave_memory_as_it_was(string algorithm)
    {
        using ComputeEngine engine = TorchEngines.Create();
        using DataMatrix data = engine.Load(Build.Sparse(Naive.Random(Examples, Features, 1, 0.3)));
        using var run = new Run(engine, data, algorithm);
        Advance(run, ManyIterations / 10);
        long tensors = torch.Tensor.TotalCount, bytes = ResidentBytes();
        Advance(run, ManyIterations - ManyIterations / 10);
        Assert.Equal(tensors, torch.Tensor.TotalCount);
        // One temporary of the size of the data or of a row's Gram matrices, kept nine thousand times, would be over 150 MB; allocators keep some.
        Assert.InRange(ResidentBytes() - bytes, long.MinValue, 100L << 20);
    }

    [TorchTheory, MemberData(nameof(Trainings))]
    public void A_training_that_ends_releases_every_tensor(string name) => AssertReleases(() =>
    {
        using ComputeEngine engine = TorchEngines.Create();
        Train(engine, name, new QuietMonitor());
    });

    [TorchTheory, MemberData(nameof(Trainings))]
    public void A_training_that_is_cancelled_releases_every_tensor(string name) => AssertReleases(() =>
    {
        using ComputeEngine engine = TorchEngines.Create();
        int checks = 0;
        Assert.Throws<OperationCanceledException>(() => Train(engine, name, new QuietMonitor { IsCancelled = () => ++checks > 15 }));
    });

    [TorchTheory, MemberData(nameof(Trainings))]
    public void A_training_that_does_not_fit_says_so_and_releases_every_tensor(string name) => AssertReleases(() =>
    {
        using ComputeEngine engine = TorchEngines.Create(budget: 30_000);
        InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() => Train(engine, name, new QuietMonitor()));
        Assert.Contains("DeviceMemory", problem.Message);
        Assert.Contains("A factor of", problem.Message);
    });

    [TorchFact]
    public void A_training_whose_objective_is_not_finite_releases_every_tensor() => AssertReleases(() =>
    {
        using ComputeEngine engine = TorchEngines.Create();
        NmfEstimator.Options options = Resolved.Of(new NmfEstimator.Options { Rank = 3, Beta = 3, Initialization = NmfInitialization.Random });
        ExampleMatrix huge = Build.Dense(Naive.Random(40, 20, 1, scale: 1e20));
        Assert.Throws<InvalidOperationException>(() => NmfTraining.Run(engine, huge, options, new QuietMonitor()));
    });

    [TorchFact]
    public void Engines_at_once_keep_the_stricter_settings_and_leave_those_that_were_there()
    {
        int threads = torch.get_num_threads();
        bool tensorFloat32 = torch.backends.cuda.matmul.allow_tf32;
        ComputeEngine first = TorchRuntime.Create(null, TorchEngines.Roomy, threads + 2, allowTensorFloat32: true);
        Assert.Equal((threads + 2, true), (torch.get_num_threads(), torch.backends.cuda.matmul.allow_tf32));
        ComputeEngine second = TorchRuntime.Create(null, TorchEngines.Roomy, threads + 1);
        Assert.Equal((threads + 1, false), (torch.get_num_threads(), torch.backends.cuda.matmul.allow_tf32));
        first.Dispose();
        Assert.Equal((threads + 1, false), (torch.get_num_threads(), torch.backends.cuda.matmul.allow_tf32));
        second.Dispose();
        second.Dispose();
        Assert.Equal((threads, tensorFloat32), (torch.get_num_threads(), torch.backends.cuda.matmul.allow_tf32));
    }

    [TorchFact]
    public void Trainings_that_overlap_on_two_threads_leave_the_settings_of_every_thread_as_they_were()
    {
        using var firstBegan = new ManualResetEventSlim();
        using var secondBegan = new ManualResetEventSlim();
        using var firstEnded = new ManualResetEventSlim();
        int threads = torch.get_num_threads();
        (int Before, int During, int After) first = default, second = default;
        var one = new Thread(() =>
        {
            first.Before = torch.get_num_threads();
            ComputeEngine engine = TorchRuntime.Create(null, TorchEngines.Roomy, threads + 2);
            firstBegan.Set();
            secondBegan.Wait();
            first.During = torch.get_num_threads();
            engine.Dispose();
            first.After = torch.get_num_threads();
            firstEnded.Set();
        });
        var two = new Thread(() =>
        {
            firstBegan.Wait();
            second.Before = torch.get_num_threads();
            ComputeEngine engine = TorchRuntime.Create(null, TorchEngines.Roomy, threads + 1);
            secondBegan.Set();
            firstEnded.Wait();
            second.During = torch.get_num_threads();
            engine.Dispose();
            second.After = torch.get_num_threads();
        });
        one.Start();
        two.Start();
        one.Join();
        two.Join();
        Assert.Equal((threads, threads + 2, threads), first);
        Assert.Equal((threads, threads + 1, threads), second);
        int later = 0;
        var three = new Thread(() => later = torch.get_num_threads());
        three.Start();
        three.Join();
        Assert.Equal((threads, threads), (later, torch.get_num_threads()));
    }

    [TorchTheory, MemberData(nameof(Trainings))]
    public void A_training_does_not_mind_garbage_collections(string name)
    {
        bool isDone = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (int i = 0; i < 3; i++)
            {
                using ComputeEngine engine = TorchEngines.Create();
                Train(engine, name, new QuietMonitor());
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            collector.Join();
        }
    }

    public static TheoryData<string> Trainings() => ["nmf", "kl", "deep", "neural"];

    private static void Train(ComputeEngine engine, string name, ITrainingMonitor monitor)
    {
        ExampleMatrix examples = Build.Sparse(Naive.Random(400, 60, 1, 0.2));
        switch (name)
        {
            case "nmf":
                NmfTraining.Run(engine, examples, Resolved.Of(new NmfEstimator.Options { Rank = 20, MaximumNumberOfIterations = 12, Tolerance = 0 }), monitor);
                break;
            case "kl":
                NmfTraining.Run(engine, examples, Resolved.Of(new NmfEstimator.Options { Rank = 20, Beta = 1, MaximumNumberOfIterations = 12, Tolerance = 0 }), monitor);
                break;
            case "deep":
                DeepNmfTraining.Run(engine, examples, Resolved.Of(new DeepNmfEstimator.Options { Ranks = [20, 5], PretrainingIterations = 12, MaximumNumberOfIterations = 12, Tolerance = 0 }), monitor);
                break;
            default:
                NeuralNmfTraining.Run(engine, examples, Resolved.Of(NeuralData.Options([20, 5], 12).With(o => o.ValidationFraction = 0.1)), monitor);
                break;
        }
    }

    private static void AssertReleases(Action action)
    {
        action();
        // What earlier tests left to the finalizer must not go in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = torch.Tensor.TotalCount;
        action();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static void Advance(Run run, int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            if (i % 10 == 0)
                run.Solver.Evaluate();
            run.Solver.Advance();
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    // A solver and what it needs, for as long as the test lasts.
    private sealed class Run : IDisposable
    {
        private readonly List<IDisposable> _owned = [];

        public Run(ComputeEngine engine, DataMatrix data, string algorithm)
        {
            switch (algorithm)
            {
                case "deep":
                    Factor[] factors =
                    [
                        Own(Build.Factor(engine, Naive.Random(Examples, 2, 1))),
                        Own(Build.Factor(engine, Naive.Random(4, 2, 2))),
                        Own(Build.Factor(engine, Naive.Random(Features, 4, 3))),
                    ];
                    Solver = Own(FactorChain.Create(engine, data, factors.Select(f => new ChainLink(f, false, default)).ToArray(), 2));
                    break;
                case "neural":
                    NeuralNmfEstimator.Options neural = NeuralData.Options([4, 2], 1, optimizer: NeuralNmfOptimizer.ProjectedGradient(1e-3));
                    NeuralProblem problem = Own(new NeuralProblem(engine, Features, 1, neural, classes: 0));
                    problem.Stack.Take([Naive.Random(Features, 4, 1), Naive.Random(4, 2, 2)]);
                    LayerPass pass = Own(new LayerPass(engine, data, neural.Ranks, null, ownsData: false));
                    Solver = Own(new Unevaluated(Own(new NeuralSolver(problem, [pass], null, neural, () => { }))));
                    break;
                default:
                    (FactorUpdate update, double beta) = algorithm switch
                    {
                        "coordinate descent" => (FactorUpdate.CoordinateDescent, 2),
                        "least squares" => (FactorUpdate.LeastSquares, 2),
                        _ => (FactorUpdate.Multiplicative, double.Parse(algorithm.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)),
                    };
                    Factor templates = Own(Build.Factor(engine, Naive.Random(Features, 4, 1)));
                    Factor activations = Own(Build.Factor(engine, Naive.Random(Examples, 4, 2)));
                    Solver = Own(Resolved.Chain(engine, new FactorPair(data, templates, activations), beta, update));
                    break;
            }
        }

        public IIterativeSolver Solver { get; }

        public void Dispose()
        {
            for (int i = _owned.Count - 1; i >= 0; i--)
                _owned[i].Dispose();
        }

        private T Own<T>(T resource)
            where T : IDisposable
        {
            _owned.Add(resource);
            return resource;
        }
    }

    // An epoch needs to be evaluated before the next.
    private sealed class Unevaluated(NeuralSolver solver) : IIterativeSolver, IDisposable
    {
        public double Resolution => solver.Resolution;

        public string Remedy => solver.Remedy;

        public (double Objective, double Divergence) Evaluate() => (0, 0);

        public void Advance()
        {
            solver.Evaluate();
            solver.Advance();
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>Tests that count what the whole process holds.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class AloneCollection;
