using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>Class scores that features and topics give.</summary>
public class NeuralNmfScoreTests
{
    private const int Width = 8;

    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void Scores_are_linear_in_the_features_and_in_the_roots_of_the_shares_of_topics(NeuralNmfLabelLoss loss)
    {
        float[][] rows = [.. Rows.Values(), new float[Rows.Size]];
        IDataView data = NeuralRows.GroupView(_context, rows);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(
            new() { LabelLoss = loss, LayerOutputColumnNames = ["Fine"], Normalization = ActivationNormalization.None })).Fit(data);
        IDataView output = transformer.Transform(data);
        float[][] fine = Rows.Topics(output, "Fine"), deep = Rows.Topics(output), scores = Rows.Topics(output, "Score");
        uint[] predicted = NeuralRows.Keys(output);
        LinearScores linear = transformer.Model.Scores!;
        for (int i = 0; i < rows.Length; i++)
        {
            double[] phi = Phi(rows[i], fine[i], deep[i]);
            double[] z = [.. Enumerable.Range(0, 3).Select(c => phi.Select((value, j) => value * Weight(linear, j, c)).Sum())];
            double[] expected = loss == NeuralNmfLabelLoss.SquaredError ? z : [.. z.Select(v => 1 / z.Sum(other => Math.Exp(linear.Sharpness * (other - v))))];
            for (int c = 0; c < 3; c++)
                Assert.Equal(expected[c], scores[i][c], 1e-4);
            Assert.Equal((uint)Array.IndexOf(scores[i], scores[i].Max()) + 1, predicted[i]);
        }
    }

    [Fact]
    public void With_all_labels_the_weights_are_those_of_least_squares_with_a_penalty()
    {
        float[][] rows = Rows.Values();
        IDataView data = NeuralRows.KeyView(_context, rows, i => "group " + i % 3);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(
            new() { LayerOutputColumnNames = ["Fine"], Normalization = ActivationNormalization.None })).Fit(data);
        IDataView output = transformer.Transform(data);
        float[][] fine = Rows.Topics(output, "Fine"), deep = Rows.Topics(output);
        double[][] phi = [.. rows.Select((row, i) => Phi(row, fine[i], deep[i]))];
        int width = phi[0].Length;
        for (int c = 0; c < 3; c++)
        {
            var normal = new double[width, width];
            var right = new double[width];
            for (int i = 0; i < rows.Length; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    right[j] += i % 3 == c ? phi[i][j] : 0;
                    for (int k = 0; k < width; k++)
                        normal[j, k] += phi[i][j] * phi[i][k];
                }
            }

            // The bias, which is the last, has no penalty.
            for (int j = 0; j < width - 1; j++)
                normal[j, j] += 1;
            double[] expected = Naive.Solve(normal, right, [.. Enumerable.Range(0, width)])!;
            for (int j = 0; j < width; j++)
                Assert.Equal(expected[j], Weight(transformer.Model.Scores!, j, c), 5e-3);
        }
    }

    [Fact]
    public void Rows_without_a_label_teach_what_no_labelled_row_has()
    {
        // Two subjects of three words each. Labelled rows have the first word of theirs alone; others tell what goes with it.
        var random = new Random(3);
        float[][] rows = [.. Enumerable.Range(0, 200).Select(i => Row(i % 2, i < 6 ? [0] : [0, 1 + random.Next(2)], random))];
        IDataView data = KeyView(rows, i => i < 6 ? "subject " + i % 2 : "");
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [4, 2] })).Fit(data);
        float[][] unseen = [.. Enumerable.Range(0, 20).Select(i => Row(i % 2, [1 + i / 2 % 2], random))];
        IDataView output = transformer.Transform(View(unseen, _ => ""));
        uint[] predicted = NeuralRows.Keys(output);
        Assert.All(predicted, (key, i) => Assert.Equal((uint)(i % 2) + 1, key));
        for (int word = 1; word <= 2; word++)
        {
            FactorMatrix weights = transformer.Model.Scores!.FeatureWeights;
            Assert.True(weights[word, 0] > weights[word, 1] + 0.05 && weights[3 + word, 1] > weights[3 + word, 0] + 0.05, $"word {word}");
        }
    }

    [Fact]
    public void Probabilities_are_about_as_high_as_they_are_right()
    {
        // Two classes that overlap: a row has its class's words three times in four.
        var random = new Random(5);
        (float[] Row, int Class)[] Draw(int count) => [.. Enumerable.Range(0, count).Select(i => (Row(random.NextDouble() < 0.75 ? i % 2 : 1 - i % 2, [0, 1, 2], random), i % 2))];
        (float[] Row, int Class)[] train = Draw(600), test = Draw(600);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [4, 2] }))
            .Fit(KeyView(train.Select(p => p.Row), i => "class " + train[i].Class));
        float[][] scores = Rows.Topics(transformer.Transform(View(test.Select(p => p.Row), _ => "")), "Score");
        double loss = test.Select((p, i) => -Math.Log(scores[i][p.Class])).Average(), best = -0.75 * Math.Log(0.75) - 0.25 * Math.Log(0.25);
        Assert.InRange(loss, 0, best + 0.06);
    }

    [Fact]
    public void The_source_of_scores_changes_no_topic()
    {
        IDataView data = NeuralRows.GroupView(_context, Rows.Values());
        NeuralNmfModel Fit(NeuralNmfScoreSource source) => _context.Transforms.NeuralNmf(NeuralRows.Options(new() { ScoreSource = source })).Fit(data).Model;
        NeuralNmfModel linear = Fit(NeuralNmfScoreSource.FeaturesAndTopics), layer = Fit(NeuralNmfScoreSource.DeepestTopics);
        Assert.Null(layer.Scores);
        Assert.NotNull(linear.Scores);
        Assert.Equal(layer.Layers.SelectMany(l => l.Templates.Values.ToArray()), linear.Layers.SelectMany(l => l.Templates.Values.ToArray()));
        Assert.Equal(layer.Classifier!.Weights.Values, linear.Classifier!.Weights.Values);
    }

    // φ as the documentation has it, in double.
    private static double[] Phi(float[] row, float[] fine, float[] deep)
    {
        double length = Math.Sqrt(row.Sum(v => (double)v * v));
        return [.. row.Select(v => length > 0 ? v / length : 0), .. Roots(fine), .. Roots(deep), 1];

        static IEnumerable<double> Roots(float[] activations)
        {
            double total = activations.Sum(v => (double)v);
            return activations.Select(v => total > 0 ? Math.Sqrt(v / total) : 0);
        }
    }

    private static double Weight(LinearScores scores, int place, int @class)
    {
        foreach (FactorMatrix part in (FactorMatrix[])[scores.FeatureWeights, .. scores.TopicWeights])
        {
            if (place < part.Rows)
                return part[place, @class];
            place -= part.Rows;
        }

        return scores.Bias[@class];
    }

    private IDataView View(IEnumerable<float[]> rows, Func<int, string> label)
        => _context.Data.LoadFromEnumerable(rows.Select((row, i) => new LabelledRow { Features = row, Label = label(i) }));

    private IDataView KeyView(IEnumerable<float[]> rows, Func<int, string> label)
    {
        IDataView view = View(rows, label);
        return _context.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }

    // Some of the three words of a subject, and a little of two words that all have.
    private static float[] Row(int subject, int[] words, Random random)
    {
        var row = new float[Width];
        foreach (int word in words)
            row[3 * subject + word] = 1 + random.NextSingle();
        row[6] = 0.2f * random.NextSingle();
        row[7] = 0.2f * random.NextSingle();
        return row;
    }

    private sealed class LabelledRow
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
