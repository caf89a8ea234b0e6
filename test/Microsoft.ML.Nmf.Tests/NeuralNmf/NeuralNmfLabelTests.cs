using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralNmfLabelTests
{
    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void Separable_classes_are_predicted_and_evaluate_as_they_are(NeuralNmfLabelLoss loss)
    {
        float[][] rows = Rows.Values(240);
        IDataView data = NeuralRows.KeyView(_context, rows, i => "group " + i % 3);
        DataOperationsCatalog.TrainTestData parts = _context.Data.TrainTestSplit(data, 0.3, seed: 1);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { LabelLoss = loss })).Fit(parts.TrainSet);
        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(transformer.Transform(parts.TestSet));
        Assert.True(metrics.MicroAccuracy > 0.97 && metrics.MacroAccuracy > 0.97, $"{metrics.MicroAccuracy}");
        if (loss == NeuralNmfLabelLoss.CrossEntropy)
            Assert.True(metrics.LogLoss < 0.5, $"{metrics.LogLoss}");
    }

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void Scores_of_the_deepest_topics_are_those_of_the_classification_layer_and_the_prediction_is_the_highest(NeuralNmfLabelLoss loss)
    {
        IDataView data = NeuralRows.GroupView(_context, Rows.Values());
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(
            new() { LabelLoss = loss, ScoreSource = NeuralNmfScoreSource.DeepestTopics, Normalization = ActivationNormalization.None })).Fit(data);
        IDataView output = transformer.Transform(data);
        NeuralNmfClassifier classifier = transformer.Model.Classifier!;
        float[][] topics = Rows.Topics(output), scores = Rows.Topics(output, "Score");
        uint[] predicted = NeuralRows.Keys(output);
        var again = new float[3];
        for (int i = 0; i < topics.Length; i++)
        {
            double[] raw = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 3).Sum(k => (double)classifier.Weights[c, k] * topics[i][k]))];
            double[] expected = loss == NeuralNmfLabelLoss.SquaredError ? raw : [.. raw.Select(v => 1 / raw.Sum(other => Math.Exp(other - v)))];
            for (int c = 0; c < 3; c++)
                Assert.Equal(expected[c], scores[i][c], 1e-5 * Math.Max(1, raw.Max(Math.Abs)));
            if (loss == NeuralNmfLabelLoss.CrossEntropy)
                Assert.Equal(1, scores[i].Sum(v => (double)v), 1e-6);
            Assert.Equal((uint)Array.IndexOf(scores[i], scores[i].Max()) + 1, predicted[i]);
            Assert.Equal((int)predicted[i] - 1, classifier.Score(topics[i], again));
            Assert.Equal(scores[i], again);
        }

        Assert.Contains("There are 2 activations, but the deepest layer has 3",
            Assert.Throws<ArgumentException>(() => classifier.Score(new float[2], again)).Message);
        Assert.Contains("There is room for 4 scores, but there are 3 classes",
            Assert.Throws<ArgumentException>(() => classifier.Score(new float[3], new float[4])).Message);
    }

    [Fact]
    public void Predicted_keys_stand_for_the_values_of_the_label()
    {
        float[][] rows = Rows.Values();
        AssertValues(rows, i => "group " + i % 3);
        AssertValues(rows, i => 2.5f * (i % 3) - 1);
        AssertValues(rows, i => 2.5 * (i % 3) - 1);
        AssertValues(rows, i => i % 3 == 1);
        AssertValues(rows, i => (sbyte)(i % 3 - 1));
        AssertValues(rows, i => (byte)(i % 3 * 100));
        AssertValues(rows, i => (short)(i % 3 * -1000));
        AssertValues(rows, i => (ushort)(i % 3 * 30000));
        AssertValues(rows, i => i % 3 * -100000);
        AssertValues(rows, i => i % 3 * 2000000000u);
        AssertValues(rows, i => i % 3 * -10000000000L);
        AssertValues(rows, i => (ulong)(i % 3) * 9000000000000000000);
    }

    [Fact]
    public void Keys_of_every_width_are_labels()
    {
        float[][] rows = Rows.Values();
        // In a class, keys count from 0; in a column, from 1.
        uint[] groups = [.. Enumerable.Range(0, 90).Select(i => (uint)(i % 3))];
        IDataView keys = _context.Data.LoadFromEnumerable(rows.Select((r, i) => new Key { Features = r, Label = groups[i] }));
        (DataKind Kind, Type Type)[] widths =
            [(DataKind.Byte, typeof(byte)), (DataKind.UInt16, typeof(ushort)), (DataKind.UInt32, typeof(uint)), (DataKind.UInt64, typeof(ulong))];
        var outputs = new List<float[][]>();
        foreach ((DataKind kind, Type type) in widths)
        {
            IDataView view = _context.Transforms.Conversion.ConvertType("Label", outputKind: kind).Fit(keys).Transform(keys);
            Assert.Equal(new KeyDataViewType(type, 3), view.Schema["Label"].Type);
            NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new())).Fit(view);
            foreach (NeuralNmfTransformer either in new[] { transformer, NeuralRows.Loaded(_context, transformer, view.Schema) })
            {
                IDataView output = either.Transform(view);
                Assert.Null(either.Model.Classifier!.ClassNames);
                Assert.False(output.Schema["Score"].HasSlotNames());
                Assert.Equal(new KeyDataViewType(typeof(uint), 3), output.Schema["PredictedLabel"].Type);
                Assert.Empty(output.Schema["PredictedLabel"].Annotations.Schema);
                Assert.Equal(groups.Select(group => group + 1), NeuralRows.Keys(output));
                outputs.Add(Rows.Topics(output, "Score"));
            }
        }

        Assert.All(outputs, scores => Assert.Equal(outputs[0], scores));
    }

    [Fact]
    public void Rows_whose_key_is_missing_are_trained_on_without_a_label()
    {
        // The unlabelled rows are those of one group: their data is in the templates, their group in no score.
        float[][] rows = Rows.Values();
        IDataView some = NeuralRows.KeyView(_context, rows, i => i % 3 == 2 ? "" : "group " + i % 3);
        IDataView all = NeuralRows.KeyView(_context, rows, i => "group " + i % 3);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new())).Fit(some);
        Assert.Equal(90, transformer.Model.NumberOfExamples);
        Assert.Equal(["group 0", "group 1"], transformer.Model.Classifier!.ClassNames);
        IDataView output = transformer.Transform(some);
        uint[] keys = NeuralRows.Keys(output);
        for (int i = 0; i < 90; i++)
        {
            if (i % 3 != 2)
                Assert.Equal((uint)(i % 3) + 1, keys[i]);
            // Every row is approximated, those without a label too.
            float[] approximation = transformer.Model.Reconstruct(Rows.Topics(output)[i]);
            double error = rows[i].Zip(approximation, (x, y) => (x - y) * (x - y)).Sum(), size = rows[i].Sum(v => v * v);
            Assert.True(error < 0.35 * size, $"row {i}: {error} of {size}");
        }

        Assert.NotEqual(Rows.Topics(output), Rows.Topics(_context.Transforms.NeuralNmf(NeuralRows.Options(new())).Fit(all).Transform(all)));
    }

    [Fact]
    public void A_key_beyond_the_classes_is_a_missing_one()
    {
        float[][] rows = Rows.Values();
        float[] Train(IDataView view) => [.. _context.Transforms.NeuralNmf(NeuralRows.Options(new())).Fit(view).Model.Layers[^1].Templates.Values];
        float[] beyond = Train(_context.Data.LoadFromEnumerable(rows.Select((r, i) => new Key { Features = r, Label = i % 7 == 6 ? 9 : (uint)(i % 3) })));
        Assert.Equal(Train(NeuralRows.KeyView(_context, rows, i => i % 7 == 6 ? "" : "group " + i % 3)), beyond);
        Assert.NotEqual(Train(NeuralRows.KeyView(_context, rows, i => "group " + i % 3)), beyond);
    }

    [Fact]
    public void A_classifier_of_ML_NET_trains_on_the_activations()
    {
        DataOperationsCatalog.TrainTestData parts = _context.Data.TrainTestSplit(Rows.View(_context, Rows.Values(300)), 0.3, seed: 1);
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.NeuralNmf("Topics", "Features", ranks: [6, 3], labelColumnName: "Label", maximumNumberOfIterations: 20))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Topics", l1Regularization: 0, l2Regularization: 1e-3f));
        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(pipeline.Fit(parts.TrainSet).Transform(parts.TestSet));
        Assert.True(metrics.MicroAccuracy > 0.95, $"{metrics.MicroAccuracy}");
    }

    private void AssertValues<T>(float[][] rows, Func<int, T> label)
    {
        IDataView data = NeuralRows.KeyView(_context, rows, label);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new())).Fit(data);
        foreach (NeuralNmfTransformer either in new[] { transformer, NeuralRows.Loaded(_context, transformer, data.Schema) })
        {
            IDataView output = either.Transform(data);
            Assert.Equal(Shape.Describe(Of(Shape.Of(output), "Label")).Replace("Label", "PredictedLabel"),
                Shape.Describe(Of(Shape.Of(output), "PredictedLabel")));
            IDataView back = _context.Transforms.Conversion.MapKeyToValue("Back", "PredictedLabel").Fit(output).Transform(output);
            T[] values = [.. back.GetColumn<T>("Back")];
            Assert.True(values.Where((value, i) => Equals(value, label(i))).Count() >= 85, $"{typeof(T)}: {string.Join(' ', values)}");
            string[] names = [.. Enumerable.Range(0, 3).Select(i => Convert.ToString(label(i), CultureInfo.InvariantCulture)!).Distinct()];
            Assert.Equal(names, either.Model.Classifier!.ClassNames);
        }
    }

    private static SchemaShape.Column Of(SchemaShape shape, string name) => shape.Single(c => c.Name == name);

    private sealed class Key
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }
}
