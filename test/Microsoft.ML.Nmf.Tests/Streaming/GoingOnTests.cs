using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Tests.Transforming;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>A training that goes on from a model: on the same rows, on new ones on top of old statistics, and with other features.</summary>
public class GoingOnTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Kinds => [.. Streamed.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void More_iterations_on_the_same_rows_do_not_raise_the_objective(string kind)
    {
        IDataView data = PlantedRows.View(_context, PlantedRows.Of(200, zeros: kind.EndsWith('0') ? 0 : 0.3));
        foreach (int? size in new int?[] { null, 64 })
        {
            ITransformer model = Fit(kind, data, null, options => (options.BatchSize, options.MaximumNumberOfIterations, options.KeepStatistics) = (null, 15, true));
            ITransformer longer = Fit(kind, data, model, options
                => (options.BatchSize, options.ForgettingFactor, options.MaximumNumberOfIterations, options.KeepStatistics) = (size, 0, 6, true));
            double before = Streamed.Objective(model);
            // Activations are solved for, which those of a training that has not converged are not.
            Assert.InRange(Streamed.History(longer)[0].Objective, 0.8 * before, 1.001 * before);
            if (size is null)
                Near.NeverRises(Streamed.History(longer).Select(at => at.Objective).Prepend(before), 1e-3);
            // The rows of a batch are solved for less exactly.
            Assert.True(Streamed.Objective(longer) <= before * (size is null ? 1 + 1e-4 : 1 + 1e-3), $"{before} became {Streamed.Objective(longer)}");
            // These are the rows of before, which count once.
            Assert.Equal((200, 200.0), (Streamed.Statistics(longer)!.Rows, Streamed.Statistics(longer)!.Weight));
            Assert.Equal(200, Streamed.Examples(longer));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Day_by_day_ends_near_all_at_once_and_topics_keep_their_places(string kind)
    {
        float[][][] days = [.. Enumerable.Range(0, 4).Select(day => PlantedRows.Of(150, seed: day + 1))];
        ITransformer model = Fit(kind, PlantedRows.View(_context, days[0]), null, Day);
        for (int day = 1; day < days.Length; day++)
        {
            ITransformer before = model;
            int[] bits = Streamed.Bits(before);
            model = Fit(kind, PlantedRows.View(_context, days[day]), before, Day);
            Assert.Equal(bits, Streamed.Bits(before));
            double[,] old = Streamed.Product(before), now = Streamed.Product(model);
            for (int k = 0; k < PlantedRows.Rank; k++)
                Assert.InRange(Cosine(old, now, k), 0.9, 1.0001);
            Assert.Equal(150 * (day + 1), Streamed.Examples(model));
            Assert.Equal((150L * (day + 1), 150.0 * (day + 1)), (Streamed.Statistics(model)!.Rows, Math.Round(Streamed.Statistics(model)!.Weight, 6)));
        }

        float[][] all = [.. days.SelectMany(day => day)];
        ITransformer whole = Fit(kind, PlantedRows.View(_context, all), null, options => (options.BatchSize, options.MaximumNumberOfIterations) = (null, 60));
        Assert.InRange(Error(kind, model, all), 0.9 * Error(kind, whole, all), 1.02 * Error(kind, whole, all));

        static void Day(FactorizationOptions options) => (options.KeepStatistics, options.MaximumNumberOfIterations, options.BatchSize) = (true, 30, 64);
    }

    [Fact]
    public void What_is_forgotten_counts_less()
    {
        float[][] first = PlantedRows.Of(200), second = PlantedRows.Of(50, seed: 2);
        ITransformer model = Fit("Nmf, β = 2", PlantedRows.View(_context, first), null, options => options.KeepStatistics = true);
        foreach (double factor in new[] { 0.25, 1 })
        {
            ITransformer next = Fit("Nmf, β = 2", PlantedRows.View(_context, second), model,
                options => (options.ForgettingFactor, options.KeepStatistics) = (factor, true));
            Assert.Equal((250, factor * 200 + 50), (Streamed.Statistics(next)!.Rows, Math.Round(Streamed.Statistics(next)!.Weight, 6)));
            Assert.Equal(250, Streamed.Examples(next));
        }

        foreach (double factor in new[] { -0.1, 1.1, double.NaN })
            Assert.Equal("ForgettingFactor", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { ForgettingFactor = factor }).ParamName);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Saved_after_a_day_and_gone_on_with_in_a_new_process_it_gives_the_same_bits(string kind)
    {
        // Rows as a text file has them, in that process and in this.
        float[][] day = PlantedRows.Of(60, seed: 2);
        IDataView first = PlantedRows.View(_context, PlantedRows.Of(120), PlantedRows.Names(PlantedRows.Size));
        ITransformer model = Fit(kind, first, null, options => options.KeepStatistics = true);
        string path = Path.Combine(_folder.FullName, "day.zip");
        _context.Model.Save(model, first.Schema, path);
        ITransformer loaded = SavedModels.Single(new MLContext().Model.Load(path, out _));
        FactorizationOptions options = NewProcess.OptionsToGoOn(kind);
        IDataView second = NewProcess.Table(_context, _folder.FullName, day);
        string[] expected = Bits(Streamed.Fit(_context, options, second, model));
        Assert.Equal(expected, Bits(Streamed.Fit(_context, options, second, loaded)));
        Assert.Equal(expected, await NewProcess.GoOn(_folder.FullName, path, day));

        static string[] Bits(ITransformer trained) => NewProcess.Bits(Streamed.Templates(trained)
            .SelectMany(layer => Enumerable.Range(0, layer.Rows).Select(i => layer.Row(i).ToArray())));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void New_features_are_learned_and_those_that_are_gone_are_dropped(string kind)
    {
        // Of 30 words the last 10 are new, and the first 5 of before are gone.
        float[][] old = PlantedRows.Of(200, size: 20), rows = PlantedRows.Of(200, seed: 2);
        ITransformer model = Fit(kind, PlantedRows.View(_context, old, PlantedRows.Names(20)), null, options => options.KeepStatistics = true);
        float[][] today = [.. rows.Select(row => row[5..])];
        IDataView data = PlantedRows.View(_context, today, PlantedRows.Names(25, first: 5));
        var warnings = new List<string>();
        _context.Log += (_, e) => warnings.Add(e.RawMessage);
        ITransformer next = Fit(kind, data, model, options => (options.KeepStatistics, options.MaximumNumberOfIterations) = (true, 15));
        Assert.Contains("Column 'Features': 10 features are new ('word20', 'word21', 'word22', 'word23', 'word24', …), and 5 of the model are gone "
            + "('word0', 'word1', 'word2', 'word3', 'word4').", warnings);
        Assert.Equal(PlantedRows.Names(25, first: 5), SavedModels.Topics(next)[0].FeatureNames);
        Assert.Equal(25, Streamed.Statistics(next)!.Features);
        // A word of a planted topic is in it, whether it is new or not: words that are 4 apart belong together.
        double[,] product = Streamed.Product(next);
        for (int j = 15; j < 25; j++)
            Assert.Equal(TopicOf(product, j - 12), TopicOf(product, j));

        // The columns of an order of their own are the same features.
        int[] places = [.. Enumerable.Range(0, 20).Reverse()];
        IDataView reversed = PlantedRows.View(_context, [.. old.Select(row => places.Select(j => row[j]).ToArray())], [.. places.Select(j => $"word{j}")]);
        ITransformer again = Fit(kind, reversed, model, options => (options.MaximumNumberOfIterations, options.ForgettingFactor) = (1, 0));
        double[,] before = Streamed.Product(model), after = Streamed.Product(again);
        for (int k = 0; k < PlantedRows.Rank; k++)
            Assert.InRange(Cosine(before, Reversed(after), k), 0.99, 1.0001);
    }

    [Fact]
    public void New_features_start_without_a_part_and_statistics_know_none_of_them()
    {
        ITransformer model = Fit("Nmf, β = 2", PlantedRows.View(_context, PlantedRows.Of(100, size: 20), PlantedRows.Names(20)), null, options => options.KeepStatistics = true);
        float[][] zeros = [.. PlantedRows.Of(50, seed: 2, size: 20).Select(row => row.Concat(new float[3]).ToArray())];
        ITransformer next = Fit("Nmf, β = 2", PlantedRows.View(_context, zeros, PlantedRows.Names(23)), model, options => options.KeepStatistics = true);
        for (int k = 0; k < PlantedRows.Rank; k++)
            Assert.Equal([0, 0, 0], Enumerable.Range(20, 3).Select(j => Streamed.Templates(next)[0][j, k]));
        Assert.All(Streamed.Statistics(next)!.Layers[0].Products[(20 * PlantedRows.Rank)..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Names_that_topics_were_given_stay()
    {
        IDataView data = PlantedRows.View(_context, PlantedRows.Of(100), PlantedRows.Names(PlantedRows.Size));
        foreach (string kind in Streamed.Kinds)
        {
            ITransformer model = Fit(kind, data, null, _ => { });
            foreach (TopicSet topics in SavedModels.Topics(model))
                topics.RenameTopic(1, "renamed");
            ITransformer next = Fit(kind, data, model, options => options.MaximumNumberOfIterations = 2);
            Assert.All(SavedModels.Topics(next), topics => Assert.Equal("renamed", topics.GivenNames[1]));
        }
    }

    [Fact]
    public void A_model_of_before_there_were_statistics_can_be_gone_on_from()
    {
        IDataView data = Rows.View(_context, Rows.Values(60));
        foreach (string name in new[] { "nmf_version4", "nmf_beta1_version4", "nmf_library01", "deep_nmf_version4", "deep_nmf_beta1_library01" })
        {
            ITransformer old = SavedModels.Single(_context.Model.Load(Path.Combine(OldModelTests.Folder, name + ".zip"), out _));
            Assert.Null(Streamed.Statistics(old));
            FactorizationOptions options = Streamed.Options((old is NmfTransformer ? "Nmf" : "DeepNmf") + (name.Contains("beta1") ? ", β = 1" : ", β = 2"));
            (options.BatchSize, options.KeepStatistics) = (16, true);
            int[] ranks = [.. Streamed.Templates(old).Select(layer => layer.Columns)];
            if (options is NmfEstimator.Options nmf)
                nmf.Rank = ranks[0];
            else
                ((DeepNmfEstimator.Options)options).Ranks = ranks;
            ITransformer next = Streamed.Fit(_context, options, data, old);
            Assert.Equal(60, Streamed.Statistics(next)!.Rows);
            Assert.True(double.IsFinite(Streamed.Objective(next)) && Streamed.Objective(next) <= Streamed.History(next)[0].Objective);
        }
    }

    [Fact]
    public void Another_rank_or_beta_and_features_without_names_are_refused_with_what_to_do()
    {
        float[][] rows = PlantedRows.Of(80);
        IDataView data = PlantedRows.View(_context, rows), named = PlantedRows.View(_context, rows, PlantedRows.Names(PlantedRows.Size));
        IDataView wide = PlantedRows.View(_context, PlantedRows.Of(80, size: 33)), others = PlantedRows.View(_context, rows, PlantedRows.Names(PlantedRows.Size, 100));
        ITransformer nmf = Fit("Nmf, β = 2", data, null, _ => { }), deep = Fit("DeepNmf, β = 2", data, null, _ => { });
        ITransformer ofNames = Fit("Nmf, β = 2", named, null, _ => { });
        Refused("The previous model has rank 4 and the estimator rank 3: a training goes on with the components that there are. Set the rank of the model, or train "
            + "without it.", () => Fit("Nmf, β = 2", data, nmf, options => ((NmfEstimator.Options)options).Rank = 3));
        Refused("The previous model has ranks 6, 4 and the estimator ranks 6, 3: a training goes on with the components that there are. Set the rank of the model, or "
            + "train without it.", () => Fit("DeepNmf, β = 2", data, deep, options => ((DeepNmfEstimator.Options)options).Ranks = [6, 3]));
        Refused("The previous model has beta 2 and the estimator 1: a training goes on with the divergence that it had. Set the Beta of the model, or train without it.",
            () => Fit("Nmf, β = 1", data, nmf, _ => { }));
        Refused("Column 'Features' has 33 features and the previous model 30, but the column has no slot names by which they could be matched. Go on with data that has "
            + "the features of the model, or give both slot names.", () => Fit("Nmf, β = 2", wide, nmf, _ => { }));
        Refused("None of the 30 features of column 'Features' is one of the 30 of the previous model ('word100', 'word101', 'word102', 'word103', 'word104', … here, "
            + "'word0', 'word1', 'word2', 'word3', 'word4', … there): there is nothing to go on from. Train without it.", () => Fit("Nmf, β = 2", others, ofNames, _ => { }));
        string[] twice = [.. PlantedRows.Names(PlantedRows.Size - 1), "word3"];
        Refused("Column 'Features' has two features of the name 'word3', so that features cannot be matched by name. Give every slot a name of its own.",
            () => Fit("Nmf, β = 2", PlantedRows.View(_context, rows, twice), ofNames, _ => { }));
        Refused("A previous model and InitialTemplates are both given, but each is a start. Leave one of them out.", () => Fit("Nmf, β = 2", data, nmf,
            options => ((NmfEstimator.Options)options).InitialTemplates = Build.Ones(PlantedRows.Size, PlantedRows.Rank)));
        Assert.Throws<ArgumentNullException>(() => _context.Transforms.Nmf("Topics", "Features").Fit(data, null!));

        void Refused(string message, Action fit)
        {
            Assert.Equal(message + " (Parameter 'previous')", Assert.Throws<ArgumentException>(fit).Message);
        }
    }

    [Fact]
    public void Statistics_of_another_kind_are_refused_with_a_remedy_that_works()
    {
        float[][] rows = PlantedRows.Of(80);
        IDataView data = PlantedRows.View(_context, rows);
        ITransformer model = Fit("Nmf, β = 2", data, null, options => options.KeepStatistics = true);
        float[][] holes = [.. PlantedRows.Of(40, seed: 2).Select((row, i) => row.Select((value, j) => (i + j) % 5 == 0 ? float.NaN : value).ToArray())];
        foreach (int? size in new int?[] { null, 16 })
        {
            ITransformer GoOn(double factor) => Fit("Nmf, β = 2", PlantedRows.View(_context, holes), model, options =>
            {
                (options.BatchSize, options.ForgettingFactor) = (size, factor);
                ((NmfEstimator.Options)options).MissingValues = MissingValues.AreMissing;
            });
            string message = Assert.Throws<ArgumentException>(() => GoOn(1)).Message;
            Assert.Contains("missing values or weights count in one of them alone. Set ForgettingFactor to 0", message);
            Assert.True(double.IsFinite(Streamed.Objective(GoOn(0))));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void Days_with_and_without_missing_values_go_on_from_each_other(double beta)
    {
        float[][] whole = PlantedRows.Of(60), holes = [.. PlantedRows.Of(60, seed: 2).Select(row => (float[])row.Clone())];
        holes[3][4] = holes[30][2] = float.NaN;
        foreach (int? size in new int?[] { null, 16 })
        {
            ITransformer model = Of(whole, null);
            model = Of(holes, model);
            model = Of(whole, model);
            Assert.Equal(180, Streamed.Statistics(model)!.Rows);

            ITransformer Of(float[][] rows, ITransformer? previous)
                => Fit(FormattableString.Invariant($"Nmf, β = {beta}"), PlantedRows.View(_context, rows), previous, options =>
                {
                    (options.BatchSize, options.KeepStatistics, options.MaximumNumberOfIterations) = (size, true, 3);
                    ((NmfEstimator.Options)options).MissingValues = MissingValues.AreMissing;
                });
        }
    }

    [Fact]
    public void Rows_of_another_scale_on_top_of_statistics_or_without_give_numbers()
    {
        IDataView data = PlantedRows.View(_context, PlantedRows.Of(80));
        foreach (string kind in Streamed.Kinds)
        {
            ITransformer model = Fit(kind, data, null, options => options.KeepStatistics = true);
            foreach ((float scale, double factor) in new[] { (1e25f, 0.0), (1e-25f, 0.0), (1e6f, 1.0), (1e-6f, 1.0) })
            {
                float[][] rows = [.. PlantedRows.Of(80, seed: 2).Select(row => row.Select(value => scale * value).ToArray())];
                ITransformer next = Fit(kind, PlantedRows.View(_context, rows), model, options => options.ForgettingFactor = factor);
                Assert.True(double.IsFinite(Streamed.Objective(next)) && Streamed.Objective(next) >= 0);
                Assert.All(Streamed.Templates(next).SelectMany(layer => layer.Values.ToArray()), value => Assert.True(value >= 0 && float.IsFinite(value)));
            }
        }
    }

    private ITransformer Fit(string kind, IDataView data, ITransformer? previous, Action<FactorizationOptions> change)
        => Streamed.Fit(_context, kind, data, change, previous);

    private static double Error(string kind, ITransformer model, float[][] rows)
    {
        double beta = kind[^1] - '0';
        IDataView data = PlantedRows.View(new MLContext(1), rows);
        // What a neural factorization minimises is for the most part what its first layer leaves of the rows.
        if (model is NeuralNmfTransformer neural)
            return neural.ReadResiduals(data, layer: 0).Sum();
        return Naive.Divergence(Streamed.Matrix(rows), Streamed.Matrix(Rows.Topics(model.Transform(data))), Streamed.Product(model), beta);
    }

    private static double Cosine(double[,] left, double[,] right, int k)
    {
        double[] a = [.. Enumerable.Range(0, left.GetLength(0)).Select(j => left[j, k])], b = [.. Enumerable.Range(0, left.GetLength(0)).Select(j => right[j, k])];
        return a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));
    }

    private static double[,] Reversed(double[,] rows)
    {
        var reversed = (double[,])rows.Clone();
        for (int i = 0; i < rows.GetLength(0); i++)
        {
            for (int k = 0; k < rows.GetLength(1); k++)
                reversed[rows.GetLength(0) - 1 - i, k] = rows[i, k];
        }

        return reversed;
    }

    // The topic that has the most of a feature, with every topic over its length.
    private static int TopicOf(double[,] product, int feature) => Enumerable.Range(0, product.GetLength(1))
        .MaxBy(k => product[feature, k] / Math.Sqrt(Enumerable.Range(0, product.GetLength(0)).Sum(j => product[j, k] * product[j, k])));
}
