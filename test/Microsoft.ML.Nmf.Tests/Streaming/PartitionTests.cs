using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>A training over parts of the data gives what one over all of it gives.</summary>
public class PartitionTests
{
    private const int Count = 360;

    private readonly MLContext _context = new(1);

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (string kind in Streamed.Weighted.Concat(["Nmf, β = 1.5", "Nmf, β = 3"]))
            data.Add(kind, "");
        foreach (string kind in new[] { "Nmf, β = 2", "Nmf, β = 1", "DeepNmf, β = 1" })
        {
            data.Add(kind, "holes");
            data.Add(kind, "weights");
        }

        data.Add("Nmf, β = 2", "seeds");
        data.Add("Nmf, β = 1", "seeds");
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Any_number_of_parts_gives_the_same_objective_and_the_same_templates(string kind, string what)
    {
        float[][] rows = RowsFor(what);
        // Rows are solved to a tolerance where β is not 2, and β = 0 enlarges what they differ in most.
        double share = kind.EndsWith("= 0") ? 1e-5 : 1e-6;
        (ITransformer one, _) = Train(kind, what, rows, 1);
        foreach (int parts in new[] { 3, 6 })
        {
            (ITransformer several, TrainingStatistics statistics) = Train(kind, what, rows, parts);
            Assert.Equal(Streamed.History(one).Count, Streamed.History(several).Count);
            foreach ((TrainingIteration expected, TrainingIteration actual) in Streamed.History(one).Zip(Streamed.History(several)))
                Near.Equal(expected.Objective, actual.Objective, share);
            Near.Equal(Streamed.Product(one), Streamed.Product(several), 10 * share);
            Assert.Equal(Count, statistics.Rows);
            Assert.Equal(Count, Streamed.Examples(several));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Objective_never_rises_over_parts(string kind, string what)
        => Near.NeverRises(Streamed.History(Train(kind, what, RowsFor(what), 2).Model).Skip(what == "seeds" ? 1 : 0).Select(at => at.Objective), 3e-6);

    [Theory]
    [InlineData("Nmf, β = 2")]
    [InlineData("Nmf, β = 1")]
    [InlineData("DeepNmf, β = 2")]
    public void The_same_parts_merged_in_the_same_order_give_the_same_bits_whoever_holds_them(string kind)
    {
        float[][] rows = RowsFor("");
        int[] expected = Streamed.Bits(Train(kind, "", rows, 6).Model);
        // As a loader elsewhere would: each part opened anew in every iteration, states and statistics sent as bytes, on another number of threads.
        int[] actual = Streamed.Bits(Train(kind, "", rows, 6, threads: 1, isSent: true).Model);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("Nmf, β = 2")]
    [InlineData("Nmf, β = 0")]
    [InlineData("DeepNmf, β = 1")]
    public void What_parts_say_merged_is_what_all_rows_say(string kind)
    {
        float[][] rows = RowsFor("");
        IPartitioned estimator = EstimatorFor(kind, "", 2);
        using TrainingPartition all = estimator.Open(PlantedRows.View(_context, rows));
        (PartitionState state, _, _, IDisposable training) = estimator.Begin(all.Sample(100));
        TrainingStatistics whole = all.ComputeStatistics(state), merged = Merged(estimator, rows, 5, state);
        Assert.Equal((whole.Rows, whole.Weight), (merged.Rows, merged.Weight));
        Near.Equal(whole.Divergence, merged.Divergence, 1e-6);
        for (int p = 0; p < 4; p++)
        {
            double largest = whole.Layers[0].Parts[p].Max();
            Assert.All(whole.Layers[0].Parts[p].Zip(merged.Layers[0].Parts[p]), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * largest));
        }

        training.Dispose();
    }

    [Fact]
    public void With_exact_least_squares_it_is_the_fit_of_all_rows()
    {
        float[][] rows = RowsFor("");
        IDataView data = PlantedRows.View(_context, rows);
        NmfEstimator estimator = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 4,
            Solver = NmfSolver.AlternatingLeastSquares,
            InitialTemplates = Build.Matrix(Naive.Random(PlantedRows.Size, 4, 5)),
            MaximumNumberOfIterations = 15,
            Tolerance = 0,
            Seed = 1,
            Engine = TrainingEngine.Managed,
        });
        NmfTransformer whole = estimator.Fit(data);
        using TrainingPartition first = estimator.OpenPartition(PlantedRows.View(_context, rows[..200])), second = estimator.OpenPartition(PlantedRows.View(_context, rows[200..]));
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(first.Sample(50).Merge(second.Sample(50)));
        while (training.Advance(first.ComputeStatistics(training.State).Merge(second.ComputeStatistics(training.State))))
        {
        }

        NmfTransformer model = training.Finish();
        Assert.Equal(15, model.Model.History.Last.Number);
        Near.Equal(Streamed.Product(whole), Streamed.Product(model), 1e-5);
        Near.Equal(Streamed.Objective(whole), Streamed.Objective(model), 1e-5);
    }

    [Fact]
    public void A_part_that_is_opened_again_says_the_same_bits()
    {
        NmfEstimator estimator = _context.Transforms.Nmf((NmfEstimator.Options)Streamed.Options("Nmf, β = 1"));
        IDataView data = PlantedRows.View(_context, RowsFor(""));
        TrainingPartition part = estimator.OpenPartition(data);
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(part.Sample(100));
        byte[] before = BytesOf(part.ComputeStatistics(training.State));
        Assert.Equal(before, BytesOf(part.ComputeStatistics(training.State)));
        part.Dispose();
        using TrainingPartition again = estimator.OpenPartition(data);
        Assert.Equal(before, BytesOf(again.ComputeStatistics(training.State)));
        Assert.Equal((Count, PlantedRows.Size), (again.Rows, again.Features));
        // Rows that were brought to a unit are read again where they are needed as they were.
        Assert.Equal(BytesOf(estimator.OpenPartition(data).Sample(7).Write), BytesOf(again.Sample(7).Write));
    }

    [Fact]
    public void It_stops_converges_and_is_cancelled_as_any_training_and_goes_on_from_what_it_left()
    {
        using CancellationTokenSource stop = new(), cancel = new();
        float[][] rows = RowsFor("");
        var options = (NmfEstimator.Options)Streamed.Options("Nmf, β = 2");
        (options.StoppingToken, options.CancellationToken, options.KeepStatistics, options.BatchSize) = (stop.Token, cancel.Token, true, null);
        NmfEstimator estimator = _context.Transforms.Nmf(options);
        using TrainingPartition part = estimator.OpenPartition(PlantedRows.View(_context, rows));
        using (PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(part.Sample(100)))
        {
            Assert.True(training.Advance(part.ComputeStatistics(training.State)));
            Assert.Equal((1, 1), (training.State.Iteration, training.History.Count));
            stop.Cancel();
            Assert.False(training.Advance(part.ComputeStatistics(training.State)));
            NmfTransformer model = training.Finish();
            Assert.Equal(TrainingEnd.Stopped, model.Model.History.End);
            Assert.Equal(Count, model.Model.Statistics!.Rows);
        }

        using (PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(part.Sample(100)))
        {
            cancel.Cancel();
            Assert.Throws<OperationCanceledException>(() => training.Advance(part.ComputeStatistics(training.State)));
        }

        (options.StoppingToken, options.CancellationToken, options.Tolerance, options.MaximumNumberOfIterations) = (default, default, 1e-3, 500);
        estimator = _context.Transforms.Nmf(options);
        using PartitionedTraining<NmfTransformer> whole = estimator.TrainPartitions(part.Sample(100));
        while (whole.Advance(part.ComputeStatistics(whole.State)))
        {
        }

        NmfTransformer converged = whole.Finish();
        Assert.Equal(TrainingEnd.Converged, converged.Model.History.End);
        NmfTransformer next = estimator.Fit(PlantedRows.View(_context, PlantedRows.Of(50, seed: 2)), converged);
        Assert.Equal(Count + 50, next.Model.NumberOfExamples);
    }

    private (ITransformer Model, TrainingStatistics Last) Train(string kind, string what, float[][] rows, int parts, int threads = 2, bool isSent = false)
    {
        IPartitioned estimator = EstimatorFor(kind, what, threads);
        TrainingPartition[] open = [.. Split(rows, parts).Select((part, i) => estimator.Open(ViewOf(part, i * Count / parts)))];
        // The same sample for any number of parts.
        using TrainingPartition all = estimator.Open(ViewOf(rows, 0));
        (PartitionState state, Func<TrainingStatistics, (bool, PartitionState)> advance, Func<ITransformer> finish, IDisposable training) = estimator.Begin(all.Sample(90));
        TrainingStatistics merged;
        bool isMore;
        do
        {
            if (isSent)
            {
                state = PartitionState.Read(new MemoryStream(BytesOf(state.Write)));
                for (int i = 0; i < parts; i++)
                {
                    open[i].Dispose();
                    open[i] = estimator.Open(ViewOf(Split(rows, parts)[i], i * Count / parts));
                }
            }

            merged = open.Select(part => part.ComputeStatistics(state)).Select(said => isSent ? TrainingStatistics.Read(new MemoryStream(BytesOf(said))) : said)
                .Aggregate((left, right) => left.Merge(right));
            (isMore, state) = advance(merged);
        }
        while (isMore);
        ITransformer model = finish();
        foreach (TrainingPartition part in open)
            part.Dispose();
        training.Dispose();
        return (model, merged);
    }

    private TrainingStatistics Merged(IPartitioned estimator, float[][] rows, int parts, PartitionState state) => Split(rows, parts)
        .Select((rowsOfPart, i) =>
        {
            using TrainingPartition part = estimator.Open(ViewOf(rowsOfPart, i * Count / parts));
            return part.ComputeStatistics(state);
        })
        .Aggregate((left, right) => left.Merge(right));

    private static float[][] RowsFor(string what)
    {
        float[][] rows = PlantedRows.Of(Count);
        for (int i = 0; i < Count && what == "holes"; i++)
        {
            for (int j = 0; j < PlantedRows.Size; j++)
                rows[i][j] = (7 * i + 5 * j) % 4 == 0 ? float.NaN : rows[i][j];
        }

        return rows;
    }

    private static float[][][] Split(float[][] rows, int parts) => [.. Enumerable.Range(0, parts).Select(i => rows[(i * Count / parts)..((i + 1) * Count / parts)])];

    private IDataView ViewOf(float[][] rows, int first)
        => PlantedRows.View(_context, rows, PlantedRows.Names(PlantedRows.Size), weight: i => 0.5f + (first + i) % 3);

    private static byte[] BytesOf(TrainingStatistics statistics) => BytesOf(statistics.Write);

    private static byte[] BytesOf(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private IPartitioned EstimatorFor(string kind, string what, int threads)
    {
        FactorizationOptions options = Streamed.Options(kind);
        options.NumberOfThreads = threads;
        switch (options)
        {
            case NmfEstimator.Options nmf:
                nmf.MissingValues = what == "holes" ? MissingValues.AreMissing : MissingValues.AreZero;
                nmf.ExampleWeightColumnName = what == "weights" ? "Weight" : null;
                if (what == "seeds")
                    nmf.SeedWords.Add("wanted", "word1", "word5");
                return new Partitioned<NmfTransformer>(_context.Transforms.Nmf(nmf));
            default:
                var deep = (DeepNmfEstimator.Options)options;
                deep.MissingValues = what == "holes" ? MissingValues.AreMissing : MissingValues.AreZero;
                deep.ExampleWeightColumnName = what == "weights" ? "Weight" : null;
                return new Partitioned<DeepNmfTransformer>(_context.Transforms.DeepNmf(deep));
        }
    }

    // An estimator of any model.
    private interface IPartitioned
    {
        TrainingPartition Open(IDataView rows);

        (PartitionState State, Func<TrainingStatistics, (bool IsMore, PartitionState State)> Advance, Func<ITransformer> Finish, IDisposable Training) Begin(PartitionSample sample);
    }

    private sealed class Partitioned<T>(IPartitionedEstimator<T> estimator) : IPartitioned
        where T : class, ITransformer
    {
        public TrainingPartition Open(IDataView rows) => estimator.OpenPartition(rows);

        public (PartitionState, Func<TrainingStatistics, (bool, PartitionState)>, Func<ITransformer>, IDisposable) Begin(PartitionSample sample)
        {
            PartitionedTraining<T> training = estimator.TrainPartitions(sample);
            return (training.State, merged => (training.Advance(merged), training.State), training.Finish, training);
        }
    }
}
