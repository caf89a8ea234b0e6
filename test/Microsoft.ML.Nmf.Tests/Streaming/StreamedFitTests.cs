using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>What training in batches gives, beside training on all rows at once.</summary>
public class StreamedFitTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (string beta in new[] { "2", "1", "0", "1.5", "3" })
            data.Add($"Nmf, β = {beta}", "");
        foreach (string beta in new[] { "2", "1" })
        {
            data.Add($"DeepNmf, β = {beta}", "");
            data.Add($"Nmf, β = {beta}", "sparse");
            data.Add($"Nmf, β = {beta}", "holes");
            data.Add($"Nmf, β = {beta}", "weights");
            data.Add($"Nmf, β = {beta}", "penalties");
        }

        data.Add("DeepNmf, β = 2", "sparse");
        data.Add("DeepNmf, β = 1", "holes");
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void After_some_passes_the_objective_is_nearly_that_of_all_rows_at_once(string kind, string what)
    {
        IDataView data = DataFor(what, 300);
        ITransformer whole = Fit(kind, what, data, options => (options.BatchSize, options.MaximumNumberOfIterations) = (null, 60));
        ITransformer streamed = Fit(kind, what, data, options => (options.BatchSize, options.MaximumNumberOfIterations) = (32, 20));
        Assert.Equal(21, Streamed.History(streamed).Count);
        // The objective is that of the first rows, which are all. Where values are missing, updates are multiplicative, which takes more of them.
        double expected = Streamed.Objective(whole), most = what == "holes" ? 1.06 : 1.02;
        Assert.InRange(Streamed.Objective(streamed), 0, most * expected);
        Assert.InRange(Streamed.Objective(streamed), 0, 1.01 * Streamed.History(streamed)[0].Objective);
        Assert.Equal(300, Streamed.Examples(streamed));
    }

    [Theory]
    [InlineData("Nmf, β = 2", false)]
    [InlineData("Nmf, β = 1", true)]
    [InlineData("DeepNmf, β = 1", false)]
    public void Rows_beyond_the_sample_are_learned_from(string kind, bool canShuffle)
    {
        // A word of a topic comes late: after the first rows, which are two buffers.
        float[][] rows = PlantedRows.Of(9000, size: 8, zeros: 0.3);
        for (int i = 0; i < 8500; i++)
            rows[i][7] = 0;
        IDataView data = canShuffle ? PlantedRows.ShuffledView(_context, rows) : PlantedRows.View(_context, rows);
        ITransformer streamed = Fit(kind, "", data, options => (options.BatchSize, options.MaximumNumberOfIterations) = (256, 3));
        double[,] product = Streamed.Product(streamed);
        int topic = Enumerable.Range(0, PlantedRows.Rank).MaxBy(k => product[3, k]);
        Assert.True(product[7, topic] > 0.01 * product[3, topic]);
        Assert.Equal(9000, Streamed.Examples(streamed));
        // What is reported is of the first rows; it is what transforming them gives.
        if (canShuffle)
            return;
        float[][] first = rows[..8192];
        double beta = kind[^1] - '0';
        double divergence = Naive.Divergence(Streamed.Matrix(first), Streamed.Matrix(Rows.Topics(streamed.Transform(PlantedRows.View(_context, first)))), product, beta);
        Near.Equal(divergence, Streamed.Objective(streamed), 1e-3);
    }

    [Theory]
    [InlineData("Nmf, β = 2")]
    [InlineData("Nmf, β = 1")]
    [InlineData("DeepNmf, β = 2")]
    public void One_batch_of_all_rows_trains_as_without(string kind)
    {
        IDataView data = DataFor("", 100);
        int[] whole = Streamed.Bits(Fit(kind, "", data, options => options.BatchSize = null));
        Assert.Equal(whole, Streamed.Bits(Fit(kind, "", data, options => options.BatchSize = 100)));
        Assert.Equal(whole, Streamed.Bits(Fit(kind, "", data, options => options.BatchSize = int.MaxValue)));
        Assert.NotEqual(whole, Streamed.Bits(Fit(kind, "", data, options => options.BatchSize = 99)));
    }

    [Theory]
    [InlineData("Nmf, β = 2")]
    [InlineData("Nmf, β = 1")]
    [InlineData("Nmf, β = 0")]
    [InlineData("DeepNmf, β = 1")]
    public void The_same_seed_gives_the_same_bits_and_another_others(string kind)
    {
        foreach (bool canShuffle in new[] { false, true })
        {
            int[] BitsOf(int seed, int threads)
            {
                float[][] rows = PlantedRows.Of(150);
                var context = new MLContext(seed);
                IDataView data = canShuffle ? PlantedRows.ShuffledView(context, rows) : PlantedRows.View(context, rows);
                return Streamed.Bits(Fit(kind, "", data, options
                    => (options.Seed, options.NumberOfThreads, options.MaximumNumberOfIterations, options.BatchSize) = (seed, threads, 4, 32)));
            }

            int[] expected = BitsOf(1, 1);
            Assert.Equal(expected, BitsOf(1, 2));
            Assert.Equal(expected, BitsOf(1, 3));
            Assert.NotEqual(expected, BitsOf(2, 1));
        }
    }

    [Fact]
    public void Every_pass_reads_each_row_once_and_tells_of_one_iteration()
    {
        foreach (bool canShuffle in new[] { false, true })
        {
            float[][] rows = [.. PlantedRows.Of(130).Select(row => row.Select(value => 1000 * value).ToArray())];
            var view = new WatchedView(canShuffle ? PlantedRows.ShuffledView(_context, rows) : PlantedRows.View(_context, rows));
            var progress = new List<TrainingProgress>();
            var recorder = new TrainingRecorder();
            ITransformer model = Fit("Nmf, β = 2", "", view, options => (options.Progress, options.Recorder, options.MaximumNumberOfIterations)
                = (new Synchronous(progress.Add), recorder, 3));
            Assert.Equal([130, 130, 130], view.Given);
            Assert.Equal(0, view.Open);
            Assert.Equal(canShuffle, view.Passes.TrueForAll(random => random is not null));
            TrainingHistory history = Streamed.History(model);
            Assert.Equal([0, 1, 2, 3], history.Select(at => at.Number));
            Assert.Equal(history.Select(at => at.Objective), progress.Select(at => at.Iteration.Objective));
            Assert.Equal(TrainingEnd.IterationsExhausted, history.End);
            // The last snapshot is the model, in the unit of the data, but for the order of the topics.
            Assert.Equal(4, recorder.Snapshots.Count);
            Assert.Equal(Streamed.Templates(model)[0].Values.ToArray().Order(), recorder.Snapshots[^1].Templates[0].Values.ToArray().Order());
        }
    }

    [Fact]
    public void A_seed_topic_and_known_templates_keep_their_places()
    {
        float[][] rows = PlantedRows.Of(200);
        IDataView data = PlantedRows.View(_context, rows, PlantedRows.Names(PlantedRows.Size));
        var known = new FactorMatrix([.. Enumerable.Range(0, PlantedRows.Size).Select(j => j % 4 == 2 ? 1f : 0)], PlantedRows.Size, 1);
        foreach (string kind in new[] { "Nmf, β = 2", "Nmf, β = 1" })
        {
            var model = (NmfTransformer)Fit(kind, "", data, options =>
            {
                ((NmfEstimator.Options)options).FixedTemplates = known;
                ((NmfEstimator.Options)options).SeedWords.Add("wanted", "word1", "word5");
            });
            Assert.Equal(known.Values, model.Model.Templates.TakeColumns([0]).Values);
            Assert.Equal("wanted", model.Model.GivenNames[1]);
            Assert.Equal(1, Enumerable.Range(0, PlantedRows.Size).MaxBy(j => model.Model.Templates[j, 1]) % 4);
        }
    }

    [Fact]
    public void A_stop_ends_within_a_batch_and_leaves_a_whole_model()
    {
        const int Count = 300;
        foreach (string kind in Streamed.Kinds)
        {
            foreach (int at in new[] { 0, Count * 2 + 50 })
            {
                using var stop = new CancellationTokenSource();
                var view = new WatchedView(PlantedRows.View(_context, PlantedRows.Of(Count)))
                {
                    // In the third pass, or before the first row.
                    BeforeRow = (pass, row) =>
                    {
                        if (Count * pass + row == at)
                            stop.Cancel();
                    },
                };
                ITransformer model = Fit(kind, "", view, options => (options.StoppingToken, options.BatchSize, options.KeepStatistics) = (stop.Token, 4, true));
                Assert.Equal(TrainingEnd.Stopped, Streamed.History(model).End);
                Assert.InRange(view.Given.Sum(), Math.Max(at, Count), at == 0 ? Count : at + 2 * 16 * 4);
                Assert.Equal(Count, Streamed.Examples(model));
                float[][] topics = Rows.Topics(model.Transform(PlantedRows.View(_context, PlantedRows.Of(20, seed: 2))));
                Assert.All(topics, row => Assert.All(row, value => Assert.True(value >= 0 && float.IsFinite(value))));
                Assert.All(topics, row => Assert.True(row.Max() > 0));
                Assert.Equal(Count, Streamed.Statistics(model)!.Weight, 1e-6);
                // A loaded model is the same.
                var file = new MemoryStream();
                _context.Model.Save(model, view.Schema, file);
                Assert.Equal(Streamed.Bits(model), Streamed.Bits(SavedModels.Single(_context.Model.Load(file, out _))));
            }
        }
    }

    private IDataView DataFor(string what, int count)
    {
        float[][] rows = PlantedRows.Of(count, zeros: what == "sparse" ? 0.85 : 0);
        for (int i = 0; i < count && what == "holes"; i++)
        {
            for (int j = 0; j < PlantedRows.Size; j++)
                rows[i][j] = (7 * i + 5 * j) % 4 == 0 ? float.NaN : rows[i][j];
        }

        return PlantedRows.View(_context, rows, weight: i => 0.5f + i % 3);
    }

    private ITransformer Fit(string kind, string what, IDataView data, Action<FactorizationOptions> change) => Streamed.Fit(_context, kind, data, options =>
    {
        if (options is NmfEstimator.Options nmf)
        {
            if (what == "holes")
                (nmf.MissingValues, nmf.Seed) = (MissingValues.AreMissing, 4);
            if (what == "weights")
                (nmf.ExampleWeightColumnName, nmf.FeatureWeights) = ("Weight", [.. Enumerable.Range(0, PlantedRows.Size).Select(j => 0.5f + j % 2)]);
            if (what == "penalties")
            {
                (nmf.TemplatesL1Regularization, nmf.ActivationsL1Regularization, nmf.TemplatesL2Regularization) = (0.05f, 0.05f, 0.1f);
                (nmf.ActivationsL2Regularization, nmf.PenaltiesArePerExample) = (0.1f, true);
            }
        }
        else if (what == "holes")
        {
            ((DeepNmfEstimator.Options)options).MissingValues = MissingValues.AreMissing;
        }

        change(options);
    });

    private sealed class Synchronous(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}
