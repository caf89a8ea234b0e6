using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace SiloHost;

/// <summary>
/// Prints the median time of an iteration, the processors' time that it takes and its bytes, on clusters of silos, each a process with one thread for its
/// computations, beside the same partitions in this process on one thread, without a cluster. The processors' time counts where other work goes on as well.
/// </summary>
internal static class ClusterTimes
{
    private const int Iterations = 30;

    // In the first ones data goes into the engine, and code is compiled.
    private const int Warmup = 10;

    // Linux counts the bytes of the loopback interface, by which silos on one machine talk: those of headers among them.
    private const string Interfaces = "/proc/net/dev";

    /// <summary>Runs it.</summary>
    /// <param name="args">The rows, the features, the rank, the partitions and the most silos, as far as they are given.</param>
    public static async Task Run(string[] args)
    {
        int At(int place, int value) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : value;
        int rows = At(0, 400_000), features = At(1, 20_000), rank = At(2, 20), partitions = At(3, 6), most = At(4, 3);
        string argument = string.Create(CultureInfo.InvariantCulture, $"{rows} {features} {rank} {Iterations} 1");
        Say($"{rows:N0} × {features:N0}, 20 words a row, rank {rank}, {partitions} partitions, {Environment.ProcessorCount} processors");
        (double alone, double processors) = Alone(argument, partitions);
        Say($"this process: {alone:F0} ms an iteration, {processors:F0} ms of processors");
        for (int silos = 1; silos <= most; silos++)
            await OnSilos(silos, argument, partitions, alone);
    }

    private static (double Median, double Processors) Alone(string argument, int partitions)
    {
        var job = new RandomWordsJob();
        var context = new MLContext(1);
        IPartitionedEstimator<NmfTransformer> estimator = job.CreateEstimator(context, argument);
        TrainingPartition[] parts = [.. Enumerable.Range(0, partitions).Select(i => estimator.OpenPartition(job.OpenPartition(context, i, partitions, argument)))];
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(
            parts.Select(part => part.Sample(new ClusterTrainingOptions().SampleRows / partitions)).Aggregate((sum, next) => sum.Merge(next)));
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        TimeSpan first = default;
        while (training.Advance(parts.Select(part => part.ComputeStatistics(training.State)).Aggregate((sum, next) => sum.Merge(next))))
        {
            times.Add(clock.Elapsed.TotalMilliseconds);
            first = times.Count == Warmup ? Environment.CpuUsage.TotalTime : first;
            clock.Restart();
        }

        foreach (TrainingPartition part in parts)
            part.Dispose();
        return (Median(times.Skip(Warmup)), (Environment.CpuUsage.TotalTime - first).TotalMilliseconds / (times.Count - Warmup));
    }

    private static async Task OnSilos(int silos, string argument, int partitions, double alone)
    {
        await using SiloCluster cluster = await SiloCluster.Start(silos);
        var told = new Told { Cluster = cluster };
        await cluster.Client.TrainAsync(new MLContext(1), new RandomWordsJob(), new ClusterTrainingOptions
        {
            Partitions = partitions,
            Argument = argument,
            Progress = told,
        });
        double milliseconds = Median(told.Iterations.Skip(Warmup).Select(one => one.Duration.TotalMilliseconds));
        double processors = (told.Processors[^1] - told.Processors[Warmup]).TotalMilliseconds / (told.Processors.Count - 1 - Warmup);
        Say($"{silos} silos: {milliseconds:F0} ms an iteration, {alone / milliseconds:F2} times as fast, {processors:F0} ms of processors");
        Say($"    {told.Iterations[^1].NetworkBytes:N0} bytes between processes");
        if (told.Loopback.Count > 0)
            Say($"    {Median(told.Loopback.Zip(told.Loopback.Skip(1), (before, after) => (double)(after - before))):N0} bytes over the loopback interface");
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));

    private sealed class Told : IProgress<ClusterTrainingProgress>
    {
        public List<ClusterTrainingProgress> Iterations { get; } = [];

        public required SiloCluster Cluster { get; init; }

        public List<TimeSpan> Processors { get; } = [];

        public List<long> Loopback { get; } = [];

        public void Report(ClusterTrainingProgress value)
        {
            Iterations.Add(value);
            Processors.Add(Cluster.ProcessorTime + Environment.CpuUsage.TotalTime);
            if (File.Exists(Interfaces) && Array.Find(File.ReadAllLines(Interfaces), line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal)) is { } line)
                Loopback.Add(long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        }
    }
}
