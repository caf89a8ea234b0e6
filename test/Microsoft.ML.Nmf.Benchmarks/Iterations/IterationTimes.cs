using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.GpuCheck.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Iterations;

/// <summary>
/// Prints the median time of a training iteration of every algorithm. Names only the library's public API, so that the same source builds against two versions
/// of it; see README.md.
/// </summary>
internal static class IterationTimes
{
    // Gives 1.72 million entries.
    private const double WordsPerText = 28.6;

    // In the order in which they are run; deep and neural have three layers, of which the given rank is the widest.
    private static readonly string[] _algorithms = ["cd", "mu", "kl", "half", "deep", "neural"];

    /// <summary>The entry point where this is all that is built.</summary>
    public static int Main(string[] args)
    {
        string[] data = ["sparse", "dense"], algorithms = _algorithms, ranks = ["20", "50"];
        int rounds = 3;
        double seconds = 3;
        if (args.Length % 2 != 0)
            return Fail("iterations takes pairs of an option and its value.");
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = args[i + 1];
            switch (args[i])
            {
                case "--data": data = value.Split(','); break;
                case "--algorithms": algorithms = value.Split(','); break;
                case "--ranks": ranks = value.Split(','); break;
                case "--rounds": rounds = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "--seconds": seconds = double.Parse(value, CultureInfo.InvariantCulture); break;
                default: return Fail($"There is no option {args[i]}.");
            }
        }

        if (algorithms.Except(_algorithms).FirstOrDefault() is { } unknown)
            return Fail($"There is no algorithm {unknown}: {string.Join(", ", _algorithms)}.");
        Console.WriteLine("data\talgorithm\tranks\tms an iteration\tfastest\titerations");
        foreach (string kind in data)
        {
            IDataView view = View(kind);
            foreach (string rank in ranks)
            {
                int[] layers = Layers(int.Parse(rank, CultureInfo.InvariantCulture));
                foreach (string algorithm in algorithms)
                {
                    double[] times = [.. Enumerable.Range(0, rounds).SelectMany(round => Fit(view, algorithm, layers, seconds, round)).Order()];
                    string shape = string.Join(',', algorithm is "deep" or "neural" ? layers : layers[..1]);
                    double median = 1000 * times[times.Length / 2];
                    Console.WriteLine(FormattableString.Invariant($"{kind}\t{algorithm}\t{shape}\t{median:F2}\t{1000 * times[0]:F2}\t{times.Length}"));
                }
            }
        }

        return 0;
    }

    private static int Fail(string problem)
    {
        Console.Error.WriteLine(problem);
        return 1;
    }

    // 50, 20, 8 and 20, 8, 4.
    private static int[] Layers(int rank) => [rank, 2 * rank / 5, Math.Max(4 * rank / 25, 4)];

    // The seconds of the iterations of one training, without the first one.
    private static double[] Fit(IDataView view, string algorithm, int[] layers, double seconds, int seed)
    {
        using var stop = new CancellationTokenSource();
        var watch = new Watch(stop, seconds);
        try
        {
            Estimator(new MLContext(seed), algorithm, layers, watch, stop.Token, seed).Fit(view);
        }
        catch (OperationCanceledException)
        {
        }

        return watch.Iterations();
    }

    private static IEstimator<ITransformer> Estimator(MLContext context, string algorithm, int[] layers, Watch watch, CancellationToken token, int seed)
        => algorithm switch
        {
            "deep" => context.Transforms.DeepNmf(new DeepNmfEstimator.Options
            {
                OutputColumnName = "Activations",
                InputColumnName = nameof(Row.Features),
                Ranks = layers,
                Initialization = LayerInitialization.Random,
                MaximumNumberOfIterations = Watch.MostIterations,
                Tolerance = 0,
                Seed = seed,
                Engine = TrainingEngine.Managed,
                Progress = watch,
                CancellationToken = token,
            }),
            // Pre-trained a little: activations of a random start have hardly any zeros, and least squares then cost far more than in a real training.
            "neural" => context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
            {
                OutputColumnName = "Activations",
                InputColumnName = nameof(Row.Features),
                Ranks = layers,
                PretrainingIterations = 5,
                MaximumNumberOfIterations = Watch.MostIterations,
                Tolerance = 0,
                Seed = seed,
                Engine = TrainingEngine.Managed,
                Progress = watch,
                CancellationToken = token,
            }),
            _ => context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Activations",
                InputColumnName = nameof(Row.Features),
                Rank = layers[0],
                Beta = algorithm switch { "kl" => 1, "half" => 0.5, _ => 2 },
                Solver = algorithm == "cd" ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates,
                Initialization = NmfInitialization.Random,
                MaximumNumberOfIterations = Watch.MostIterations,
                Tolerance = 0,
                Seed = seed,
                Engine = TrainingEngine.Managed,
                Progress = watch,
                CancellationToken = token,
            }),
        };

    // Rows are made once; every training reads them from memory.
    private static IDataView View(string kind)
    {
        int columns = kind == "dense" ? 2000 : 18_619;
        Row[] rows = kind switch
        {
            "dense" => [.. RandomRows.Dense(4000, columns).Select(values => new Row { Features = new(columns, values) })],
            "sparse" => [.. RandomRows.Texts(60_237, columns, WordsPerText)
                .Select(text => new Row { Features = new(columns, text.Values.Length, text.Values, text.Columns) })],
            _ => throw new ArgumentException($"There is no data named {kind}."),
        };
        Console.Error.WriteLine(FormattableString.Invariant($"{kind}: {rows.Length} × {columns}, {rows.Sum(row => row.Features.GetValues().Length)} entries"));
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        return new MLContext(1).Data.LoadFromEnumerable(rows, schema);
    }

    private sealed class Row
    {
        public VBuffer<float> Features { get; set; }
    }

    /// <summary>Takes note of when the iterations of the last phase ended, and ends the training when there are enough of them.</summary>
    private sealed class Watch(CancellationTokenSource stop, double seconds) : IProgress<TrainingProgress>
    {
        public const int MostIterations = 60;

        // One that is not counted and two that are.
        private const int FewestIterations = 3;

        private readonly List<double> _ends = [];

        public void Report(TrainingProgress value)
        {
            if (value.Iteration.Number == 0)
                _ends.Clear();
            _ends.Add(value.Iteration.Seconds);
            // Pre-training has fewer iterations than the phase that is timed.
            bool isTimed = value.MaximumNumberOfIterations == MostIterations;
            if (isTimed && value.Iteration.Number >= FewestIterations && value.Iteration.Seconds > seconds)
                stop.Cancel();
        }

        public double[] Iterations() => [.. _ends.Skip(1).Zip(_ends.Skip(2), (before, after) => after - before)];
    }
}
