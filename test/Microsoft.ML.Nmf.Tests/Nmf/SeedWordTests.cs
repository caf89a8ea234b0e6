using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.Nmf;

/// <summary>Topics that are pulled towards words.</summary>
public class SeedWordTests
{
    private const int Examples = 120;
    private const int Features = 60;
    private const int Groups = 5;
    private const double Rounding = 3e-6;

    private static readonly ManagedEngine _engine = new(2);

    private readonly MLContext _context = new(1);

    public static TheoryData<double, NmfSolver> Solvers => FixedTemplateTests.Solvers();

    [Theory, MemberData(nameof(Solvers))]
    public void Objective_never_rises(double beta, NmfSolver solver)
    {
        FactorMatrix known = Build.Matrix(Naive.Random(Features, 1, 4, 0.7));
        foreach (float strength in new[] { 0, 1, 30f })
        {
            foreach (bool sparse in new[] { true, false })
            {
                NmfEstimator.Options options = Options(beta, solver, strength);
                options.FixedTemplates = sparse ? known : null;
                (options.TemplatesL1Regularization, options.ActivationsL2Regularization) = sparse ? (0.05f, 0.2f) : (0, 0);
                TrainingHistory history = Run(_engine, Build.Examples(Naive.Random(Examples, Features, 1, sparse ? 0.15 : 1), sparse), options).History;
                Near.NeverRises(history.Select(i => i.Objective), Rounding);
                Assert.True(history.Last.Objective < history[0].Objective);
                if (strength == 0 && !sparse)
                    Assert.All(history, i => Assert.Equal(i.Objective, i.Divergence));
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_pull_is_the_divergence_of_pseudo_documents(double beta)
    {
        const double strength = 0.7;
        double[,] x = Naive.Random(40, 20, 1), h = Naive.Random(40, 4, 2), w = Naive.Random(20, 4, 3), targets = Naive.Random(20, 4, 5);
        for (int j = 0; j < 20; j++)
            (targets[j, 0], targets[j, 3]) = (0, 0);
        (_, double[,] denominator) = Naive.Terms(Naive.Transpose(x), w, h, beta);
        double[] weights = [.. Enumerable.Range(0, 4).Select(k
            => strength * Sum(j => w[j, k] * denominator[j, k]) / Sum(j => targets[j, k] > 0 ? Math.Pow(targets[j, k], beta) : 0))];
        using ComputeEngine torch = TorchRuntimeOrManaged();
        foreach (ComputeEngine engine in new[] { _engine, torch })
        {
            using DataMatrix data = engine.Load(Build.Dense(x));
            using Factor activations = Build.Factor(engine, h), templates = Build.Factor(engine, w);
            using var pull = new TemplatePull(engine, Build.Matrix(targets), beta, strength);
            using FactorChain chain = FactorChain.Create(engine, data,
                [new(activations, false, default), new(templates, false, default, Pull: pull)], beta, FactorUpdate.Multiplicative);
            (double before, double alone) = chain.Evaluate();
            Assert.Equal(before, alone);
            chain.WeighPull();
            for (int t = 0; t < 3; t++)
            {
                (double objective, double divergence) = chain.Evaluate();
                double[,] now = Build.Read(templates);
                double expected = new[] { 1, 2 }.Sum(k => weights[k] * Sum(j => BetaDivergence.Of(targets[j, k], Math.Max(now[j, k], 1e-12), beta)));
                Near.Equal(expected, objective - divergence, 2e-3);
                Assert.True(t == 0 || objective <= before * (1 + 1e-6), $"{before} rose to {objective}");
                before = objective;
                chain.ReadState(RecordedParts.GradientNorms);
                chain.Advance();
            }
        }

        static double Sum(Func<int, double> term) => Enumerable.Range(0, 20).Sum(term);
    }

    [TorchTheory, MemberData(nameof(Solvers))]
    public void Both_engines_learn_the_same_from_seeds(double beta, NmfSolver solver)
    {
        using ComputeEngine torch = TorchEngines.Create();
        ExampleMatrix x = Build.Dense(Grouped(1).X);
        NmfEstimator.Options options = Options(beta, solver, 1);
        options.Rank = 2;
        options = options.WithSeeds([[0], [20, 21]]);
        NmfResult here = Run(_engine, x, options), there = Run(torch, x, options);
        Near.Equal(here.History.Last.Objective, there.History.Last.Objective, 1e-3);
    }

    [Theory, MemberData(nameof(Solvers))]
    public void Seeded_topics_are_those_of_their_words_and_the_others_stay_free(double beta, NmfSolver solver)
    {
        double[,] w = Grouped(1).W;
        NmfEstimator.Options options = Options(beta, solver, 1, iterations: 150);
        options.Rank = Groups;
        FactorMatrix found = Run(_engine, Build.Dense(Grouped(1).X), options.WithSeeds([[3 * 12], [1 * 12 + 1, 1 * 12 + 2]])).Templates;
        FactorMatrix planted = Build.Matrix(w);
        Assert.True(Cosine(planted, 3, found, 0) > 0.95, $"{Cosine(planted, 3, found, 0)}");
        Assert.True(Cosine(planted, 1, found, 1) > 0.95, $"{Cosine(planted, 1, found, 1)}");
        foreach (int other in new[] { 0, 2, 4 })
            Assert.Contains(Enumerable.Range(2, 3), k => Cosine(planted, other, found, k) > 0.95);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    public void Neither_the_unit_of_the_data_nor_the_number_of_rows_changes_what_the_strength_means(double beta)
    {
        double[,] x = Naive.Random(Examples, Features, 1, 0.5), large = new double[Examples, Features], twice = new double[2 * Examples, Features];
        for (int i = 0; i < 2 * Examples; i++)
        {
            for (int j = 0; j < Features; j++)
            {
                twice[i, j] = x[i % Examples, j];
                large[i % Examples, j] = 4096 * x[i % Examples, j];
            }
        }

        NmfEstimator.Options options = Options(beta, NmfSolver.MultiplicativeUpdates, 2);
        NmfResult once = Fit(x), ofLarge = Fit(large), ofTwice = Fit(twice);
        for (int k = 0; k < 2; k++)
        {
            Assert.True(Cosine(once.Templates, k, ofLarge.Templates, k) > 1 - 1e-5);
            Assert.True(Cosine(once.Templates, k, ofTwice.Templates, k) > 1 - 1e-3);
        }

        NmfResult Fit(double[,] data) => Run(_engine, ExampleMatrixBuilder.From(Build.Matrix(data)).BuildInUnit(), options);
    }

    [Fact]
    public void A_stronger_pull_leaves_templates_nearer_to_their_targets()
    {
        ExampleMatrix x = Build.Sparse(Naive.Random(Examples, Features, 1, 0.2));
        FactorMatrix target = SeedProfiles.Of(x, [[0], [5, 6]], 6, 0);
        double[] cosines = [.. new[] { 0, 1, 100f }.Select(strength => Cosine(target, 0, Run(_engine, x, Options(2, NmfSolver.Automatic, strength)).Templates, 0))];
        Assert.True(cosines[0] < cosines[1] && cosines[1] < cosines[2] && cosines[2] > 0.99, string.Join(", ", cosines));
    }

    [Fact]
    public void Many_rows_start_from_a_sample_with_seeds()
    {
        double[,] h = Naive.Random(SampledStart.LeastRows, 4, 5, 0.3), w = Naive.Random(30, 4, 6, 0.3);
        for (int k = 0; k < 4; k++)
            (w[2, k], w[7, k]) = (k == 2 ? 1 : 0, k == 0 ? 1 : 0);
        NmfEstimator.Options options = Options(2, NmfSolver.Automatic, 1);
        options.Rank = 4;
        NmfResult result = Run(_engine, Build.Sparse(Naive.Multiply(h, Naive.Transpose(w))), options.WithSeeds([[2], [7]]));
        Assert.True(Cosine(Build.Matrix(w), 2, result.Templates, 0) > 0.95);
        Assert.True(Cosine(Build.Matrix(w), 0, result.Templates, 1) > 0.95);
        Near.NeverRises(result.History.Select(i => i.Objective), Rounding);
    }

    [Fact]
    public void Seeded_topics_come_first_under_their_names_and_keep_them()
    {
        IDataView view = Rows.NamedView(_context, Rows.Values());
        var options = new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 4,
            SeedWords = { { "last", "word9", "word11" }, { "middle", "word5" } },
        };
        NmfEstimator estimator = _context.Transforms.Nmf(options);
        options.SeedWords.Add("too late", "word1");
        NmfTransformer fitted = estimator.Fit(view);
        using var file = new MemoryStream();
        _context.Model.Save(fitted, view.Schema, file);
        foreach (NmfTransformer transformer in new[] { fitted, (NmfTransformer)SavedModels.Single(new MLContext().Model.Load(file, out _)) })
        {
            IReadOnlyList<Topic> topics = transformer.Model.GetTopics(4);
            Assert.Equal(["last", "middle"], topics.Take(2).Select(topic => topic.Name));
            Assert.Equal([true, true, false, false], topics.Select(topic => topic.IsRenamed));
            Assert.Equal(["word10", "word11", "word8", "word9"], topics[0].Words.Select(word => word.Word).Order());
            Assert.Equal(["word4", "word5", "word6", "word7"], topics[1].Words.Select(word => word.Word).Order());
            VBuffer<ReadOnlyMemory<char>> names = default;
            transformer.Transform(view).Schema["Topics"].GetSlotNames(ref names);
            Assert.Equal("last", names.GetItemOrDefault(0).ToString());
        }
    }

    [Fact]
    public void Words_are_found_in_any_case_and_as_n_grams_and_others_are_warned_about_with_those_near()
    {
        var warnings = new List<string>();
        string[] names = ["Moon", "new|moon", "star", "Word.sun", "stars"];
        TopicSeeds seeds = new NmfEstimator.Options { SeedWords = { { "night", "moon", "New Moon", "star" }, { "day", "sun", "starz", "oven" } } }.SeedWords;
        int[][] found = Search(seeds, names);
        Assert.Equal([0, 1, 2], found[0]);
        Assert.Equal([3], found[1]);
        Assert.Equal("Of topic 'day' 2 seed words are no features of column 'Words', and are left out: 'starz' (near are 'star', 'stars'), 'oven'.",
            Assert.Single(warnings));
        string refused = Assert.Throws<ArgumentOutOfRangeException>(() => Search(new NmfEstimator.Options { SeedWords = { { "food", "breads", "oven" } } }.SeedWords,
            [.. names, "bread"])).Message;
        Assert.Contains("No seed word of topic 'food' is a feature of column 'Words': 'breads' (near are 'bread'), 'oven'.", refused);
        Assert.Contains("'Words' has no slot names", Assert.Throws<ArgumentOutOfRangeException>(() => Search(seeds, null)).Message);

        int[][] Search(TopicSeeds wanted, string[]? features)
            => Microsoft.ML.Nmf.Topics.SeedSearch.Find(wanted, features, "Words", "SeedWords", warnings.Add);
    }

    [Fact]
    public void A_word_that_is_no_feature_is_warned_about_in_the_log()
    {
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        _context.Transforms.Nmf(new NmfEstimator.Options { InputColumnName = "Features", Rank = 4, SeedWords = { { "first", "word1", "nothing" } } })
            .Fit(Rows.NamedView(_context, Rows.Values()));
        Assert.Contains("Of topic 'first' a seed word is no feature of column 'Features', and is left out: 'nothing'.", warnings);
    }

    [Fact]
    public void Seeds_that_do_not_fit_are_refused()
    {
        var seeds = new NmfEstimator.Options { InputColumnName = "Features", Rank = 2 };
        Assert.Contains("The name of seeded topic 0 is blank", Assert.Throws<ArgumentException>(() => seeds.SeedWords.Add(" ", "word1")).Message);
        Assert.Contains("half of a surrogate pair", Assert.Throws<ArgumentException>(() => seeds.SeedWords.Add("\ud800", "word1")).Message);
        Assert.Contains("Topic 'a' has no seed words", Assert.Throws<ArgumentException>(() => seeds.SeedWords.Add("a")).Message);
        Assert.Contains("Topic 'a' has a seed word that is blank", Assert.Throws<ArgumentException>(() => seeds.SeedWords.Add("a", "word1", "")).Message);
        seeds.SeedWords.Add("a", "word1");
        Assert.Contains("There is a seeded topic 'a' already", Assert.Throws<ArgumentException>(() => seeds.SeedWords.Add("a", "word2")).Message);
        Assert.Contains("SeedStrength is -1, but must be", Assert.Throws<ArgumentOutOfRangeException>(() => seeds.SeedStrength = -1).Message);
        seeds.InitialTemplates = Build.Ones(Rows.Size, 2);
        Assert.Contains("InitialTemplates and SeedWords are both set", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(seeds)).Message);
        (seeds.InitialTemplates, seeds.FixedTemplates) = (null, Build.Ones(Rows.Size, 2));
        Assert.Contains("SeedWords has 1 topics and FixedTemplates 2 columns, but Rank is 2",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(seeds)).Message);
    }

    private static ComputeEngine TorchRuntimeOrManaged() => Microsoft.ML.Nmf.Torch.TorchRuntime.Problem is null ? TorchEngines.Create() : new ManagedEngine(1);

    private static NmfEstimator.Options Options(double beta, NmfSolver solver, float strength, int iterations = 40)
        => new()
        {
            Rank = 6,
            Beta = beta,
            Solver = solver,
            SeedStrength = strength,
            SeedWords = { { "first", "0" }, { "second", "5", "6" } },
            MaximumNumberOfIterations = iterations,
            Tolerance = 0,
            Seed = 11,
        };

    private static NmfResult Run(ComputeEngine engine, ExampleMatrix x, NmfEstimator.Options options)
    {
        options = options.SeedFeatures.Count > 0 ? (NmfEstimator.Options)options.Copy() : options.WithSeeds([[0], [5, 6]]);
        return NmfTraining.Run(engine, x, Resolved.Of(options), new QuietMonitor());
    }

    // Five groups of twelve features each, in examples of one or two groups, with a little of everything.
    private static (double[,] X, double[,] W) Grouped(int seed)
    {
        double[,] h = Naive.Random(Examples, Groups, seed, 0.4), w = Naive.Random(Features, Groups, seed + 1);
        for (int j = 0; j < Features; j++)
        {
            for (int k = 0; k < Groups; k++)
                w[j, k] = j / 12 == k ? 0.5 + w[j, k] : 0.02;
        }

        for (int i = 0; i < Examples; i++)
            h[i, i % Groups] += 1;
        return (Naive.Multiply(h, Naive.Transpose(w)), w);
    }

    private static double Cosine(FactorMatrix a, int k, FactorMatrix b, int l)
    {
        double inner = 0, first = 0, second = 0;
        for (int j = 0; j < a.Rows; j++)
        {
            inner += (double)a[j, k] * b[j, l];
            first += (double)a[j, k] * a[j, k];
            second += (double)b[j, l] * b[j, l];
        }

        return inner / Math.Sqrt(first * second + 1e-300);
    }
}
