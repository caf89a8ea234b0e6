using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

public class NmfPipelineTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Activations_are_a_known_size_vector_beside_the_other_columns()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        IDataView output = _context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(data).Transform(data);
        Assert.Equal(["Features", "Label", "Topics"], output.Schema.Select(c => c.Name).Order());
        var type = Assert.IsType<VectorDataViewType>(output.Schema["Topics"].Type);
        Assert.Equal((3, true, NumberDataViewType.Single), (type.Size, type.IsKnownSize, type.ItemType));
        Assert.All(Rows.Topics(output), row => Assert.All(row, v => Assert.True(v >= 0 && float.IsFinite(v))));
    }

    [Fact]
    public void The_output_may_take_the_name_of_the_input()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        NmfEstimator estimator = _context.Transforms.Nmf("Features", rank: 3);
        Assert.Equal("Features", estimator.InputColumnName);
        IDataView output = estimator.Fit(data).Transform(data);
        Assert.Equal(3, ((VectorDataViewType)output.Schema["Features"].Type).Size);
    }

    [Fact]
    public void Groups_of_rows_become_components()
    {
        IDataView data = Rows.NamedView(_context, Rows.Values());
        NmfTransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(data);
        IReadOnlyList<Topic> topics = transformer.Model.GetTopics(4);
        int[] groups = [.. topics.Select(t => t.Words[0].Feature / 4)];
        Assert.Equal([0, 1, 2], groups.Order());
        Assert.All(topics, t => Assert.All(t.Words, w => Assert.Equal((groups[t.Index], $"word{w.Feature}"), (w.Feature / 4, w.Word))));
        float[][] activations = Rows.Topics(transformer.Transform(data));
        for (int i = 0; i < activations.Length; i++)
            Assert.Equal(i % 3, groups[Array.IndexOf(activations[i], activations[i].Max())]);
    }

    [Fact]
    public void A_classifier_trains_on_the_activations()
    {
        IDataView data = Rows.View(_context, Rows.Values(300));
        DataOperationsCatalog.TrainTestData parts = _context.Data.TrainTestSplit(data, 0.3, seed: 1);
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Nmf("Topics", "Features", rank: 3))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Topics", l1Regularization: 0, l2Regularization: 1e-3f));
        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(pipeline.Fit(parts.TrainSet).Transform(parts.TestSet));
        Assert.True(metrics.MicroAccuracy > 0.95, $"{metrics.MicroAccuracy}");
    }

    [Fact]
    public void It_cross_validates_inside_a_pipeline()
    {
        IDataView data = Rows.View(_context, Rows.Values(150));
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Nmf("Topics", "Features", rank: 3))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Topics", l1Regularization: 0, l2Regularization: 1e-3f));
        var results = _context.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 3);
        Assert.Equal(3, results.Count);
        Assert.All(results, r => Assert.True(r.Metrics.MicroAccuracy > 0.9));
    }

    [Fact]
    public void Topics_come_out_of_text()
    {
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? $"the cat sat on a warm mat while a dog slept number{i}" : $"engine oil and a wheel of the car need repair number{i}")];
        IDataView data = _context.Data.LoadFromEnumerable(texts.Select(t => new TextRow { Text = t }));
        var pipeline = _context.Transforms.Text.NormalizeText("Words", "Text")
            .Append(_context.Transforms.Text.TokenizeIntoWords("Words"))
            .Append(_context.Transforms.Text.RemoveDefaultStopWords("Words"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Words"))
            .Append(_context.Transforms.Text.ProduceNgrams("Words", ngramLength: 1, useAllLengths: false, weighting: Transforms.Text.NgramExtractingEstimator.WeightingCriteria.Tf))
            .Append(_context.Transforms.Nmf("Topics", "Words", rank: 2));
        var model = pipeline.Fit(data);
        string[][] topics = [.. model.LastTransformer.Model.GetTopics(8).Select(t => t.Words.Select(w => w.Word).ToArray())];
        Assert.Contains(topics, t => t.Contains("cat") && t.Contains("dog"));
        Assert.Contains(topics, t => t.Contains("engine") && t.Contains("wheel"));
        VBuffer<ReadOnlyMemory<char>> names = default;
        model.Transform(data).Schema["Topics"].GetSlotNames(ref names);
        Assert.Equal(model.LastTransformer.Model.GetTopics(3).Select(t => t.ToString()), names.DenseValues().Select(n => n.ToString()));
    }

    [Fact]
    public void Featurized_text_feeds_it_directly()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new TextRow { Text = i % 2 == 0 ? "cats and dogs" : "wheels and engines" }));
        var model = _context.Transforms.Text.FeaturizeText("Features", "Text").Append(_context.Transforms.Nmf("Topics", "Features", rank: 2)).Fit(data);
        float[][] activations = Rows.Topics(model.Transform(data));
        Assert.NotEqual(Array.IndexOf(activations[0], activations[0].Max()), Array.IndexOf(activations[1], activations[1].Max()));
    }

    [Fact]
    public void Promised_schema_equals_the_delivered_one_with_and_without_names()
    {
        foreach (IDataView data in new[] { Rows.View(_context, Rows.Values()), Rows.NamedView(_context, Rows.Values()), Rows.SparseView(_context, Rows.Values()), Rows.DoubleView(_context, Rows.Values()) })
        {
            bool isNamed = data.Schema["Features"].HasSlotNames();
            NmfEstimator estimator = _context.Transforms.Nmf("Topics", "Features", rank: 3);
            SchemaShape promised = estimator.GetOutputSchema(Shape.Of(data));
            NmfTransformer transformer = estimator.Fit(data);
            IDataView output = transformer.Transform(data);
            DataViewSchema delivered = output.Schema;
            Assert.Equal(Shape.Of(output).Select(Shape.Describe).Order(), promised.Select(Shape.Describe).Order());
            Assert.Equal(isNamed, delivered["Topics"].HasSlotNames());
            Assert.Equal(delivered.Select(c => (c.Name, c.Type)), transformer.GetOutputSchema(data.Schema).Select(c => (c.Name, c.Type)));
        }
    }

    [Fact]
    public void The_row_mapper_is_bound_to_the_actual_schema()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        ITransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(data);
        Assert.True(transformer.IsRowToRowMapper);
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(data.Schema);
        Assert.Same(data.Schema, mapper.InputSchema);
        Assert.Equal(transformer.GetOutputSchema(data.Schema).Select(c => (c.Name, c.Type)), mapper.OutputSchema.Select(c => (c.Name, c.Type)));
        // Nothing is read for columns that nobody asked for.
        Assert.Equal(["Features"], mapper.GetDependencies([mapper.OutputSchema["Topics"]]).Select(c => c.Name));
        Assert.Equal(["Label"], mapper.GetDependencies([mapper.OutputSchema["Label"]]).Select(c => c.Name));
    }

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }
}
