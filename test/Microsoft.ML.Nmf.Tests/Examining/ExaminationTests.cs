using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.Tests.Examining;

/// <summary>What topics are in some data equals what gensim, scipy and plain loops found.</summary>
public class ExaminationTests
{
    private static readonly InsightFixture _fixture = InsightFixture.Load();
    private readonly MLContext _context = new(1);
    private readonly IDataView _view;
    private readonly TopicExamination _examined;

    public ExaminationTests()
    {
        double[,] rows = _fixture.Matrix("rows");
        string[] groups = _fixture.Texts("groups");
        _view = _context.Data.LoadFromEnumerable(groups.Select((group, i)
            => new Note { Features = [.. Naive.Row(rows, i).Select(value => (float)value)], Group = group, Text = $"note {i}" }).ToArray());
        _examined = Transformer(_fixture.Model, 2).Examine(_view, new TopicExamination.Options
        {
            WordsPerTopic = _fixture["words_per_topic"].GetInt32(),
            TextColumnName = "Text",
            ExamplesPerTopic = 3,
            GroupColumnNames = ["Group"],
            NumberOfLargestResiduals = 7,
        });
    }

    [Fact]
    public void Coherence_is_that_of_gensim()
    {
        int[][] words = [.. _fixture["coherent_words"].EnumerateArray().Select(InsightFixture.Integers)];
        var counts = new WordCooccurrence(words);
        foreach (float[] row in _view.GetColumn<float[]>("Features"))
            counts.Add([.. Enumerable.Range(0, row.Length).Where(j => row[j] > 0)]);
        double[] npmi = counts.NormalizedPointwiseMutualInformation(), umass = counts.UMass();
        AssertNear(_fixture.Numbers("npmi"), npmi);
        AssertNear(_fixture.Numbers("u_mass"), umass);
        // The other topic has a word that is in no row, for which gensim has no value.
        foreach (ExaminedTopic topic in _examined.Topics.Where(topic => topic.Topic.Words.All(word => word.Feature != 0)))
        {
            Assert.Equal(words[topic.Topic.Index], topic.Topic.Words.Select(word => word.Feature));
            Assert.Equal(npmi[topic.Topic.Index], topic.Npmi, 1e-12);
            Assert.Equal(umass[topic.Topic.Index], topic.UMass, 1e-12);
        }

        Assert.Equal(_examined.Topics.Average(topic => topic.Npmi), _examined.MeanNpmi, 1e-12);
        Assert.Equal(_examined.Topics.Average(topic => topic.UMass), _examined.MeanUMass, 1e-12);
    }

    [Fact]
    public void Pairs_that_tell_nothing_have_zero_and_topics_of_one_word_no_coherence()
    {
        var counts = new WordCooccurrence([[0, 1], [0, 2], [3, 0], [1], []]);
        counts.Add([0, 1]);
        counts.Add([0, 1]);
        Assert.Equal([0, 0, 0, double.NaN, double.NaN], counts.NormalizedPointwiseMutualInformation());
        Assert.Equal(0, counts.UMass()[2]);
    }

    [Fact]
    public void Prevalence_and_shares_by_group_are_those_of_exact_least_squares()
    {
        Assert.Equal(70, _examined.NumberOfRows);
        AssertNear(_fixture.Numbers("view_prevalence"), _examined.Topics.Select(topic => topic.Prevalence));
        GroupedTopics grouped = Assert.Single(_examined.Groups);
        Assert.Equal("Group", grouped.ColumnName);
        Assert.Equal(["blue", "green", "red"], grouped.Groups.Select(group => group.Name));
        foreach (TopicGroup group in grouped.Groups)
        {
            Assert.Equal(_fixture.Texts("groups").Count(name => name == group.Name), group.NumberOfRows);
            AssertNear(InsightFixture.Numbers(_fixture["group_shares"].GetProperty(group.Name!)), group.Shares);
        }
    }

    [Fact]
    public void Residuals_and_the_rows_that_are_told_are_those_of_exact_least_squares()
    {
        double[] residuals = _fixture.Numbers("residual");
        AssertNear(residuals, Transformer(_fixture.Model, 2).ReadResiduals(_view));
        Assert.Equal(residuals.Average(), _examined.MeanResidual, 1e-6);
        Assert.Equal(Enumerable.Range(0, 70).OrderByDescending(i => residuals[i]).Take(7), _examined.LargestResiduals.Select(row => (int)row.Row));
        Assert.Equal(_fixture["examples"].EnumerateArray().Select(InsightFixture.Integers),
            _examined.Topics.Select(topic => topic.Examples.Select(row => (int)row.Row).ToArray()));
        Assert.All(_examined.Topics.SelectMany(topic => topic.Examples).Concat(_examined.LargestResiduals), row =>
        {
            Assert.Equal(($"note {row.Row}", (ulong)row.Row), (row.Text, row.Id.Low));
            Assert.Equal(residuals[row.Row], row.Residual, 1e-6);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3)]
    public void Residuals_under_other_divergences_are_shares_of_that_from_the_mean(double beta)
    {
        double[,] v = _fixture.Matrix("templates");
        NmfTransformer transformer = Transformer(_fixture.Model, beta);
        float[][] rows = [.. _view.GetColumn<float[]>("Features")], activations = Rows.Topics(transformer.Transform(_view));
        double[] residuals = [.. transformer.ReadResiduals(_view)];
        for (int i = 0; i < rows.Length; i++)
        {
            double mean = rows[i].Average(x => (double)x), floor = BetaDivergence.FloorOf(beta) * mean, divergence = 0, ofMean = 0;
            for (int j = 0; j < 12; j++)
            {
                double x = beta <= 0 ? Math.Max(rows[i][j], floor) : rows[i][j], approximation = Enumerable.Range(0, 4).Sum(k => activations[i][k] * v[j, k]);
                divergence += BetaDivergence.Of(x, Math.Max(approximation, floor), beta);
                ofMean += BetaDivergence.Of(x, mean, beta);
            }

            Near.Equal(divergence / ofMean, residuals[i], 1e-6);
        }

        // A row of zeros and one of equal values.
        IDataView flat = Rows.View(_context, [new float[12], [.. Enumerable.Repeat(2f, 12)]]);
        Assert.Equal([0, 0], transformer.ReadResiduals(flat));
        Assert.Equal(0, Transformer(_fixture.Model, 2).ReadResiduals(flat).First());
    }

    [Theory]
    [InlineData("DeepNmf")]
    [InlineData("NeuralNmf, text")]
    public void Every_layer_is_examined_whether_it_is_a_column_or_not(string kind)
    {
        ITransformer model = SavedModels.Train(kind).Model;
        IDataView view = Rows.NamedView(_context, Rows.Values(20, 7)), output = model.Transform(view);
        LayeredModel learned = model is DeepNmfTransformer deep ? deep.Model : model.FindNeuralNmf().Model;
        for (int i = 0; i < 2; i++)
        {
            var options = new TopicExamination.Options { Layer = i == 0 ? 0 : null };
            TopicExamination examined = model is DeepNmfTransformer of ? of.Examine(view, options) : model.FindNeuralNmf().Examine(view, options);
            FactorMatrix templates = learned.Layers[i].EffectiveTemplates;
            ActivationScale scale = learned.ScaleOf(learned.Layers[i]);
            float[][] activations = [.. Rows.Topics(output, i == 0 ? "Fine" : "Topics").Select(row => scale.Undo(row))];
            float[][] rows = [.. view.GetColumn<float[]>("Features")];
            double[] amounts = [.. templates.ColumnSums().Select((sum, k) => sum * activations.Sum(row => (double)row[k]))];
            Assert.Equal(i, examined.Layer);
            AssertNear([.. amounts.Select(amount => amount / amounts.Sum())], examined.Topics.Select(topic => topic.Prevalence));
            double[] residuals = [.. rows.Select((row, n) => Residual(row, templates.CombineColumns(activations[n])))];
            Assert.Equal(residuals.Average(), examined.MeanResidual, 1e-6);
            AssertNear(residuals, model is DeepNmfTransformer again ? again.ReadResiduals(view, i) : model.FindNeuralNmf().ReadResiduals(view, i));
        }

        static double Residual(float[] row, float[] approximation)
            => Math.Sqrt(row.Zip(approximation, (x, y) => Math.Pow((double)x - y, 2)).Sum() / row.Sum(x => (double)x * x));
    }

    [Fact]
    public void A_pipeline_of_texts_is_examined_as_it_stands()
    {
        string[] words = ["router", "packet", "network", "cable", "oven", "bread", "flour", "salt"];
        var random = new Random(2);
        IDataView texts = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => new Note
        {
            Text = string.Join(' ', Enumerable.Range(0, 4).Select(_ => words[i % 2 * 4 + random.Next(4)])),
        }).ToArray());
        var pipeline = _context.Transforms.Text.ProduceTopicWords("Words", "Text").Append(_context.Transforms.Nmf("Topics", "Words", rank: 2, seed: 1));
        var model = pipeline.Fit(texts);
        TopicExamination examined = model.FindNmf().Examine(model.Transform(texts), new() { WordsPerTopic = 4, TextColumnName = "Text" });
        Assert.All(examined.Topics, topic =>
        {
            Assert.Equal(5, topic.Examples.Count);
            Assert.All(topic.Examples, row => Assert.Contains(topic.Topic.Words[0].Word, row.Text));
        });
        Assert.StartsWith("2 topics in 60 rows, mean NPMI ", examined.ToString(), StringComparison.Ordinal);
    }

    private NmfTransformer Transformer(NmfModel model, double beta) => new(ComponentHost.Register(_context.Transforms, "Test"),
        new ColumnNames("Features", ["Topics"]), InsightFixture.Make(model.Templates, [.. model.FeatureNames!], model.Moments.Sums, beta),
        new ActivationSettings(beta, 0, 0, 100, 1e-4f), new ReadingSettings());

    private static void AssertNear(double[] expected, IEnumerable<double> actual)
    {
        double[] found = [.. actual];
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    private sealed class Note
    {
        [VectorType(12)]
        public float[] Features { get; set; } = new float[12];

        public string Group { get; set; } = "";

        public string Text { get; set; } = "";
    }
}
