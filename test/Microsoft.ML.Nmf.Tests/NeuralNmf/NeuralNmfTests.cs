using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralNmfTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Promised_schema_equals_the_delivered_one()
    {
        float[][] rows = Rows.Values(30);
        IDataView[] views =
        [
            NeuralRows.GroupView(_context, rows), NeuralRows.NamedGroupView(_context, rows),
            NeuralRows.KeyView(_context, rows, i => (float)(i % 3)), NeuralRows.KeyView(_context, rows, i => i % 2 == 0),
            // Values that are not kept, and none at all.
            NeuralRows.KeyView(_context, rows, i => new DateTime(2000, 1, 1 + i % 3)),
            _context.Data.LoadFromEnumerable(rows.Select((r, i) => new UnnamedKey { Features = r, Label = (uint)(i % 3) + 1 })),
        ];
        foreach (IDataView view in views)
        {
            foreach (string? label in new[] { null, "Label" })
            {
                foreach (string? fine in new[] { null, "Fine" })
                {
                    foreach ((string? score, string? predicted) in new[] { ("Score", "PredictedLabel"), (null, "PredictedLabel"), ("Score", null), (null, null),
                        ("Fine scores", "Label") })
                    {
                        NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(NeuralRows.Options(new()
                        {
                            LayerOutputColumnNames = fine is null ? null : [fine],
                            ScoreColumnName = score,
                            PredictedLabelColumnName = predicted,
                            MaximumNumberOfIterations = 1,
                        }, label));
                        SchemaShape promised = estimator.GetOutputSchema(Shape.Of(view));
                        NeuralNmfTransformer transformer = estimator.Fit(view);
                        IDataView output = transformer.Transform(view);
                        Assert.Equal(Shape.Of(output).Select(Shape.Describe).Order(), promised.Select(Shape.Describe).Order());
                        Assert.Equal(output.Schema.Select(c => (c.Name, c.Type.ToString())), transformer.GetOutputSchema(view.Schema)
                            .Select(c => (c.Name, c.Type.ToString())));
                        string?[] expected = label is null ? ["Topics", fine] : ["Topics", fine, score, predicted];
                        Assert.Equal(expected.OfType<string>(), transformer.OutputColumnNames);
                    }
                }
            }
        }
    }

    [Fact]
    public void Columns_have_the_sizes_and_names_of_layers_and_classes()
    {
        IDataView data = NeuralRows.NamedGroupView(_context, Rows.Values());
        NeuralNmfTransformer transformer =
            _context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [7, 5, 2], LayerOutputColumnNames = ["Fine", "Middle"] })).Fit(data);
        IDataView output = transformer.Transform(data);
        foreach ((string column, int layer) in new[] { ("Topics", 2), ("Fine", 0), ("Middle", 1) })
        {
            // The first three words, and more of them where those of several topics coincide.
            string[] names = SlotNames(output, column);
            Assert.All(transformer.Model.Layers[layer].GetTopics(3), topic => Assert.StartsWith(topic.ToString(), names[topic.Index]));
            Assert.Equal(names.Length, names.Distinct().Count());
        }

        Assert.Equal([2, 7, 5], new[] { "Topics", "Fine", "Middle" }.Select(column => Rows.Topics(output, column)[0].Length));
        Assert.Equal(["group 0", "group 1", "group 2"], SlotNames(output, "Score"));
        Assert.Equal(SlotNames(output, "Score"), transformer.Model.Classifier!.ClassNames);
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void Transforming_a_training_row_gives_what_training_ended_with(NeuralNmfLoss loss)
    {
        float[][] rows = Rows.Values();
        IDataView data = NeuralRows.GroupView(_context, rows);
        NeuralNmfTransformer transformer =
            _context.Transforms.NeuralNmf(NeuralRows.Options(new()
            {
                Loss = loss,
                LayerOutputColumnNames = ["Fine"],
                Normalization = ActivationNormalization.None,
                ScoreSource = NeuralNmfScoreSource.DeepestTopics,
            })).Fit(data);
        double[,] x = Matrix(rows);
        double[][,] templates = [.. transformer.Model.Layers.Select(l => NeuralData.Read(l.Templates))], expected = NaiveNeural.Forward(x, templates);
        IDataView output = transformer.Transform(data);
        foreach ((string column, int layer) in new[] { ("Fine", 0), ("Topics", 1) })
        {
            float[][] activations = Rows.Topics(output, column);
            Near.Equal(expected[layer], Matrix(activations), 1e-4);
            // The sums are what training itself ended with.
            double[] sums = transformer.Model.Layers[layer].Moments.Sums;
            for (int k = 0; k < sums.Length; k++)
                Assert.Equal(sums[k], activations.Sum(row => (double)row[k]), 1e-4 * sums.Max());
        }

        // And so are the losses of its last epoch.
        NeuralNmfEpoch last = transformer.Model.Epochs[^1];
        Near.Equal(NaiveNeural.Loss(x, templates, expected, loss, null), last.LayerLosses.Sum(), 1e-5);
        double squares = transformer.Model.Classifier!.Weights.Values.ToArray().Sum(v => (double)v * v);
        double penalty = 0.5 * new NeuralNmfEstimator.Options().ScoreRegularization * NeuralData.MeanSquare(x) * 3 * squares;
        double label = Rows.Topics(output, "Score").Select((scores, i) => (Score: scores[i % 3], i)).Where(p => p.i % 5 != 4).Average(p => -Math.Log(p.Score));
        Near.Equal(label + penalty, last.LabelLoss, 1e-4);
    }

    [Fact]
    public void A_row_of_zeros_gives_zeros_and_even_scores_of_the_deepest_topics()
    {
        NeuralNmfTransformer transformer =
            _context.Transforms.NeuralNmf(NeuralRows.Options(new() { ScoreSource = NeuralNmfScoreSource.DeepestTopics })).Fit(NeuralRows.GroupView(_context, [.. Rows.Values(), new float[Rows.Size]]));
        IDataView output = transformer.Transform(Rows.View(_context, [new float[Rows.Size]]));
        Assert.All(Rows.Topics(output).Single(), v => Assert.Equal(0, v));
        Assert.All(Rows.Topics(output, "Score").Single(), v => Assert.Equal(1f / 3, v));
        Assert.Equal(1u, NeuralRows.Keys(output).Single());
    }

    [Fact]
    public void A_column_of_zeros_gives_zeros_and_a_warning()
    {
        string? warning = null;
        _context.Log += (_, e) => warning = e.Kind == ChannelMessageKind.Warning ? e.RawMessage : warning;
        IDataView zeros = NeuralRows.GroupView(_context, Enumerable.Range(0, 8).Select(_ => new float[Rows.Size]));
        foreach (NeuralNmfOptimizer optimizer in new[] { NeuralNmfOptimizer.Automatic, NeuralNmfOptimizer.Adam() })
        {
            foreach (NeuralNmfScoreSource source in Enum.GetValues<NeuralNmfScoreSource>())
            {
                NeuralNmfEstimator.Options options = NeuralRows.Options(new() { Optimizer = optimizer, ScoreSource = source });
                IDataView output = _context.Transforms.NeuralNmf(options).Fit(zeros).Transform(zeros);
                Assert.All(Rows.Topics(output).SelectMany(v => v), v => Assert.Equal(0, v));
                float[][] scores = Rows.Topics(output, "Score");
                Assert.All(scores, row => Assert.Equal(1, row.Sum(), 1e-5));
                if (source == NeuralNmfScoreSource.DeepestTopics)
                    Assert.All(scores.SelectMany(v => v), v => Assert.Equal(1f / 3, v));
            }
        }

        Assert.Contains("'Features' is zero in every row", warning);
    }

    [Fact]
    public void The_model_says_what_was_trained()
    {
        IDataView data = NeuralRows.NamedGroupView(_context, Rows.Values());
        NeuralNmfModel model = _context.Transforms.NeuralNmf(NeuralRows.Options(new()
        {
            Loss = NeuralNmfLoss.Reconstruction,
            LabelLoss = NeuralNmfLabelLoss.SquaredError,
            ValidationFraction = 0.2,
            Tolerance = 0
        })).Fit(data).Model;
        Assert.Equal((NeuralNmfLoss.Reconstruction, 90), (model.Loss, model.NumberOfExamples));
        Assert.Equal(NeuralNmfLabelLoss.SquaredError, model.Classifier!.Loss);
        Assert.Equal((3, 3), (model.Classifier.Weights.Rows, model.Classifier.Weights.Columns));
        Assert.Equal(Enumerable.Range(0, Rows.Size).Select(j => $"word{j}"), model.FeatureNames);
        Assert.Equal([(Rows.Size, 6), (6, 3)], model.Layers.Select(l => (l.Templates.Rows, l.Templates.Columns)));
        Assert.Equal(["layer 1", "layer 2", "all layers"], model.Phases.Select(p => p.Name));
        Assert.Equal(Enumerable.Range(0, model.Epochs.Count), model.Epochs.Select(e => e.Number));
        Assert.All(model.Epochs, e => Assert.Single(e.LayerLosses));
        Assert.All(model.Epochs, e => Assert.True(double.IsFinite(e.LabelLoss) && double.IsFinite(e.ValidationLoss)));
        Assert.Equal(model.Phases[^1].History.Select(i => i.Seconds), model.Epochs.Select(e => e.Seconds));

        NeuralNmfModel plain = _context.Transforms.NeuralNmf(NeuralRows.Options(new(), label: null)).Fit(data).Model;
        Assert.Null(plain.Classifier);
        Assert.All(plain.Epochs, e => Assert.Equal(2, e.LayerLosses.Count));
        Assert.All(plain.Epochs, e => Assert.True(double.IsNaN(e.LabelLoss) && double.IsNaN(e.ValidationLoss)));
    }

    [Fact]
    public void Topics_links_and_hierarchy_are_those_of_the_layers()
    {
        NeuralNmfModel model =
            _context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [6, 4, 2], Normalization = ActivationNormalization.None })).Fit(NeuralRows.NamedGroupView(_context, Rows.Values())).Model;
        double[,] effective = NeuralData.Read(model.Layers[0].Templates);
        Assert.Empty(model.Layers[0].GetLinks(0));
        foreach (TopicLayer layer in model.Layers.Skip(1))
        {
            double[] before = [.. Enumerable.Range(0, effective.GetLength(1)).Select(l => Enumerable.Range(0, Rows.Size).Sum(j => effective[j, l]))];
            effective = Naive.Multiply(effective, NeuralData.Read(layer.Templates));
            Near.Equal(effective, NeuralData.Read(layer.EffectiveTemplates), 1e-6);
            for (int k = 0; k < layer.Rank; k++)
            {
                IReadOnlyList<TopicLink> links = layer.GetLinks(k);
                Assert.Equal(1, links.Sum(l => l.Share), 1e-9);
                Assert.All(links,
                    l => Assert.Equal(before[l.Topic] * layer.Templates[l.Topic, k] / Enumerable.Range(0, Rows.Size).Sum(j => effective[j, k]), l.Share, 1e-5));
            }

            Assert.Equal(1, layer.GetPrevalence().Sum(), 1e-9);
        }

        IReadOnlyList<TopicNode> roots = model.GetHierarchy(3, minimumPrevalence: 0);
        List<TopicNode> all = [.. roots];
        for (int i = 0; i < all.Count; i++)
        {
            Assert.All(all[i].Children, child => Assert.Equal(all[i].Layer - 1, child.Layer));
            all.AddRange(all[i].Children);
        }

        Assert.Equal(model.Layers.SelectMany(l => Enumerable.Range(0, l.Rank).Select(k => (l.Index, k))).Order(), all.Select(n => (n.Layer, n.Topic.Index))
            .Order());
        Assert.Equal(roots.OrderByDescending(r => r.Prevalence).Select(r => r.Topic.Index), roots.Select(r => r.Topic.Index));
        float[] row = model.Reconstruct([1, 2]);
        for (int j = 0; j < Rows.Size; j++)
            Assert.Equal(effective[j, 0] + 2 * effective[j, 1], row[j], 1e-5 * row.Max());
        Assert.Throws<ArgumentException>(() => model.Reconstruct([1]));
    }

    [Fact]
    public void The_log_tells_what_is_trained_and_only_the_joint_training_warns()
    {
        var lines = new List<(ChannelMessageKind Kind, string Text)>();
        _context.Log += (_, e) => lines.Add((e.Kind, e.RawMessage));
        IDataView data = NeuralRows.GroupView(_context, Rows.Values());
        _context.Transforms.NeuralNmf(NeuralRows.Options(new() { PretrainingIterations = 1, MaximumNumberOfIterations = 12, Tolerance = 1e-12 })).Fit(data);
        const string announced =
            @"^.*Neural NMF of ranks 6, 3, energy loss, labels in column 'Label', of column 'Features': 90 examples × 12 features, .*about \d+ MB";
        Assert.Contains(lines, l => l.Kind == ChannelMessageKind.Info && Regex.IsMatch(l.Text, announced));
        Assert.Contains(lines, l => l.Text.StartsWith("Neural NMF, layer 1 of 2 ended after 1 iterations"));
        Assert.Contains(lines, l => l.Text.StartsWith("Neural NMF, all layers starts at objective"));
        Assert.Contains(lines, l => l.Text.StartsWith("Neural NMF, all layers epoch 10: objective"));
        string[] Warnings() => [.. lines.Where(l => l.Kind == ChannelMessageKind.Warning).Select(l => l.Text)];
        Assert.StartsWith("Neural NMF, all layers stopped after 12 iterations without having converged", Assert.Single(Warnings()));
        lines.Clear();
        NeuralNmfModel model = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 500, Tolerance = 1e-2 })).Fit(data).Model;
        Assert.True(model.Phases[^1].History.Converged);
        Assert.Contains(lines, l => l.Text.StartsWith("Neural NMF, all layers ended after") && l.Text.EndsWith(": it has converged to the tolerance of 0.01."));
        Assert.Empty(Warnings());
        lines.Clear();
        NeuralNmfEstimator.Options early = new() { MaximumNumberOfIterations = 500, Tolerance = 0, ValidationFraction = 0.3, ValidationPatience = 1 };
        _context.Transforms.NeuralNmf(NeuralRows.Options(early)).Fit(data);
        Assert.Contains(lines, l => l.Text.StartsWith("Neural NMF, all layers ended after") && l.Text.EndsWith("that were held out has stopped falling."));
    }

    [Fact]
    public void Progress_is_told_of_every_iteration_and_cancelling_stops_it_in_any_phase()
    {
        IDataView data = NeuralRows.GroupView(_context, Rows.Values());
        var steps = new List<TrainingProgress>();
        NeuralNmfModel model = _context.Transforms.NeuralNmf(NeuralRows.Options(new()
        {
            Tolerance = 0,
            MaximumNumberOfIterations = 6,
            Progress = new Told(steps.Add)
        })).Fit(data).Model;
        Assert.Equal(model.Phases.SelectMany(p => p.History), steps.Select(s => s.Iteration));
        foreach (string phase in new[] { "Neural NMF, layer 1 of 2", "Neural NMF, layer 2 of 2", "Neural NMF, all layers" })
        {
            using var source = new CancellationTokenSource();
            TrainingProgress? last = null;
            var progress = new Told(step =>
            {
                last = step;
                if (step.Phase == phase && step.Iteration.Number == 2)
                    source.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => _context.Transforms.NeuralNmf(NeuralRows.Options(new()
            {
                Tolerance = 0,
                Progress = progress,
                CancellationToken = source.Token
            })).Fit(data));
            Assert.Equal((phase, 2), (last!.Phase, last.Iteration.Number));
        }
    }

    [Fact]
    public void The_defaults_are_those_of_the_catalog()
    {
        IDataView data = NeuralRows.GroupView(_context, Rows.Values());
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf("Topics", "Features", maximumNumberOfIterations: 2).Fit(data);
        Assert.Equal([20, 8], transformer.Model.Layers.Select(l => l.Rank));
        Assert.Equal(["Topics"], transformer.OutputColumnNames);
        Assert.Equal(2, transformer.Model.Phases[^1].History.Last.Number);
        NeuralNmfTransformer guided =
            _context.Transforms.NeuralNmf("Features", ranks: [3], labelColumnName: "Label", maximumNumberOfIterations: 1, seed: 1).Fit(data);
        Assert.Equal(["Features", "Score", "PredictedLabel"], guided.OutputColumnNames);
        Assert.Equal(3, Rows.Topics(guided.Transform(data), "Features")[0].Length);
    }

    [Fact]
    public void Transforming_allocates_nothing_per_row()
    {
        IDataView data = _context.Data.Cache(NeuralRows.GroupView(_context, Rows.Values(4000)));
        IDataView output = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { LayerOutputColumnNames = ["Fine"], MaximumNumberOfIterations = 2 }))
            .Fit(data).Transform(data);
        using DataViewRowCursor cursor =
            output.GetRowCursorSet([.. new[] { "Topics", "Fine", "Score", "PredictedLabel" }.Select(name => output.Schema[name])], 1)[0];
        ValueGetter<VBuffer<float>>[] getters = [.. new[] { "Topics", "Fine", "Score" }.Select(name => cursor.GetGetter<VBuffer<float>>(output.Schema[name]))];
        ValueGetter<uint> key = cursor.GetGetter<uint>(output.Schema["PredictedLabel"]);
        var values = new VBuffer<float>[getters.Length];
        uint predicted = 0;
        long Read(int rows)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rows && cursor.MoveNext(); i++)
            {
                for (int k = 0; k < getters.Length; k++)
                    getters[k](ref values[k]);
                key(ref predicted);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Read(1000);
        // The least of several, because the runtime may allocate something of its own meanwhile.
        long[] parts = [.. Enumerable.Range(0, 5).Select(_ => Read(600))];
        Assert.True(parts.Min() < 600, string.Join(' ', parts));
        Assert.InRange(predicted, 1u, 3u);
    }

    private static string[] SlotNames(IDataView view, string column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema[column].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    private static double[,] Matrix(float[][] rows)
    {
        var values = new double[rows.Length, rows[0].Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < rows[0].Length; j++)
                values[i, j] = rows[i][j];
        }

        return values;
    }

    private sealed class UnnamedKey
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class Told(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}
