using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.DeepNmf;

public class DeepNmfTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("chain_beta1")]
    [InlineData("chain_beta2")]
    public void The_divergence_after_every_iteration_is_that_of_the_fixture(string name)
    {
        ChainFixture fixture = ChainFixture.Load(name);
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new WideRow { X = [.. Enumerable.Range(0, 24).Select(j => fixture.X[i, j])] }));
        DeepNmfModel model = _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = "H",
            InputColumnName = "X",
            Ranks = [12, 7, 3],
            Beta = fixture.Beta,
            InitialTemplates = [.. new[] { 3, 2, 1 }.Select(k => Build.Matrix(fixture.Initial[k]))],
            InitialActivations = Build.Matrix(fixture.Initial[0]),
            MaximumNumberOfIterations = 100,
            Tolerance = 0,
        }).Fit(data).Model;
        TrainingHistory history = Assert.Single(model.Phases).History;
        Assert.Equal(fixture.Divergence.Length, history.Count);
        for (int t = 0; t <= 100; t++)
            Near.Equal(fixture.Divergence[t], history[t].Divergence, 1e-4);
        for (int k = 1; k <= 3; k++)
        {
            double[,] expected = fixture.After[100][k];
            FactorMatrix actual = model.Layers[3 - k].Templates;
            double largest = expected.Cast<double>().Max();
            for (int i = 0; i < actual.Rows; i++)
            {
                for (int c = 0; c < actual.Columns; c++)
                    Assert.Equal(expected[i, c], actual[i, c], 1e-3 * largest);
            }
        }
    }

    public static TheoryData<double, bool, LayerInitialization> Cases()
    {
        var data = new TheoryData<double, bool, LayerInitialization>();
        foreach (double beta in new[] { 0, 0.5, 1, 1.5, 2, 3 })
        {
            foreach (LayerInitialization start in Enum.GetValues<LayerInitialization>())
            {
                data.Add(beta, false, start);
                data.Add(beta, true, start);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Objective_never_rises_in_any_phase(double beta, bool penalized, LayerInitialization start)
    {
        var layer = new DeepNmfLayerOptions { TemplatesL1Regularization = 0.05f, TemplatesL2Regularization = 2, TemplatesOrthogonality = start == LayerInitialization.Random ? 1 : 0 };
        DeepNmfModel model = Fit(new()
        {
            Beta = beta,
            Initialization = start,
            Layers = penalized ? [layer, layer, layer] : null,
            ActivationsL1Regularization = penalized ? 0.1f : 0,
            ActivationsL2Regularization = penalized ? 3 : 0,
            MaximumNumberOfIterations = 40,
            Tolerance = 0,
        }).Model;
        Assert.Equal(start == LayerInitialization.LayerWise ? ["layer 1", "layer 2", "layer 3", "all layers"] : ["all layers"], model.Phases.Select(p => p.Name));
        Assert.All(model.Phases, p => Near.NeverRises(p.History.Select(i => i.Objective), 3e-6));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void After_pre_training_the_joint_training_lowers_the_objective(double beta)
    {
        DeepNmfModel model = Fit(new() { Beta = beta, MaximumNumberOfIterations = 100, Tolerance = 0 }).Model;
        TrainingHistory joint = model.Phases[^1].History;
        Assert.True(joint.Last.Objective < 0.98 * joint[0].Objective, $"{joint[0].Objective} → {joint.Last.Objective}");
        DeepNmfModel random = Fit(new() { Beta = beta, Initialization = LayerInitialization.Random, MaximumNumberOfIterations = 1, Tolerance = 0 }).Model;
        Assert.True(joint[0].Objective < 0.5 * random.Phases[^1].History[0].Objective);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(1.5)]
    public void Planted_layers_are_recovered(double beta)
    {
        // Two coarse topics of two fine ones each, every fine one of two words of its own: the chain that made the data is the only one of these ranks, up to order and scale.
        double[,] fine = Groups(12, 6, 2), middle = Groups(6, 4, 2), coarse = new double[,] { { 1, 0 }, { 0.5, 0 }, { 0, 1 }, { 0, 0.7 } };
        middle[4, 0] = 0.3;
        middle[5, 3] = 0.4;
        double[,] h = Naive.Random(200, 2, 1, 0.7);
        double[,] x = Naive.Multiply(h, Naive.Transpose(Naive.Multiply(Naive.Multiply(fine, middle), coarse)));
        IDataView data = Rows.View(_context, Enumerable.Range(0, 200).Select(i => Enumerable.Range(0, 12).Select(j => (float)x[i, j]).ToArray()));
        DeepNmfModel model = _context.Transforms.DeepNmf(Options(new() { Ranks = [6, 4, 2], Beta = beta, MaximumNumberOfIterations = 3000, PretrainingIterations = 200, Tolerance = 1e-7 })).Fit(data).Model;
        double total = x.Cast<double>().Sum(v => BetaDivergence.Of(v, x.Cast<double>().Average(), beta));
        Assert.True(model.ReconstructionError < 0.002 * total, $"{model.ReconstructionError} of {total}");
        double[,] product = Naive.Multiply(Naive.Multiply(fine, middle), coarse);
        for (int k = 0; k < 2; k++)
        {
            double[] planted = [.. Enumerable.Range(0, 12).Select(j => product[j, k])];
            Assert.Contains(Enumerable.Range(0, 2), c => Cosine(planted, [.. Enumerable.Range(0, 12).Select(j => (double)model.Deepest.EffectiveTemplates[j, c])]) > 0.98);
        }
    }

    [Fact]
    public void Columns_of_layers_follow_from_the_deepest_through_the_factors()
    {
        IDataView data = Rows.NamedView(_context, Rows.Values());
        DeepNmfTransformer transformer = _context.Transforms.DeepNmf(Options(new() { LayerOutputColumnNames = ["Fine", null], Normalization = ActivationNormalization.None })).Fit(data);
        Assert.Equal(["Topics", "Fine"], transformer.OutputColumnNames);
        IDataView output = transformer.Transform(data);
        Assert.Equal((2, 6), (((VectorDataViewType)output.Schema["Topics"].Type).Size, ((VectorDataViewType)output.Schema["Fine"].Type).Size));
        float[][] deepest = Rows.Topics(output), fine = Rows.Topics(output, "Fine");
        for (int i = 0; i < deepest.Length; i++)
        {
            double[] expected = [.. deepest[i].Select(v => (double)v)];
            for (int layer = 2; layer > 0; layer--)
            {
                FactorMatrix w = transformer.Model.Layers[layer].Templates;
                expected = [.. Enumerable.Range(0, w.Rows).Select(l => Enumerable.Range(0, w.Columns).Sum(k => expected[k] * w[l, k]))];
            }

            for (int l = 0; l < 6; l++)
                Assert.Equal(expected[l], fine[i][l], 1e-5 * Math.Max(1, expected.Max()));
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        output.Schema["Fine"].GetSlotNames(ref names);
        Assert.Equal(transformer.Model.Layers[0].GetTopics(3).Select(t => t.ToString()), names.DenseValues().Select(n => n.ToString()));
    }

    [Fact]
    public void Promised_schema_equals_the_delivered_one()
    {
        foreach (IDataView data in new[] { Rows.View(_context, Rows.Values()), Rows.NamedView(_context, Rows.Values()) })
        {
            DeepNmfEstimator estimator = _context.Transforms.DeepNmf(Options(new() { LayerOutputColumnNames = ["Fine", "Middle"] }));
            SchemaShape promised = estimator.GetOutputSchema(Shape.Of(data));
            Assert.Equal(Shape.Of(estimator.Fit(data).Transform(data)).Select(Shape.Describe).Order(), promised.Select(Shape.Describe).Order());
        }
    }

    [Fact]
    public void Links_say_which_fine_topics_make_up_a_coarse_one()
    {
        DeepNmfModel model = Fit(new()).Model;
        Assert.Empty(model.Layers[0].GetLinks(0));
        foreach (TopicLayer layer in model.Layers.Skip(1))
        {
            FactorMatrix before = model.Layers[layer.Index - 1].EffectiveTemplates;
            for (int k = 0; k < layer.Rank; k++)
            {
                IReadOnlyList<TopicLink> links = layer.GetLinks(k);
                Assert.Equal(1, links.Sum(l => l.Share), 1e-9);
                Assert.Equal(links.OrderByDescending(l => l.Share).Select(l => l.Topic), links.Select(l => l.Topic));
                // What the shares say is what the effective templates are made of.
                double total = Enumerable.Range(0, before.Rows).Sum(j => layer.EffectiveTemplates[j, k]);
                TopicLink first = links[0];
                double part = Enumerable.Range(0, before.Rows).Sum(j => before[j, first.Topic]) * layer.Templates[first.Topic, k];
                Assert.Equal(part / total, first.Share, 1e-4);
            }

            Assert.Equal(1, layer.GetPrevalence().Sum(), 1e-9);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Deepest.GetLinks(2));
    }

    [Fact]
    public void The_hierarchy_holds_every_topic_once()
    {
        DeepNmfModel model = Fit(new()).Model;
        IReadOnlyList<TopicNode> roots = model.GetHierarchy(3, minimumPrevalence: 0);
        Assert.Equal(model.Deepest.Rank, roots.Count);
        Assert.Equal(roots.OrderByDescending(r => r.Prevalence).Select(r => r.Topic.Index), roots.Select(r => r.Topic.Index));
        List<TopicNode> all = [];
        void Add(TopicNode node)
        {
            all.Add(node);
            foreach (TopicNode child in node.Children)
            {
                Assert.Equal(node.Layer - 1, child.Layer);
                Add(child);
            }
        }

        foreach (TopicNode root in roots)
            Add(root);
        Assert.Equal(model.Layers.SelectMany(l => Enumerable.Range(0, l.Rank).Select(k => (l.Index, k))).Order(), all.Select(n => (n.Layer, n.Topic.Index)).Order());
    }

    [Fact]
    public void A_fixed_layer_keeps_its_templates()
    {
        FactorMatrix given = ChainFactor.Random(Rows.Size, 6, 3).InitialValues;
        foreach (LayerInitialization start in Enum.GetValues<LayerInitialization>())
        {
            DeepNmfModel model = Fit(new() { Initialization = start, InitialTemplates = [given, null, null], Layers = [new() { IsFixed = true }, new(), new()] }).Model;
            Assert.Equal(given.Values, model.Layers[0].Templates.Values);
            Assert.True(model.Phases[^1].History.Last.Objective < model.Phases[^1].History[0].Objective);
        }

        // Pre-trained, then kept: the first layer's words no longer move.
        FactorMatrix preTrained = Fit(new() { Layers = [new() { IsFixed = true }, new(), new()], MaximumNumberOfIterations = 1 }).Model.Layers[0].Templates;
        FactorMatrix kept = Fit(new() { Layers = [new() { IsFixed = true }, new(), new()], MaximumNumberOfIterations = 50 }).Model.Layers[0].Templates;
        Assert.Equal(Columns(preTrained), Columns(kept));

        // A model has its topics by prevalence, which moves with the activations.
        static IEnumerable<string> Columns(FactorMatrix w)
            => Enumerable.Range(0, w.Columns).Select(k => string.Join(' ', Enumerable.Range(0, w.Rows).Select(j => w[j, k]))).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Saved_and_loaded_in_a_new_process_it_gives_the_same_bits(double beta)
    {
        float[][] rows = Rows.Values();
        IDataView data = Rows.NamedView(_context, rows);
        DeepNmfTransformer transformer = _context.Transforms.DeepNmf(Options(new() { Beta = beta, LayerOutputColumnNames = ["Fine", null] })).Fit(data);
        foreach (string column in new[] { "Topics", "Fine" })
            Assert.Equal(NewProcess.Bits(Rows.Topics(transformer.Transform(data), column)), await NewProcess.Transform(_folder.FullName, transformer, data.Schema, rows, column));

        ITransformer read = new MLContext().Model.Load(Path.Combine(_folder.FullName, "model.zip"), out _);
        var loaded = (DeepNmfTransformer)(read is TransformerChain<ITransformer> chain ? chain.Single() : read);
        Assert.Equal(transformer.OutputColumnNames, loaded.OutputColumnNames);
        DeepNmfModel before = transformer.Model, after = loaded.Model;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(before.Layers[i].Templates.Values, after.Layers[i].Templates.Values);
            Assert.Equal(before.Layers[i].GetPrevalence(), after.Layers[i].GetPrevalence());
            Assert.Equal(before.Layers[i].GetTopics(4).Select(t => t.ToString()), after.Layers[i].GetTopics(4).Select(t => t.ToString()));
        }

        Assert.Equal((before.Beta, before.NumberOfExamples, before.ReconstructionError), (after.Beta, after.NumberOfExamples, after.ReconstructionError));
        Assert.Equal(before.Phases.Select(p => p.Name), after.Phases.Select(p => p.Name));
        Assert.Equal(before.Phases.SelectMany(p => p.History), after.Phases.SelectMany(p => p.History));
    }

    [Fact]
    public void A_classifier_trains_on_the_deepest_activations()
    {
        IDataView data = Rows.View(_context, Rows.Values(300));
        DataOperationsCatalog.TrainTestData parts = _context.Data.TrainTestSplit(data, 0.3, seed: 1);
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.DeepNmf("Topics", "Features", ranks: [6, 3]))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Topics", l1Regularization: 0, l2Regularization: 1e-3f));
        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(pipeline.Fit(parts.TrainSet).Transform(parts.TestSet));
        Assert.True(metrics.MicroAccuracy > 0.95, $"{metrics.MicroAccuracy}");
    }

    [Fact]
    public void Training_gives_the_same_bits_for_any_thread_count()
    {
        float[][] rows = Rows.Values(1500);
        float[][] Train(int threads)
            => [.. _context.Transforms.DeepNmf(Options(new() { NumberOfThreads = threads, MaximumNumberOfIterations = 10 })).Fit(Rows.View(_context, rows)).Model.Layers.Select(l => l.Templates.Values.ToArray())];
        Assert.Equal(Train(1), Train(2));
    }

    [Fact]
    public void Only_the_joint_training_warns_when_it_stops_unconverged()
    {
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        Fit(new() { PretrainingIterations = 1, MaximumNumberOfIterations = 2, Tolerance = 1e-9 });
        Assert.StartsWith("Deep NMF, all layers stopped after 2 iterations", Assert.Single(warnings));
    }

    [Fact]
    public void Cancelling_stops_it_in_any_phase()
    {
        foreach (string phase in new[] { "Deep NMF, layer 1 of 3", "Deep NMF, layer 3 of 3", "Deep NMF, all layers" })
        {
            using var source = new CancellationTokenSource();
            TrainingProgress? last = null;
            var progress = new Progress(step =>
            {
                last = step;
                if (step.Phase == phase && step.Iteration.Number == 2)
                    source.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => Fit(new() { Tolerance = 0, Progress = progress, CancellationToken = source.Token }));
            Assert.Equal((phase, 2), (last!.Phase, last.Iteration.Number));
        }
    }

    [Fact]
    public void Bad_options_are_refused_with_a_reason()
    {
        string Set(Action<DeepNmfEstimator.Options> set) => Assert.ThrowsAny<ArgumentException>(() => set(new DeepNmfEstimator.Options())).Message;
        Assert.Contains("Ranks[1] is 0, but must be at least 1", Set(o => o.Ranks = [3, 0]));
        Assert.Contains("Ranks[1] is 5, but must not be above Ranks[0], which is 3", Set(o => o.Ranks = [3, 5]));
        Assert.Contains("Ranks has no rank", Set(o => o.Ranks = []));
        Assert.Contains("PretrainingIterations is 0", Set(o => o.PretrainingIterations = 0));
        Assert.Contains("Initialization is 9", Set(o => o.Initialization = (LayerInitialization)9));
        Assert.Contains("TemplatesOrthogonality is -1", Set(o => o.Layers = [new() { TemplatesOrthogonality = -1 }]));
        string Make(DeepNmfEstimator.Options options) => Assert.ThrowsAny<ArgumentException>(() => _context.Transforms.DeepNmf(Options(options))).Message;
        Assert.Contains("Layers has 1 entries, but Ranks has 3", Make(new() { Layers = [new()] }));
        Assert.Contains("LayerOutputColumnNames has 1 names, but must have 2", Make(new() { LayerOutputColumnNames = ["a"] }));
        Assert.Contains("name the column 'Topics' twice", Make(new() { LayerOutputColumnNames = ["Topics", null] }));
        Assert.Contains("InitialTemplates[0] is not", Make(new() { InitialActivations = Build.Ones(90, 2) }));
        Assert.Contains("InitialTemplates[1] is 5 × 3, but must be 6 × 3: one row for each component of layer 0", Make(new() { InitialTemplates = [null, Build.Ones(5, 3), null] }));
        Assert.Contains("InitialTemplates[0] is 11 × 6, but must be 12 × 6",
            Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new() { InitialTemplates = [Build.Ones(11, 6), null, null] })).Message);
    }

    [Fact]
    public void The_default_ranks_are_those_of_the_catalog()
        => Assert.Equal([24, 10, 4], _context.Transforms.DeepNmf("Topics", "Features", maximumNumberOfIterations: 2).Fit(Rows.View(_context, Rows.Values())).Model.Layers.Select(l => l.Rank));

    private DeepNmfTransformer Fit(DeepNmfEstimator.Options options) => _context.Transforms.DeepNmf(Options(options)).Fit(Rows.View(_context, Rows.Values()));

    private static DeepNmfEstimator.Options Options(DeepNmfEstimator.Options options)
    {
        options.OutputColumnName = "Topics";
        options.InputColumnName = "Features";
        if (options.Ranks.SequenceEqual([24, 10, 4]))
            options.Ranks = [6, 3, 2];
        options.Seed = 2;
        return options;
    }

    private static double[,] Groups(int rows, int columns, int size)
    {
        var groups = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            groups[i, i / size % columns] = 1 + 0.3 * (i % size);
        return groups;
    }

    private static double Cosine(double[] a, double[] b)
        => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(v => v * v) * b.Sum(v => v * v) + 1e-300);

    private sealed class Progress(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }

    private sealed class WideRow
    {
        [VectorType(24)]
        public double[] X { get; set; } = [];
    }
}
