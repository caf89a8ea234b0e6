using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.Tests.Topics;

public class SlotNameTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Topics_with_the_same_first_words_are_named_by_more_of_them()
    {
        string[] words = ["ant", "bee", "cat", "dog", "elk", "fox"];
        float[,] templates =
        {
            { 9, 9, 1, 9 }, { 8, 8, 0, 8 }, { 7, 7, 0, 7 }, { 6, 6, 0, 0 }, { 5, 0, 0, 0 }, { 0, 5, 0, 0 },
        };
        Assert.Equal(["ant, bee, cat, dog, elk", "ant, bee, cat, dog, fox", "ant", "ant, bee, cat"], NamesOf(templates, words));
    }

    [Fact]
    public void Topics_that_ten_words_do_not_tell_apart_and_empty_ones_get_their_number()
    {
        string[] words = [.. Enumerable.Range(0, 11).Select(j => $"w{j}")];
        float[,] templates = new float[11, 4];
        for (int j = 0; j < 11; j++)
            templates[j, 0] = templates[j, 2] = 20 - j;
        // Only the eleventh word differs.
        templates[10, 2] = 0;
        Assert.Equal(["w0, w1, w2 (topic 0)", "topic 1", "w0, w1, w2 (topic 2)", "topic 3"], NamesOf(templates, words));
    }

    [Fact]
    public void Different_names_stay_as_they_are()
        => Assert.Equal(["ant, bee", "bee, ant"], NamesOf(new float[,] { { 2, 1 }, { 1, 2 } }, ["ant", "bee"]));

    [Fact]
    public void Without_feature_names_there_are_no_slot_names()
        => Assert.Null(InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 1 } }), null, [1, 1]).SlotNames);

    [Theory]
    [InlineData("", "", "topic 0")]
    [InlineData("a", "a", "a (topic 0)", "a (topic 1)", "a")]
    [InlineData("topic 1", "", "topic 1", " ")]
    [InlineData("x", "x", "x (topic 1)", "x (topic 0)", "x (topic 1) (topic 1)")]
    public void Unique_names_differ_and_are_never_blank_whatever_is_named(params string[] names)
    {
        string[] unique = UniqueNames.Of(names, "topic");
        Assert.Equal(names.Length, unique.Distinct().Count());
        Assert.DoesNotContain(unique, string.IsNullOrWhiteSpace);
        // A name that was alone keeps it.
        Assert.All(names.Select((name, k) => (name, k)).Where(at => at.name.Trim().Length > 0 && names.Count(other => other == at.name) == 1),
            at => Assert.Equal(at.name, unique[at.k]));
    }

    [Fact]
    public void Random_templates_of_few_words_get_names_that_differ()
    {
        var random = new Random(5);
        for (int run = 0; run < 200; run++)
        {
            float[,] templates = new float[random.Next(1, 6), random.Next(1, 30)];
            for (int j = 0; j < templates.GetLength(0); j++)
            {
                for (int k = 0; k < templates.GetLength(1); k++)
                    templates[j, k] = random.Next(3);
            }

            string[] names = NamesOf(templates, [.. Enumerable.Range(0, templates.GetLength(0)).Select(j => random.Next(4) == 0 ? "" : $"word{j % 3}")]);
            Assert.Equal(names.Length, names.Distinct().Count());
            Assert.DoesNotContain(names, string.IsNullOrWhiteSpace);
        }
    }

    [Fact]
    public void Every_slot_has_a_feature_importance_of_its_own()
    {
        IDataView texts = Texts();
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Text.ProduceWordBags("Words", "Text", ngramLength: 1))
            .Append(_context.Transforms.Nmf("Topics", "Words", rank: 24, seed: 1));
        TransformerChain<NmfTransformer> topics = pipeline.Fit(texts);
        // What the slots are named by coincides, or this would hold without names made different.
        Assert.NotEqual(24, topics.LastTransformer.Model.GetTopics(3).Select(topic => topic.ToString()).Distinct().Count());
        Assert.Equal(24, Importances(topics, texts).Count);
    }

    [Fact]
    public void Every_slot_of_a_layer_has_a_feature_importance_of_its_own()
    {
        IDataView texts = Texts();
        var words = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.Text.ProduceWordBags("Words", "Text", ngramLength: 1));
        ITransformer deep = words.Append(_context.Transforms.DeepNmf("Topics", "Words", ranks: [24, 20], maximumNumberOfIterations: 20, seed: 1)).Fit(texts);
        Assert.Equal(20, Importances(deep, texts).Count);
        ITransformer neural = words.Append(_context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Words",
            Ranks = [24, 20],
            MaximumNumberOfIterations = 5,
            Seed = 1,
        })).Fit(texts);
        Assert.Equal(20, Importances(neural, texts).Count);
    }

    [Fact]
    public void Classes_whose_values_coincide_or_are_blank_have_scores_of_different_names()
    {
        // Key values are an annotation, which a source may fill as it likes.
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Keyed));
        ReadOnlyMemory<char>[] values = ["same".AsMemory(), "".AsMemory(), "same".AsMemory()];
        var type = new VectorDataViewType(TextDataViewType.Instance, 3);
        schema[nameof(Keyed.Label)].AddAnnotation("KeyValues", new VBuffer<ReadOnlyMemory<char>>(3, values), type);
        IDataView data = _context.Data.LoadFromEnumerable(Rows.Values().Select((row, i) => new Keyed { Features = row, Label = (uint)(i % 3) + 1 }), schema);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 2 })).Fit(data);
        foreach (NeuralNmfTransformer either in new[] { transformer, NeuralRows.Loaded(_context, transformer, data.Schema) })
        {
            string[] expected = ["same (class 0)", "class 1", "same (class 2)"];
            IDataView output = either.Transform(data);
            VBuffer<ReadOnlyMemory<char>> names = default;
            output.Schema["Score"].GetSlotNames(ref names);
            Assert.Equal(expected, names.DenseValues().Select(name => name.ToString()));
            Assert.Equal(expected, either.Model.Classifier!.ClassNames);
            // The values themselves stay as they are.
            VBuffer<ReadOnlyMemory<char>> keys = default;
            output.Schema["PredictedLabel"].GetKeyValues(ref keys);
            Assert.Equal(["same", "", "same"], keys.DenseValues().Select(name => name.ToString()));
        }
    }

    private static string[] NamesOf(float[,] templates, string[] words) => InsightFixture.Make(new FactorMatrix(templates), words, []).SlotNames!;

    private IReadOnlyDictionary<string, MulticlassClassificationMetricsStatistics> Importances(ITransformer topics, IDataView texts)
    {
        IDataView data = topics.Transform(texts);
        ITransformer classifier = _context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Topics", l1Regularization: 0,
            l2Regularization: 1e-2f).Fit(data);
        return _context.MulticlassClassification.PermutationFeatureImportance(classifier, data, permutationCount: 1);
    }

    // 90 short texts of few words: there are more topics than differ.
    private IDataView Texts()
    {
        string[][] words = [["router", "packet", "network", "cable"], ["oven", "bread", "flour", "salt"], ["goal", "match", "team", "coach"]];
        var random = new Random(3);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, 90).Select(i => new Note
        {
            Label = $"group {i % 3}",
            Text = string.Join(' ', Enumerable.Range(0, 5).Select(_ => words[i % 3][random.Next(4)])),
        }).ToArray());
    }

    private sealed class Note
    {
        public string Label { get; set; } = "";

        public string Text { get; set; } = "";
    }

    private sealed class Keyed
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
