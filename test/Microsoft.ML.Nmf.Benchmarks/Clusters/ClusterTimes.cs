using System.Diagnostics;
using System.Globalization;
using SiloHost;

namespace Microsoft.ML.Nmf.Benchmarks.Clusters;

/// <summary>
/// Prints the median time of an iteration and its bytes on clusters of silos, each a process with one thread for its computations, beside the same partitions
/// in this process on one thread, without a cluster.
/// </summary>
internal static class ClusterTimes
{
    private const int Iterations = 15;

    // Linux counts the bytes of the loopback interface, by which silos on one machine talk: those of headers among them.
    private const string Interfaces = "/proc/net/dev";

    /// <summary>Runs it.</summary>
    /// <param name="args">The rows, the features, the rank, the partitions and the most silos, as far as they are given.</param>
    public static async Task<int> Run(string[] args)
    {
        int At(int place, int value) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : value;
        int rows = At(0, 120_000), features = At(1, 20_000), rank = At(2, 20), partitions = At(3, 6), most = At(4, 3);
        string argument = string.Create(CultureInfo.InvariantCulture, $"{rows} {features} {rank} {Iterations} 1");
        Figures.Say($"{rows:N0} × {features:N0}, 20 words a row, rank {rank}, {partitions} partitions, {Environment.ProcessorCount} processors");
        double alone = Alone(argument, partitions);
        Figures.Say($"this process: {alone:F0} ms an iteration");
        for (int silos = 1; silos <= most; silos++)
            await OnSilos(silos, argument, partitions, alone);
        return 0;
    }

    private static double Alone(string argument, int partitions)
    {
        var job = new RandomWordsJob();
        var context = new MLContext(1);
        IPartitionedEstimator<NmfTransformer> estimator = job.CreateEstimator(context, argument);
        TrainingPartition[] parts = [.. Enumerable.Range(0, partitions).Select(i => estimator.OpenPartition(job.OpenPartition(context, i, partitions, argument)))];
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(
            parts.Select(part => part.Sample(new ClusterTrainingOptions().SampleRows / partitions)).Aggregate((sum, next) => sum.Merge(next)));
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (training.Advance(parts.Select(part => part.ComputeStatistics(training.State)).Aggregate((sum, next) => sum.Merge(next))))
        {
            times.Add(clock.Elapsed.TotalMilliseconds);
            clock.Restart();
        }

        foreach (TrainingPartition part in parts)
            part.Dispose();
        return Figures.Median(times);
    }

    private static async Task OnSilos(int silos, string argument, int partitions, double alone)
    {
        await using SiloCluster cluster = await SiloCluster.Start(silos);
        var told = new Told();
        await cluster.Client.TrainAsync(new MLContext(1), new RandomWordsJob(), new ClusterTrainingOptions
        {
            Partitions = partitions,
            Argument = argument,
            Progress = told,
        });
        // The first reads the data into the engine, and the second compiles.
        double milliseconds = Figures.Median(told.Iterations.Skip(2).Select(one => one.Duration.TotalMilliseconds));
        Figures.Say($"{silos} silos: {milliseconds:F0} ms an iteration, {alone / milliseconds:F2} times as fast; {told.Iterations[^1].NetworkBytes:N0} bytes between processes");
        if (told.Loopback.Count > 2)
            Figures.Say($"    with all that goes over the loopback interface {Figures.Median(told.Loopback.Zip(told.Loopback.Skip(1), (before, after) => (double)(after - before))):N0}");
    }

    private sealed class Told : IProgress<ClusterTrainingProgress>
    {
        public List<ClusterTrainingProgress> Iterations { get; } = [];

        public List<long> Loopback { get; } = [];

        public void Report(ClusterTrainingProgress value)
        {
            Iterations.Add(value);
            if (File.Exists(Interfaces) && Array.Find(File.ReadAllLines(Interfaces), line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal)) is { } line)
                Loopback.Add(long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        }
    }
}
