using System.Collections.Concurrent;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Ranks;

/// <summary>Ranks are compared as a user compares them.</summary>
public class RankComparisonTests
{
    private const int Features = 60;
    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData(3, 2)]
    [InlineData(6, 1)]
    [InlineData(9, 2)]
    public void The_planted_rank_is_recommended(int planted, double beta)
    {
        NmfRankComparison comparison = _context.Transforms.CompareNmfRanks(View(beta == 1 ? Counts(planted, planted) : Planted(planted, planted)), new NmfRankComparison.Options
        {
            Nmf = new() { InputColumnName = "Features", Beta = beta, Seed = 1 },
            Ranks = [2, 3, 5, 6, 7, 8, 9, 10, 12],
            NumberOfStarts = 0,
            NumberOfRepetitions = 1,
        });
        Assert.True(planted == comparison.RecommendedRank, comparison.ToString());
        Assert.Contains($"Rank {planted} is recommended", comparison.Reason);
    }

    [Fact]
    public void Numbers_do_not_depend_on_threads_and_memory()
    {
        double[,] x = Planted(4, 11);
        string[] tables = [.. new (int Threads, long? Memory)[] { (1, null), (4, null), (3, 1) }.Select(run => _context.Transforms.CompareNmfRanks(View(x), new NmfRankComparison.Options
        {
            Nmf = new() { InputColumnName = "Features", Seed = 5, NumberOfThreads = run.Threads },
            Ranks = [3, 4, 5],
            NumberOfStarts = 2,
            NumberOfRepetitions = 1,
            Memory = run.Memory,
        })).Select(comparison => string.Join('\n', comparison.Ranks.Select(rank =>
            $"{rank.HeldOutError:R} {rank.HeldOutLoss:R} {rank.ExplainedShare:R} {rank.AmariDistance:R} {rank.CopheneticCorrelation:R} {rank.Coherence:R}")))];
        Assert.Single(tables.Distinct());
    }

    [Fact]
    public void Seeds_agree_on_the_planted_rank_and_not_above_it()
    {
        NmfRankComparison comparison = _context.Transforms.CompareNmfRanks(View(Planted(4, 3)), new NmfRankComparison.Options
        {
            Nmf = new() { InputColumnName = "Features", Seed = 1 },
            Ranks = [4, 8],
            NumberOfStarts = 3,
            NumberOfRepetitions = 1,
            NumberOfFolds = 2,
        });
        Assert.InRange(comparison[4].AmariDistance, 0, 0.1);
        Assert.True(comparison[8].AmariDistance > comparison[4].AmariDistance, comparison.ToString());
        Assert.True(comparison[8].CopheneticCorrelation < comparison[4].CopheneticCorrelation, comparison.ToString());
        Assert.True(comparison[8].ExplainedShare > comparison[4].ExplainedShare && comparison[4].ExplainedShare > 0.9, comparison.ToString());
    }

    [Fact]
    public void Coherence_is_that_of_an_examination_of_the_same_model()
    {
        IDataView view = View(Planted(4, 3));
        NmfRankComparison comparison = _context.Transforms.CompareNmfRanks(view, "Features", [4], seed: 1);
        double expected = _context.Transforms.Nmf("Topics", "Features", rank: 4, seed: 1).Fit(view).Examine(view).MeanNpmi;
        Assert.Equal(expected, comparison[4].Coherence, 1e-9);
    }

    [Fact]
    public void Penalties_per_example_are_those_of_as_many_examples()
    {
        IDataView view = View(Planted(4, 3));
        Assert.Equal(ExplainedShare(0.01f * 120, arePerExample: false), ExplainedShare(0.01f, arePerExample: true), 1e-4);
        Assert.NotEqual(ExplainedShare(0, arePerExample: false), ExplainedShare(0.01f, arePerExample: true), 1e-3);

        double ExplainedShare(float l1, bool arePerExample) => _context.Transforms.CompareNmfRanks(view, new NmfRankComparison.Options
        {
            Nmf = new() { InputColumnName = "Features", Seed = 1, TemplatesL1Regularization = l1, PenaltiesArePerExample = arePerExample },
            Ranks = [4],
            NumberOfStarts = 0,
            NumberOfRepetitions = 1,
            NumberOfFolds = 2,
        })[4].ExplainedShare;
    }

    [Fact]
    public void Progress_counts_to_the_end_and_a_cancelled_comparison_ends_with_an_exception()
    {
        var told = new ConcurrentQueue<NmfRankProgress>();
        using var cancel = new CancellationTokenSource();
        var options = new NmfRankComparison.Options
        {
            Nmf = new() { InputColumnName = "Features", Seed = 1, CancellationToken = cancel.Token },
            Ranks = [2, 3],
            NumberOfStarts = 2,
            NumberOfRepetitions = 1,
            NumberOfFolds = 2,
            Progress = new Told(told.Enqueue),
        };
        IDataView view = View(Planted(3, 5));
        _context.Transforms.CompareNmfRanks(view, options);
        Assert.Equal(Enumerable.Range(1, 13), told.Select(progress => progress.Done));
        Assert.All(told, progress => Assert.Equal(13, progress.Total));
        options.Progress = new Told(_ => cancel.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(() => _context.Transforms.CompareNmfRanks(view, options));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_with_a_remedy()
    {
        IDataView view = View(Planted(3, 5));
        Assert.Contains("at most 48", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.CompareNmfRanks(view, "Features", [2, 49])).Message);
        Assert.Contains("Could not find input column 'Words'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.CompareNmfRanks(view, "Words")).Message);
        Assert.Contains("NumberOfFolds is 5", Assert.Throws<InvalidOperationException>(
            () => _context.Transforms.CompareNmfRanks(View(new double[3, Features]), "Features", [2])).Message);
        Assert.Contains("zero in every row", Assert.Throws<InvalidOperationException>(
            () => _context.Transforms.CompareNmfRanks(View(new double[30, Features]), "Features", [2])).Message);
        Assert.Contains("Nmf has InitialTemplates", Assert.Throws<ArgumentOutOfRangeException>(
            () => new NmfRankComparison.Options { Nmf = new() { InitialTemplates = new FactorMatrix([1], 1, 1) } }).Message);
        Assert.Contains("Ranks[1]", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfRankComparison.Options { Ranks = [3, 0] }).Message);
        Assert.Contains("Rank 7 was not compared", Assert.Throws<ArgumentOutOfRangeException>(
            () => _context.Transforms.CompareNmfRanks(view, new NmfRankComparison.Options
            {
                Nmf = new() { InputColumnName = "Features", Seed = 1 },
                Ranks = [2],
                NumberOfStarts = 0,
                NumberOfRepetitions = 1,
                NumberOfFolds = 2,
            })[7]).Message);
    }

    // Sparse factors, and noise of a tenth of the data.
    private static double[,] Planted(int rank, int seed)
    {
        double[,] x = Naive.Multiply(Naive.Random(120, rank, 100 + seed, 0.4), Naive.Transpose(Naive.Random(Features, rank, 200 + seed, 0.4)));
        double[,] noise = Naive.Signed(120, Features, 300 + seed);
        double scale = 0.1 * Math.Sqrt(x.Cast<double>().Sum(v => v * v) / noise.Cast<double>().Sum(v => v * v));
        for (int i = 0; i < 120; i++)
        {
            for (int j = 0; j < Features; j++)
                x[i, j] = Math.Max(0, x[i, j] + scale * noise[i, j]);
        }

        return x;
    }

    // Numbers of events of which about five are expected, as D_1 has them (Poisson).
    private static double[,] Counts(int rank, int seed)
    {
        double[,] x = Naive.Multiply(Naive.Random(120, rank, 100 + seed, 0.4), Naive.Transpose(Naive.Random(Features, rank, 200 + seed, 0.4)));
        var random = new Random(seed);
        double scale = 5 / x.Cast<double>().Average();
        for (int i = 0; i < 120; i++)
        {
            for (int j = 0; j < Features; j++)
            {
                int events = -1;
                for (double time = 0; time <= scale * x[i, j]; events++)
                    time -= Math.Log(1 - random.NextDouble());
                x[i, j] = events;
            }
        }

        return x;
    }

    private IDataView View(double[,] x)
    {
        var schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema[nameof(FeatureRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        return _context.Data.LoadFromEnumerable(
            Enumerable.Range(0, x.GetLength(0)).Select(i => new FeatureRow { Features = [.. Naive.Row(x, i).Select(v => (float)v)] }), schema);
    }

    private sealed class FeatureRow
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class Told(Action<NmfRankProgress> tell) : IProgress<NmfRankProgress>
    {
        public void Report(NmfRankProgress value) => tell(value);
    }
}
