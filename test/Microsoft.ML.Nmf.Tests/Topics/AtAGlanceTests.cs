using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Topics;

/// <summary>What hovering over a fitted thing shows, word by word, under a culture whose numbers look different.</summary>
public sealed class AtAGlanceTests : IDisposable
{
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;

    public AtAGlanceTests() => CultureInfo.CurrentCulture = new CultureInfo("de-DE");

    public void Dispose() => CultureInfo.CurrentCulture = _culture;

    [Fact]
    public void A_model_says_its_size_and_how_it_ended()
        => Assert.Equal("NMF, 12 topics over 5,210 features from 400 examples, beta 2, error 123.4 after 57 iterations (converged)",
            new NmfModel(Build.Ones(5210, 12), null, 2, 400, Build.Moments(12), default, History(57, 123.4, TrainingEnd.Converged)).ToString());

    [Fact]
    public void One_of_a_thing_is_said_in_the_singular()
        => Assert.Equal("NMF, 1 topic over 1 feature from 1 example, beta 0.5, error 1.23457E+06 after 1 iteration (iterations exhausted)",
            new NmfModel(Build.Ones(1, 1), null, 0.5, 1, Build.Moments(1), default, History(1, 1234567, TrainingEnd.IterationsExhausted)).ToString());

    [Fact]
    public void A_deep_model_says_the_topics_of_its_layers()
        => Assert.Equal("Deep NMF, 24 → 10 → 4 topics over 30 features from 1,200 examples, beta 1, error 0.5 after 9 iterations (stalled)", Deep().ToString());

    [Fact]
    public void A_neural_model_says_its_loss_and_its_classes()
    {
        Assert.Equal("Neural NMF, 4 → 2 topics over 30 features from 80 examples, without labels, energy 0.25 after 12 epochs (stopped early)",
            Neural(NeuralNmfLoss.Energy, null).ToString());
        var classifier = new NeuralNmfClassifier(Build.Ones(3, 2), NeuralNmfLabelLoss.CrossEntropy, null);
        Assert.Equal("3 classes by cross-entropy", classifier.ToString());
        Assert.Equal("1 class by squared error", new NeuralNmfClassifier(Build.Ones(1, 2), NeuralNmfLabelLoss.SquaredError, null).ToString());
        Assert.Equal("Neural NMF, 4 → 2 topics over 30 features from 80 examples, 3 classes by cross-entropy, reconstruction loss 0.25 after 12 epochs "
            + "(stopped early)", Neural(NeuralNmfLoss.Reconstruction, classifier).ToString());
    }

    [Fact]
    public void A_transformer_says_its_columns_before_its_model()
    {
        ITransformer nmf = SavedModels.Train("Nmf, β = 2").Model, deep = SavedModels.Train("DeepNmf").Model;
        ITransformer neural = SavedModels.Train("NeuralNmf, text").Model;
        Assert.Equal($"Topics ← Features: {nmf.FindNmf().Model}", nmf.ToString());
        Assert.StartsWith("Topics ← Features: NMF, 3 topics over 12 features from 40 examples, beta 2, error ", nmf.ToString(), StringComparison.Ordinal);
        Assert.Equal($"Topics, Fine ← Features: {deep.FindDeepNmf().Model}", deep.ToString());
        NeuralNmfTransformer withLabels = neural.FindNeuralNmf();
        Assert.Equal($"{string.Join(", ", withLabels.OutputColumnNames)} ← Features: {withLabels.Model}", neural.ToString());
    }

    [Theory]
    [InlineData(new float[] { 0, 0, 0.5f, 1.7345f, 0, 0 }, "2 × 3, 0 … 1.73, 67 % zeros")]
    [InlineData(new float[] { -1, 2, 3, 4, 5, 12345 }, "2 × 3, -1 … 1.23E+04, 0 % zeros")]
    [InlineData(new[] { 0, 0, float.NaN, 1, float.PositiveInfinity, 2 }, "2 × 3, 0 … Infinity, 33 % zeros, 1 NaN")]
    [InlineData(new[] { float.NaN, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN }, "2 × 3, 0 % zeros, 6 NaN")]
    public void A_matrix_says_its_size_range_and_zeros(float[] values, string expected)
        => Assert.Equal(expected, new FactorMatrix(values, 2, 3).ToString());

    [Fact]
    public void A_matrix_may_be_large_or_empty()
    {
        Assert.Equal("60,237 × 5, 1 … 1, 0 % zeros", Build.Ones(60237, 5).ToString());
        Assert.Equal("0 × 3, empty", new FactorMatrix([], 0, 3).ToString());
    }

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(1e-9, "< 1 %")]
    [InlineData(0.006, "< 1 %")]
    [InlineData(0.01, "1 %")]
    [InlineData(0.824, "82 %")]
    [InlineData(0.99, "99 %")]
    [InlineData(0.9999, "> 99 %")]
    [InlineData(1, "100 %")]
    public void Little_is_not_nothing_and_much_is_not_all(double share, string expected) => Assert.Equal(expected, InWords.Percent(share));

    [Fact]
    public void A_layer_says_what_its_topics_are_made_of()
        => Assert.Equal(["Layer 0: 24 topics of 30 features", "Layer 1: 10 topics of 24 topics", "Layer 2: 4 topics of 10 topics"],
            Deep().Layers.Select(layer => layer.ToString()));

    [Fact]
    public void A_node_says_its_share_its_words_and_its_children()
    {
        TopicWord ant = new() { Word = "ant", Feature = 0, Weight = 2, Relevance = -0.4 };
        TopicWord bee = new() { Word = "bee", Feature = 1, Weight = 1, Relevance = -1.1 };
        var topic = new Topic { Index = 3, Name = "ant, bee", Prevalence = 0.1, Words = [ant, bee] };
        var leaf = new TopicNode { Layer = 0, Topic = topic, Prevalence = 0.13, Children = [] };
        Assert.Equal("13 %: ant, bee", leaf.ToString());
        Assert.Equal("insects (ant, bee)", (topic with { Name = "insects", IsRenamed = true }).ToString());
        Assert.Equal("50 %: ant, bee (2 finer topics)", new TopicNode { Layer = 1, Topic = topic, Prevalence = 0.5, Children = [leaf, leaf] }.ToString());
        Assert.Equal("ant (2)", ant.ToString());
        Assert.Equal("bee (1.23E-05)", (bee with { Weight = 1.234e-5f }).ToString());
    }

    [Fact]
    public void Links_and_matches_say_both_topics()
    {
        Assert.Equal("82 % topic 3", new TopicLink { Topic = 3, Share = 0.82 }.ToString());
        Assert.Equal("3 ~ 5: 0.912", new TopicMatch { First = 3, Second = 5, Similarity = 0.9123 }.ToString());
        Assert.Equal("2 pairs of 2 and 2 topics, mean similarity 1.000", TopicComparison.Between(TwoTopics(), TwoTopics()).ToString());
    }

    [Fact]
    public void What_topics_are_in_some_data_is_said_in_a_line()
    {
        Topic topic = TwoTopics().GetTopics(2)[0];
        var row = new ExaminedRow { Row = 12345, Id = new(12345, 0), Text = null, Topic = 1, Share = 0.8, Residual = 0.4124 };
        var examined = new ExaminedTopic { Topic = topic, Prevalence = 0.12, Npmi = 0.1234, UMass = -1.2, Examples = [row] };
        Assert.Equal("12 %: ant; NPMI 0.123, UMass -1.200", examined.ToString());
        Assert.Equal("row 12345, 80 % topic 1, residual 0.412", row.ToString());
        ExaminedRow without = row with { Topic = -1, Share = 0, Residual = 1, Text = " two\r\n\tlines " };
        Assert.Equal("row 12345, no topic, residual 1.000: two lines", without.ToString());
        Assert.Equal($"row 12345, 80 % topic 1, residual 0.412: {new string('a', 79)}…", (row with { Text = new string('a', 79) + "\U0001F41D" }).ToString());
        Assert.Equal($"row 12345, 80 % topic 1, residual 0.412: {new string('a', 80)}", (row with { Text = new string('a', 80) }).ToString());

        var group = new TopicGroup { Name = "red", NumberOfRows = 1200, Shares = [0.25, 0.75] };
        Assert.Equal("red: 1,200 rows, 75 % topic 1", group.ToString());
        Assert.Equal("(missing): 1 row, no topic", (group with { Name = null, NumberOfRows = 1, Shares = [0, 0] }).ToString());
        Assert.Equal("Colour: 1 group", new GroupedTopics { ColumnName = "Colour", Groups = [group] }.ToString());
        var period = new TopicPeriod { Start = new(2024, 2, 1), End = new(2024, 3, 1), NumberOfRows = 5, Shares = [0.5, 0.5] };
        Assert.Equal("2024-02-01 to 2024-03-01: 5 rows, 50 % topic 0", period.ToString());
        Assert.Equal("2024-02-01 to 2024-02-01 12:30:05: 5 rows, 50 % topic 0", (period with { End = new(2024, 2, 1, 12, 30, 5) }).ToString());
        var whole = new TopicExamination
        {
            NumberOfRows = 1200,
            Layer = 0,
            Topics = [examined],
            MeanResidual = 0.5,
            LargestResiduals = [],
            Groups = [],
            Periods = [],
        };
        Assert.Equal("1 topic in 1,200 rows, mean NPMI 0.123, UMass -1.200, residual 0.500", whole.ToString());
    }

    [Fact]
    public void A_training_says_where_it_stands_and_how_it_went()
    {
        TrainingHistory history = History(57, 123.4, TrainingEnd.Converged);
        Assert.Equal("objective 123.4 after 57 iterations (converged), 1E+09 at the start, 57.00 s", history.ToString());
        Assert.Equal("iteration 57: objective 123.4, divergence 123.4, 57.00 s", history.Last.ToString());
        Assert.Equal($"layer 1: {history}", new TrainingPhase { Name = "layer 1", History = history }.ToString());
        Assert.Equal("layer 1, iteration 57 of 200: objective 123.4, relative decrease 0.00123",
            new TrainingProgress { Phase = "layer 1", MaximumNumberOfIterations = 200, Iteration = history.Last, RelativeDecrease = 0.001234 }.ToString());
        var epoch = new NeuralNmfEpoch
        {
            Number = 3,
            Loss = 0.25,
            LayerLosses = [0.25],
            LabelLoss = double.NaN,
            ValidationLoss = double.NaN,
            LearningRate = 1,
            OptimalityResidual = 0,
            Seconds = 1.5,
        };
        Assert.Equal("epoch 3: loss 0.25, 1.50 s", epoch.ToString());
        Assert.Equal("epoch 3: loss 0.25, label loss 0.125, validation loss 0.5, 1.50 s", (epoch with { LabelLoss = 0.125, ValidationLoss = 0.5 }).ToString());
    }

    [Fact]
    public void A_recorder_says_what_it_has_and_where()
    {
        Assert.Equal("0 snapshots in memory", new TrainingRecorder().ToString());
        Assert.Equal("0 snapshots in 'run'", new TrainingRecorder { Folder = "run" }.ToString());
        var recorder = new TrainingRecorder { Interval = 100 };
        var context = new MLContext(1);
        var options = new NmfEstimator.Options { InputColumnName = "Features", Rank = 2, MaximumNumberOfIterations = 5, Recorder = recorder };
        NmfModel model = context.Transforms.Nmf(options).Fit(Rows.View(context, Rows.Values(20))).Model;
        string last = string.Create(CultureInfo.InvariantCulture, $"iteration {model.History.Last.Number}: objective {model.History.Last.Objective:G6}");
        Assert.Equal($"2 snapshots in memory, the newest {recorder.Snapshots[1].Phase}, {last}", recorder.ToString());
    }

    [Fact]
    public void Every_record_says_itself_in_words_of_its_own()
        => Assert.Empty(from type in typeof(NmfModel).Assembly.GetExportedTypes()
                        where type.GetMethod("<Clone>$") is not null && !type.IsAbstract
                        where type.GetMethod("ToString", [])!.IsDefined(typeof(CompilerGeneratedAttribute))
                        select type);

    [Theory]
    [InlineData(typeof(NmfModel))]
    [InlineData(typeof(DeepNmfModel))]
    [InlineData(typeof(NeuralNmfModel))]
    [InlineData(typeof(NeuralNmfClassifier))]
    [InlineData(typeof(NmfTransformer))]
    [InlineData(typeof(DeepNmfTransformer))]
    [InlineData(typeof(NeuralNmfTransformer))]
    [InlineData(typeof(FactorMatrix))]
    [InlineData(typeof(Topic))]
    [InlineData(typeof(TopicLayer))]
    [InlineData(typeof(TopicNode))]
    [InlineData(typeof(TopicComparison))]
    [InlineData(typeof(TopicWord))]
    [InlineData(typeof(TopicLink))]
    [InlineData(typeof(TopicMatch))]
    [InlineData(typeof(TopicExamination))]
    [InlineData(typeof(ExaminedTopic))]
    [InlineData(typeof(ExaminedRow))]
    [InlineData(typeof(GroupedTopics))]
    [InlineData(typeof(TopicGroup))]
    [InlineData(typeof(TopicPeriod))]
    [InlineData(typeof(TrainingIteration))]
    [InlineData(typeof(TrainingHistory))]
    [InlineData(typeof(TrainingPhase))]
    [InlineData(typeof(TrainingProgress))]
    [InlineData(typeof(TrainingSnapshot))]
    [InlineData(typeof(TrainingRecorder))]
    [InlineData(typeof(NeuralNmfEpoch))]
    public void A_debugger_shows_it(Type type)
        => Assert.EndsWith("{ToString(),nq}", type.GetCustomAttribute<DebuggerDisplayAttribute>()?.Value, StringComparison.Ordinal);

    private static NmfModel TwoTopics() => InsightFixture.Make(Build.Matrix(new double[,] { { 1, 0 }, { 0, 1 } }), ["ant", "bee"], [1, 1]);

    private static DeepNmfModel Deep() => new(
        [Build.Ones(30, 24), Build.Ones(24, 10), Build.Ones(10, 4)], null, 1, 1200, [Build.Moments(24), Build.Moments(10), Build.Moments(4)], default,
        [new TrainingPhase { Name = "all", History = History(9, 0.5, TrainingEnd.Stalled) }]);

    private static NeuralNmfModel Neural(NeuralNmfLoss loss, NeuralNmfClassifier? classifier) => new(
        [Build.Ones(30, 4), Build.Ones(4, 2)], null, loss, 80, [Build.Moments(4), Build.Moments(2)], default,
        [new TrainingPhase { Name = "all", History = History(12, 0.25, TrainingEnd.StoppedEarly) }], [], classifier);

    // Only the last entry is to be told.
    private static TrainingHistory History(int iterations, double value, TrainingEnd end)
        => new(Enumerable.Range(0, iterations + 1).Select(i => new TrainingIteration
        {
            Number = i,
            Objective = i == iterations ? value : 1e9,
            Divergence = i == iterations ? value : 1e9,
            Seconds = i,
        }), end);
}
