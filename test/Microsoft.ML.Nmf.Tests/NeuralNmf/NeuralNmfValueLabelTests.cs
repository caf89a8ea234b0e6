using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>Labels that are no keys: they teach what the keys teach that MapValueToKey makes of them, in the order of their values.</summary>
public class NeuralNmfValueLabelTests
{
    private readonly MLContext _context = new(1);

    // Each type has a value for each group of rows, not in their order; the third group is missing where the type can say so.
    public static TheoryData<string, Action<NeuralNmfValueLabelTests>> Types() => new()
    {
        { "text", t => t.AssertAsKeys("pear", "apple", "Pear") },
        { "text, missing", t => t.AssertAsKeys("pear", "apple", "") },
        { "text, nothing", t => t.AssertAsKeys("pear", "apple", null!) },
        { "Boolean", t => t.AssertAsKeys(true, false, true) },
        { "Single", t => t.AssertAsKeys(2.5f, -1, float.PositiveInfinity) },
        { "Single, missing", t => t.AssertAsKeys(2.5f, -1, float.NaN) },
        { "Double", t => t.AssertAsKeys(2.5, 0, double.NegativeInfinity) },
        { "Double, missing", t => t.AssertAsKeys(2.5, -1, double.NaN) },
        { "SByte", t => t.AssertAsKeys<sbyte>(7, -3, 127) },
        { "Byte", t => t.AssertAsKeys<byte>(200, 0, 255) },
        { "Int16", t => t.AssertAsKeys<short>(7, -3, short.MinValue) },
        { "UInt16", t => t.AssertAsKeys<ushort>(7, 3, ushort.MaxValue) },
        { "Int32", t => t.AssertAsKeys(7, -3, int.MinValue) },
        { "UInt32", t => t.AssertAsKeys(7u, 3u, uint.MaxValue) },
        { "Int64", t => t.AssertAsKeys(1L << 53, (1L << 53) + 1, long.MinValue) },
        { "UInt64", t => t.AssertAsKeys(1UL << 63, (1UL << 63) + 1, ulong.MaxValue) },
    };

    [Theory, MemberData(nameof(Types))]
    public void Values_teach_what_the_keys_of_their_order_teach(string type, Action<NeuralNmfValueLabelTests> assert)
    {
        Assert.NotEmpty(type);
        assert(this);
    }

    [Fact]
    public void The_order_of_the_rows_changes_no_class()
    {
        float[] values = [3, float.PositiveInfinity, -0f, 0, float.NaN, -2.5f, 3, float.NegativeInfinity, 1e-45f];
        float[] classes = [float.NegativeInfinity, -2.5f, 0, 1e-45f, 3, float.PositiveInfinity];
        for (int seed = 0; seed < 5; seed++)
        {
            new Random(seed).Shuffle(values);
            (LabelColumn column, uint[] labels) = Read(_context.Data.LoadFromEnumerable(values.Select(v => new Only<float> { Label = v })));
            // By its bits: −0 would be another.
            Assert.Equal(classes.Select(BitConverter.SingleToInt32Bits), ((float[])column.Values!).Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(values.Select(v => (uint)Array.IndexOf(classes, v) + 1), labels);
        }
    }

    [Fact]
    public void Texts_are_ordered_as_by_ML_NET()
    {
        string[] texts =
        [
            "b", "B", "a", "ä", "z", "Z", "ae", "a b", "ab", "a-b", " ", "\t", "co-op", "coop", "\U0001F600", "\uFFFD", "ß", "ss", "i", "I", "ı", "10", "9",
            "a\0",
        ];
        IDataView data = _context.Data.LoadFromEnumerable(texts.Concat(texts.Reverse()).Append("").Select(text => new Only<string> { Label = text }));
        (LabelColumn column, uint[] labels) = Read(data);
        IDataView keys = ByValue(data).Transform(data);
        Assert.Equal(NeuralRows.Keys(keys, "Label"), labels);
        Assert.Equal(texts.Length, column.Classes);
        VBuffer<ReadOnlyMemory<char>> names = default;
        keys.Schema["Label"].GetKeyValues(ref names);
        Assert.Equal(names.DenseValues().Select(name => name.ToString()), ((ReadOnlyMemory<char>[])column.Values!).Select(name => name.ToString()));
    }

    [Fact]
    public void A_label_that_was_seen_costs_no_memory()
    {
        AssertFree(Enumerable.Range(0, 2000).Select(i => new Only<string> { Label = "a long name of group " + i % 4 }));
        AssertFree(Enumerable.Range(0, 2000).Select(i => new Only<double> { Label = i % 4 }));

        void AssertFree<T>(IEnumerable<T> rows)
            where T : class
        {
            IDataView data = _context.Data.LoadFromEnumerable(rows);
            using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Label"]]);
            LabelReader reader = LabelReader.Create(LabelColumn.Find(data.Schema, "Label"), cursor);
            long allocated = 0;
            for (int i = 0; i < 2000; i++)
            {
                // The source makes rows as it goes; the first hundred have every value.
                Assert.True(cursor.MoveNext());
                long before = GC.GetAllocatedBytesForCurrentThread();
                reader.Read();
                allocated += i < 100 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.Equal(0, allocated);
        }
    }

    [Fact]
    public void One_label_is_enough()
    {
        AssertOne(i => i == 50 ? "only" : "", "only");
        AssertOne(i => i == 50 ? 3 : float.NaN, "3");
        AssertOne(i => i == 50 ? -0.0 : double.NaN, "0");

        void AssertOne<T>(Func<int, T> label, string name)
            => Assert.Equal([name], Fit(NeuralRows.View(_context, Rows.Values(), label)).Model.Classifier!.ClassNames!);
    }

    [Fact]
    public void Labels_that_are_all_missing_are_told_in_words_of_their_type()
    {
        AssertNone(_ => "", "an empty text");
        AssertNone(_ => (string)null!, "an empty text");
        AssertNone(_ => float.NaN, "NaN");
        AssertNone(_ => double.NaN, "NaN");

        void AssertNone<T>(Func<int, T> label, string words)
        {
            IDataView data = NeuralRows.View(_context, Rows.Values(), label);
            Assert.Equal($"Label column 'Label': every one of the 90 rows has {words}, so there is nothing to learn from it. "
                + "Leave LabelColumnName out to train without labels.", Assert.Throws<InvalidOperationException>(() => Fit(data)).Message);
            Assert.Null(_context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 2 }, label: null)).Fit(data).Model.Classifier);
        }
    }

    [Fact]
    public void Predictions_of_value_labels_evaluate_with_the_keys_of_the_training_data()
    {
        // Groups in an order in which they do not appear first, and rows without a label.
        IDataView data = NeuralRows.View(_context, Rows.Values(240), i => i % 5 == 4 ? "" : "group " + (7 - i % 3));
        DataOperationsCatalog.TrainTestData parts = _context.Data.TrainTestSplit(data, 0.3, seed: 1);
        NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new())).Fit(parts.TrainSet);
        IDataView predicted = transformer.Transform(parts.TestSet);
        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(ByValue(parts.TrainSet).Transform(predicted));
        Assert.True(metrics.MicroAccuracy > 0.97 && metrics.MacroAccuracy > 0.97 && metrics.LogLoss < 0.5, $"{metrics.MicroAccuracy} {metrics.LogLoss}");
        IDataView names = _context.Data.LoadFromEnumerable(transformer.Model.Classifier!.ClassNames!.Select(name => new { Name = name }));
        ITransformer byName = _context.Transforms.Conversion.MapValueToKey("Label", keyData: names).Fit(predicted);
        Assert.Equal(metrics.LogLoss, _context.MulticlassClassification.Evaluate(byName.Transform(predicted)).LogLoss);
    }

    [Fact]
    public void Evaluation_takes_Single_for_the_number_of_the_class_and_no_other_value()
    {
        // This is why the manual has lines that make keys.
        AssertRefused(i => "group " + i % 3);
        AssertRefused(i => i % 3 == 0);
        AssertRefused(i => i % 3);
        AssertRefused(i => i % 3 / 2.0);
        IDataView data = NeuralRows.View(_context, Rows.Values(), i => 10f * (i % 3));
        IDataView predicted = Separated().Fit(data).Transform(data);
        Assert.True(_context.MulticlassClassification.Evaluate(predicted).MicroAccuracy < 0.4);
        Assert.True(_context.MulticlassClassification.Evaluate(ByValue(data).Transform(predicted)).MicroAccuracy > 0.97);

        void AssertRefused<T>(Func<int, T> label)
        {
            IDataView data = NeuralRows.View(_context, Rows.Values(), label);
            IDataView predicted = Separated().Fit(data).Transform(data);
            Assert.Contains("expected Single or Key",
                Assert.Throws<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Evaluate(predicted)).Message);
        }

        NeuralNmfEstimator Separated() => _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 10 }));
    }

    [TorchFact]
    public void The_other_engine_learns_the_same_from_values()
    {
        NeuralNmfTransformer FitOnTorch(IDataView data) => _context.Transforms.NeuralNmf(NeuralRows.Options(new()
        {
            Engine = TrainingEngine.Torch,
            MaximumNumberOfIterations = 5,
        })).Fit(data);
        IDataView values = NeuralRows.View(_context, Rows.Values(), i => 2 - i % 3);
        AssertSame(FitOnTorch(ByValue(values).Transform(values)).Model, FitOnTorch(values).Model);
    }

    private static void AssertSame(NeuralNmfModel expected, NeuralNmfModel actual)
    {
        Assert.Equal(expected.Layers.Select(layer => layer.Templates.Values.ToArray()), actual.Layers.Select(layer => layer.Templates.Values.ToArray()));
        Assert.Equal(expected.Classifier!.Weights.Values, actual.Classifier!.Weights.Values);
        Assert.Equal(expected.Classifier.ClassNames, actual.Classifier.ClassNames);
        Assert.Equal(expected.Epochs.Select(epoch => epoch.LabelLoss), actual.Epochs.Select(epoch => epoch.LabelLoss));
    }

    private void AssertAsKeys<T>(T first, T second, T third)
    {
        T Label(int row) => new[] { first, second, third }[row % 3];
        IDataView data = NeuralRows.View(_context, Rows.Values(), Label), keys = ByValue(data).Transform(data);
        NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(NeuralRows.Options(new()));
        NeuralNmfTransformer expected = estimator.Fit(keys), transformer = estimator.Fit(data);
        AssertSame(expected.Model, transformer.Model);
        float[][] scores = Rows.Topics(expected.Transform(keys), "Score");
        foreach (NeuralNmfTransformer either in new[] { transformer, NeuralRows.Loaded(_context, transformer, data.Schema) })
        {
            IDataView output = either.Transform(data);
            Assert.Equal(estimator.GetOutputSchema(Shape.Of(data)).Select(Shape.Describe).Order(), Shape.Of(output).Select(Shape.Describe).Order());
            Assert.Equal(scores, Rows.Topics(output, "Score"));
            // The key stands for the same values as that of the keys, and they for the labels.
            Assert.Equal(keys.Schema["Label"].Type, output.Schema["PredictedLabel"].Type);
            IDataView back = _context.Transforms.Conversion.MapKeyToValue("Back", "PredictedLabel").Fit(output).Transform(output);
            T[] values = [.. back.GetColumn<T>("Back")];
            bool isMissing = NeuralRows.Keys(keys, "Label")[2] == 0;
            Assert.True(values.Where((value, i) => Equals(value, Label(i))).Count() >= (isMissing ? 57 : 85), string.Join(' ', values));
            T[] known = isMissing ? [first, second] : [first, second, third];
            Assert.Equal(known.ToHashSet(), values.ToHashSet());
        }
    }

    private (LabelColumn Column, uint[] Labels) Read(IDataView data)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Label"]]);
        LabelReader reader = LabelReader.Create(LabelColumn.Find(data.Schema, "Label"), cursor);
        var labels = new List<uint>();
        while (cursor.MoveNext())
            labels.Add(reader.Read());
        uint[] all = [.. labels];
        return (reader.Finish(all), all);
    }

    // The line that the manual has for the evaluation of labels that are no keys.
    private ITransformer ByValue(IDataView training)
        => _context.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(training);

    private NeuralNmfTransformer Fit(IDataView data) => _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 2 })).Fit(data);

    private sealed class Only<T>
    {
        public T Label { get; set; } = default!;
    }
}
