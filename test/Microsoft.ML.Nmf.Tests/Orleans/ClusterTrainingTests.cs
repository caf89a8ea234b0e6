using Microsoft.ML.Nmf.Orleans;
using Orleans.Runtime;
using SiloHost;

namespace Microsoft.ML.Nmf.Tests.Orleans;

/// <summary>Trainings on silos in processes of their own, which they share but where one is killed.</summary>
[Collection("alone")]
public sealed class ClusterTrainingTests(ClusterTrainingTests.ThreeSilos silos) : IClassFixture<ClusterTrainingTests.ThreeSilos>
{
    private const string Argument = "600 30 12";
    private const int Partitions = 6;
    private const int LastSilo = 2;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Six_partitions_on_one_silo_and_on_three_are_the_same_bits()
    {
        await using SiloCluster one = await SiloCluster.Start(1);
        var onOne = new Recorded();
        var onThree = new Recorded();
        float[] ofOne = await Train(one, onOne), ofThree = await Train(silos.Cluster, onThree);
        Assert.Equal(ofOne, ofThree);
        Assert.All(onOne.Iterations, iteration => Assert.Equal(1, iteration.Silos));
        Assert.All(onThree.Iterations, iteration => Assert.Equal(3, iteration.Silos));
        // Three edges of the tree are between silos, 1–2, 1–3 and 0–4; that to the client is there in both.
        Assert.Equal(4 * onOne.Iterations[^1].NetworkBytes, onThree.Iterations[^1].NetworkBytes);
    }

    [Fact]
    public async Task A_cluster_trains_what_one_machine_trains_on_all_rows_at_once()
    {
        var job = new GeneratedRowsJob();
        var context = new MLContext(1);
        IPartitionedEstimator<NmfTransformer> estimator = job.CreateEstimator(context, Argument);
        using TrainingPartition rows = estimator.OpenPartition(job.OpenPartition(context, 0, 1, Argument));
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(rows.Sample((int)rows.Rows));
        while (training.Advance(rows.ComputeStatistics(training.State)))
        {
        }

        var recorded = new Recorded();
        float[] expected = Values(training.Finish()), actual = await Train(silos.Cluster, recorded);
        float scale = expected.Max();
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, 1e-5));
        Assert.Equal(training.History.Select(at => at.Number), recorded.Iterations.Select(at => at.Iteration.Number));
        Assert.All(training.History.Zip(recorded.Iterations), pair => Assert.Equal(1, pair.Second.Iteration.Objective / pair.First.Objective, 1e-5));
    }

    [Fact]
    public async Task A_silo_that_is_killed_in_the_fifth_iteration_changes_no_bit()
    {
        await using SiloCluster cluster = await SiloCluster.Start(3);
        var recorded = new Recorded { OnIteration = iteration => KillAfter(4, iteration, cluster) };
        float[] templates = await Train(cluster, recorded);
        Assert.Equal(3, recorded.Iterations[4].Silos);
        Assert.Equal(2, recorded.Iterations[5].Silos);
        Assert.True(recorded.Iterations[5].Repetitions > 0);
        Assert.Equal(await Train(silos.Cluster, new Recorded()), templates);
    }

    [Fact]
    public async Task A_partition_that_cannot_be_opened_is_named_with_the_reason_and_not_tried_again()
    {
        var recorded = new Recorded();
        InvalidOperationException problem = await Assert.ThrowsAsync<InvalidOperationException>(() => Train(silos.Cluster, recorded, $"{Argument} 4"));
        Assert.StartsWith("Partition 4 of 0 to 5 failed on silo ", problem.Message);
        Assert.EndsWith("System.IO.FileNotFoundException: There is no such part of the rows.", problem.Message);
        Assert.Empty(recorded.Iterations);
        await AssertReleased(silos.Cluster);
    }

    [Fact]
    public async Task Cancelling_ends_the_training_and_gives_the_memory_back()
    {
        using var cancellation = new CancellationTokenSource();
        var recorded = new Recorded { OnIteration = iteration => CancelAfter(3, iteration, cancellation) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Train(silos.Cluster, recorded, cancellation: cancellation.Token));
        Assert.Equal(3, recorded.Iterations[^1].Iteration.Number);
        await AssertReleased(silos.Cluster);
    }

    [Fact]
    public async Task A_job_that_silos_cannot_make_is_refused_with_what_to_do()
    {
        ArgumentException problem = await Assert.ThrowsAsync<ArgumentException>(
            () => silos.Cluster.Client.TrainAsync(new MLContext(1), new HiddenJob(), new ClusterTrainingOptions()));
        Assert.Contains("Make it a public class", problem.Message);
        InvalidOperationException missing = Assert.Throws<InvalidOperationException>(() => JobType.Load("Nothing.Here, NoAssembly"));
        Assert.Contains("Have every silo's program refer to the assembly of the job", missing.Message);
        Assert.Contains("does not implement IClusterJob", Assert.Throws<InvalidOperationException>(() => JobType.Load("System.String, System.Runtime")).Message);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var options = new ClusterTrainingOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Partitions = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.SampleRows = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaximumNumberOfAttempts = 1001);
        Assert.Throws<ArgumentNullException>(() => options.Argument = null!);
        Assert.Equal((1, 4096, 20, ""), (options.Partitions, options.SampleRows, options.MaximumNumberOfAttempts, options.Argument));
    }

    private static async Task<float[]> Train(
        SiloCluster cluster, Recorded recorded, string argument = Argument, CancellationToken cancellation = default)
    {
        var options = new ClusterTrainingOptions
        {
            Partitions = Partitions,
            Argument = argument,
            Progress = recorded,
        };
        NmfTransformer trained = await cluster.Client.TrainAsync(new MLContext(1), new GeneratedRowsJob(), options, cancellation);
        return Values(trained);
    }

    private static float[] Values(NmfTransformer trained) => [.. trained.Model.Templates.Values];

    // Orleans counts the grains of each class.
    private static async Task AssertReleased(SiloCluster cluster)
    {
        IManagementGrain management = cluster.Client.GetGrain<IManagementGrain>(0);
        DateTime latest = DateTime.UtcNow + _patience;
        int left;
        do
        {
            await Task.Delay(100);
            SimpleGrainStatistic[] grains = await management.GetSimpleGrainStatistics();
            left = grains.Where(grain => grain.GrainType.Contains(nameof(PartitionGrain), StringComparison.Ordinal)).Sum(grain => grain.ActivationCount);
        }
        while (left > 0 && DateTime.UtcNow < latest);
        Assert.Equal(0, left);
    }

    private static void KillAfter(int number, ClusterTrainingProgress iteration, SiloCluster cluster)
    {
        if (iteration.Iteration.Number == number)
            cluster.Kill(LastSilo);
    }

    private static void CancelAfter(int number, ClusterTrainingProgress iteration, CancellationTokenSource cancellation)
    {
        if (iteration.Iteration.Number == number)
            cancellation.Cancel();
    }

    /// <summary>Three silos.</summary>
    public sealed class ThreeSilos : IAsyncLifetime
    {
        internal SiloCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync() => Cluster = await SiloCluster.Start(3);

        public async Task DisposeAsync() => await Cluster.DisposeAsync();
    }

    private sealed class Recorded : IProgress<ClusterTrainingProgress>
    {
        public List<ClusterTrainingProgress> Iterations { get; } = [];

        public Action<ClusterTrainingProgress> OnIteration { get; init; } = _ => { };

        public void Report(ClusterTrainingProgress value)
        {
            Iterations.Add(value);
            OnIteration(value);
        }
    }

    private sealed class HiddenJob : IClusterJob<NmfTransformer>
    {
        public IPartitionedEstimator<NmfTransformer> CreateEstimator(MLContext context, string argument) => throw new NotSupportedException();

        public IDataView OpenPartition(MLContext context, int partition, int partitions, string argument) => throw new NotSupportedException();
    }
}
