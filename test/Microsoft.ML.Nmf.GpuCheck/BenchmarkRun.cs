using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Torch;
using TorchSharp;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>Times every algorithm at every rank on every engine, and writes the table.</summary>
internal static class BenchmarkRun
{
    private const int WarmUps = 2;
    private const int MostIterations = 30;
    private const int Pivots = 8;

    // What an iteration takes is guessed at this share of the rate of large products, and not begun where the guess is too far above the seconds of a row.
    private const double GuessedShare = 0.1;
    private const double GuessAbove = 5;

    public static int Run(Options options)
    {
        if (TorchRuntime.Problem is { } problem)
            Console.WriteLine(problem);
        bool hasTorch = TorchRuntime.Problem is null, hasGpu = hasTorch && TorchRuntime.HasCuda();
        var places = new List<(string Engine, string Device)>();
        if (options.Engines.Contains("torch"))
            places.AddRange(options.Devices.Where(device => hasTorch && (device != "cuda" || hasGpu)).OrderByDescending(device => device).Select(device => ("torch", device)));
        if (options.Engines.Contains("managed"))
            places.Add(("managed", "cpu"));

        Dictionary<string, ExampleMatrix> data = [];
        foreach (string kind in options.Data)
            data.Add(kind, kind == "dense" ? Matrices.Dense(options.DenseSize) : Matrices.Sparse(options));
        Dictionary<string, DeviceRates> rates = [];
        foreach (string device in places.Select(place => place.Device).Distinct())
            rates.Add(device, hasTorch ? DeviceRates.Measure(DeviceOf(device)) : new DeviceRates(double.NaN, double.NaN));

        var rows = new List<Measurement>();
        int left = 0;
        foreach ((string engine, string device) in places)
        {
            var clock = Stopwatch.StartNew();
            foreach ((string kind, ExampleMatrix examples) in data)
            {
                using ComputeEngine compute = engine == "managed" ? new ManagedEngine(Environment.ProcessorCount) : TorchRuntime.Create(device == "cuda" ? 0 : null, budget: null);
                using DataMatrix loaded = compute.Load(examples);
                foreach ((int rank, Algorithm algorithm) in options.Ranks.SelectMany(rank => Algorithm.All.Select(algorithm => (rank, algorithm))))
                {
                    if (options.Algorithms.Count > 0 && !options.Algorithms.Contains(algorithm.Key))
                        continue;
                    // The first kind of data may take half of the engine's share; the last, what is left.
                    double share = options.Budget / places.Count * (kind == data.Keys.Last() ? 1 : 1.0 / data.Count);
                    if (clock.Elapsed.TotalSeconds > share || Guess(algorithm, examples, rank) / (GuessedShare * rates[device].OperationsPerSecond) > GuessAbove * options.Seconds)
                    {
                        left++;
                        continue;
                    }

                    Measurement row = Measure(compute, loaded, (kind, engine, device), algorithm, rank, options.Seconds, rates[device]);
                    rows.Add(row);
                    Console.WriteLine(FormattableString.Invariant($"{kind,-6} {algorithm.Key,-8} {rank,4} {engine,-8} {device,-5} {1000 * row.Seconds,10:F2} ms"));
                }
            }
        }

        new Table(options, rates, data, hasGpu).Write(rows, left);
        return 0;
    }

    public static torch.Device DeviceOf(string device) => device == "cuda" ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU;

    private static Measurement Measure(ComputeEngine engine, DataMatrix data, (string Data, string Engine, string Device) place, Algorithm algorithm, int rank, double limit, DeviceRates rates)
    {
        torch.Device? device = place.Engine == "torch" ? DeviceOf(place.Device) : null;
        using var work = new Workload(engine, data, algorithm, rank);
        var times = new List<double>();
        var whole = Stopwatch.StartNew();
        for (int i = 0; i < WarmUps + MostIterations && (times.Count == 0 || whole.Elapsed.TotalSeconds < limit); i++)
        {
            DeviceRates.Synchronize(device);
            var clock = Stopwatch.StartNew();
            work.Solver.Evaluate();
            work.Solver.Advance();
            DeviceRates.Synchronize(device);
            // One that takes longer than a row may is warm enough after the first.
            if (i >= WarmUps || (i > 0 && whole.Elapsed.TotalSeconds > limit))
                times.Add(clock.Elapsed.TotalSeconds);
        }

        times.Sort();
        Cost cost = CostModel.Of(algorithm, data.Examples, rank, algorithm.IsExact ? work.CubedSupports() : 0);
        return new Measurement(place.Data, algorithm, rank, place.Engine, place.Device, times[times.Count / 2], cost, rates.LeastSeconds(cost));
    }

    private static double Guess(Algorithm algorithm, ExampleMatrix examples, int rank)
    {
        double rows = (algorithm.Key == "anls" ? examples.Columns : 0) + (double)examples.Rows;
        return CostModel.Of(algorithm, examples, rank, algorithm.IsExact ? Pivots * rows * rank * rank * rank : 0).Operations;
    }
}
