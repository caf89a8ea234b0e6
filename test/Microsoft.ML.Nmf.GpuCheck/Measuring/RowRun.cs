using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.GpuCheck.Data;
using Microsoft.ML.Nmf.Torch;
using TorchSharp;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>Measures rows on one engine, device and kind of data, cheap ones first, and sends a message about each.</summary>
internal static class RowRun
{
    /// <summary>A row that is expected to take this many times the seconds of a row is not begun; one that takes them is stopped.</summary>
    public const double HardLimit = 8;

    private const int WarmUps = 2;
    private const int MostIterations = 30;
    private const int TinyRank = 20;

    // Where nothing is known of an algorithm yet, an iteration is expected to reach this share of the rate of large products,
    // and exact least squares to make this many passes.
    private const double ExpectedShare = 0.1;
    private const double ExpectedRate = 1e11;
    private const int ExpectedPasses = 8;

    public static int Run(CommandLine options)
    {
        var clock = Stopwatch.StartNew();
        (string engine, string device, string kind) = (options.Engines.Single(), options.Devices.Single(), options.Data.Single());
        if (engine == "torch" && TorchRuntime.Problem is { } problem)
        {
            Console.WriteLine(problem);
            return 1;
        }

        DeviceRates rates = TorchRuntime.Problem is null ? DeviceRates.Measure(DeviceOf(device)) : DeviceRates.Unknown;
        int? gpu = device == "cuda" ? 0 : null;
        using ComputeEngine compute = engine == "managed" ? new ManagedEngine(Environment.ProcessorCount) : TorchRuntime.Create(gpu, budget: null);
        using DataMatrix data = compute.Load(Matrices.Make(kind, options.Quick, options.Matrix));
        using DataMatrix tiny = compute.Load(Matrices.MakeTiny(kind));
        DataShape shape = DataShape.Of(data.Examples);
        new Ready(shape, rates).Send();

        var measured = new Dictionary<string, (double Seconds, double Operations)>();
        foreach (Row row in options.Rows.OrderBy(row => ExpectedOperations(row, shape)))
        {
            double operations = ExpectedOperations(row, shape);
            double expected = measured.TryGetValue(row.Algorithm, out var before)
                ? before.Seconds * operations / before.Operations
                : operations / (ExpectedShare * (double.IsFinite(rates.OperationsPerSecond) ? rates.OperationsPerSecond : ExpectedRate));
            if (expected > Math.Min(HardLimit * options.Seconds, options.Budget - clock.Elapsed.TotalSeconds))
                continue;
            new Begun(row).Send();
            // A GPU loads libraries and kernels when they are first used, which may take longer than the iterations.
            if (!measured.ContainsKey(row.Algorithm))
            {
                using var work = new Workload(compute, tiny, Algorithm.Of(row.Algorithm), Math.Min(row.Rank, TinyRank));
                work.Solver.Evaluate();
                work.Solver.Advance();
            }

            Measured result = Measure(compute, data, row, options.Seconds, engine == "torch" ? DeviceOf(device) : null);
            measured[row.Algorithm] = (result.Seconds, operations);
            result.Send();
        }

        return 0;
    }

    private static torch.Device DeviceOf(string device) => device == "cuda" ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU;

    private static Measured Measure(ComputeEngine engine, DataMatrix data, Row row, double limit, torch.Device? device)
    {
        var algorithm = Algorithm.Of(row.Algorithm);
        using var work = new Workload(engine, data, algorithm, row.Rank);
        var times = new List<double>();
        var whole = Stopwatch.StartNew();
        do
        {
            DeviceRates.Synchronize(device);
            var clock = Stopwatch.StartNew();
            work.Solver.Evaluate();
            work.Solver.Advance();
            DeviceRates.Synchronize(device);
            times.Add(clock.Elapsed.TotalSeconds);
        }
        while (times.Count < WarmUps + MostIterations && whole.Elapsed.TotalSeconds < limit);

        // Warm-ups are left out, but for the last iteration of a row that had time for no more.
        double[] counted = [.. times.Skip(Math.Min(WarmUps, times.Count - 1)).Order()];
        Cost cost = CostModel.Of(algorithm, DataShape.Of(data.Examples), row.Rank, algorithm.IsExact ? work.CubedSupports() : 0);
        return new Measured(row, counted[counted.Length / 2], times.Count, cost);
    }

    private static double ExpectedOperations(Row row, DataShape data)
    {
        var algorithm = Algorithm.Of(row.Algorithm);
        double solved = (row.Algorithm == "anls" ? data.Columns : 0) + (double)data.Rows;
        return CostModel.Of(algorithm, data, row.Rank, algorithm.IsExact ? ExpectedPasses * solved * row.Rank * row.Rank * row.Rank : 0).Operations;
    }
}
