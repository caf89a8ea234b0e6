using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralNmfSameBitsTests : IDisposable
{
    private static readonly string[] _vectors = ["Topics", "Fine", "Score"];

    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_row_gives_the_same_bits_alone_in_a_batch_in_any_order_sparse_dense_or_double()
    {
        float[][] rows = Rows.Values();
        NeuralNmfTransformer transformer = Fit(rows);
        NeuralRows.Predicted[] batch = Read(Rows.View(_context, rows)), reversed = Read(Rows.View(_context, rows.Reverse()));
        NeuralRows.Predicted[] sparse = Read(Rows.SparseView(_context, rows)), wide = Read(Rows.DoubleView(_context, rows));
        using PredictionEngine<Rows.Single, NeuralRows.Predicted> engine =
            _context.Model.CreatePredictionEngine<Rows.Single, NeuralRows.Predicted>(transformer);
        for (int i = 0; i < rows.Length; i++)
        {
            NeuralRows.Predicted alone = engine.Predict(new Rows.Single { Features = rows[i] });
            foreach (NeuralRows.Predicted other in new[] { alone, reversed[rows.Length - 1 - i], sparse[i], wide[i] })
            {
                Assert.Equal(batch[i].Topics, other.Topics);
                Assert.Equal(batch[i].Fine, other.Fine);
                Assert.Equal(batch[i].Score, other.Score);
                Assert.Equal(batch[i].PredictedLabel, other.PredictedLabel);
            }
        }

        NeuralRows.Predicted[] Read(IDataView view)
        {
            IDataView output = transformer.Transform(view);
            float[][][] vectors = [.. _vectors.Select(column => Rows.Topics(output, column))];
            uint[] keys = NeuralRows.Keys(output);
            return [.. keys.Select((key, i)
                => new NeuralRows.Predicted { Topics = vectors[0][i], Fine = vectors[1][i], Score = vectors[2][i], PredictedLabel = key })];
        }
    }

    [Fact]
    public void A_row_gives_the_same_bits_on_any_thread()
    {
        float[][] rows = Rows.Values(500);
        NeuralNmfTransformer transformer = Fit(rows);
        IDataView output = transformer.Transform(_context.Data.Cache(Rows.View(_context, rows)));
        float[][][] expected = [.. _vectors.Select(column => Rows.Topics(transformer.Transform(Rows.View(_context, rows)), column))];
        uint[] keys = NeuralRows.Keys(output);
        DataViewRowCursor[] cursors = output.GetRowCursorSet([.. _vectors.Append("PredictedLabel").Select(column => output.Schema[column])], 4);
        int read = 0;
        Parallel.ForEach(cursors, cursor =>
        {
            ValueGetter<VBuffer<float>>[] getters = [.. _vectors.Select(column => cursor.GetGetter<VBuffer<float>>(cursor.Schema[column]))];
            ValueGetter<uint> keyGetter = cursor.GetGetter<uint>(cursor.Schema["PredictedLabel"]);
            ValueGetter<DataViewRowId> idGetter = cursor.GetIdGetter();
            VBuffer<float> value = default;
            DataViewRowId id = default;
            uint key = 0;
            while (cursor.MoveNext())
            {
                idGetter(ref id);
                keyGetter(ref key);
                Assert.Equal(keys[id.Low], key);
                for (int k = 0; k < getters.Length; k++)
                {
                    getters[k](ref value);
                    Assert.Equal(expected[k][id.Low], value.DenseValues().ToArray());
                }

                Interlocked.Increment(ref read);
            }
        });
        foreach (DataViewRowCursor cursor in cursors)
            cursor.Dispose();
        Assert.Equal(rows.Length, read);
    }

    [Fact]
    public void Each_column_gives_the_same_bits_whichever_others_are_read()
    {
        float[][] rows = Rows.Values();
        IDataView output = Fit(rows).Transform(Rows.View(_context, rows));
        uint[] keys = NeuralRows.Keys(output);
        foreach (string column in _vectors)
        {
            float[][] alone = Rows.Topics(output, column);
            using DataViewRowCursor cursor = output.GetRowCursor(output.Schema);
            ValueGetter<uint> keyGetter = cursor.GetGetter<uint>(output.Schema["PredictedLabel"]);
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(output.Schema[column]);
            VBuffer<float> value = default;
            uint key = 0;
            for (int i = 0; cursor.MoveNext(); i++)
            {
                keyGetter(ref key);
                getter(ref value);
                Assert.Equal(keys[i], key);
                Assert.Equal(alone[i], value.DenseValues().ToArray());
            }
        }
    }

    [Fact]
    public void Training_gives_the_same_bits_on_any_number_of_threads_and_twice()
    {
        float[][] rows = Rows.Values(1500);
        IDataView data = NeuralRows.GroupView(_context, rows);
        NeuralNmfEstimator.Options On(int? threads)
            => NeuralRows.Options(new() { NumberOfThreads = threads, MaximumNumberOfIterations = 5, PretrainingIterations = 5 });
        NeuralNmfModel[] models = [.. new int?[] { 1, 3, null }.Select(threads => _context.Transforms.NeuralNmf(On(threads)).Fit(data).Model)];
        data = NeuralRows.GroupView(_context, rows.Take(90));
        NeuralNmfEstimator estimator =
            _context.Transforms.NeuralNmf("Topics", "Features", ranks: [6, 3], labelColumnName: "Label", maximumNumberOfIterations: 3);
        AssertSame(models[0], [.. models.Skip(1)]);
        AssertSame(estimator.Fit(data).Model, [estimator.Fit(data).Model]);

        static void AssertSame(NeuralNmfModel first, NeuralNmfModel[] others) => Assert.All(others, other =>
        {
            Assert.Equal(first.Layers.Select(l => l.Templates.Values.ToArray()), other.Layers.Select(l => l.Templates.Values.ToArray()));
            Assert.Equal(first.Classifier!.Weights.Values, other.Classifier!.Weights.Values);
            Assert.Equal(first.Scores!.FeatureWeights.Values, other.Scores!.FeatureWeights.Values);
            Assert.Equal(first.Scores.Sharpness, other.Scores.Sharpness);
            Assert.Equal(first.Epochs.Select(e => e.Loss), other.Epochs.Select(e => e.Loss));
        });
    }

    [Fact]
    public async Task Saved_and_loaded_in_a_new_process_it_gives_the_same_bits()
    {
        float[][] rows = Rows.Values();
        IDataView data = NeuralRows.NamedGroupView(_context, rows);
        // A file is opened with the columns of the training data; these rows have no label.
        NeuralNmfTransformer transformer = Fit(rows);
        IDataView output = transformer.Transform(data);
        foreach (string column in _vectors)
            Assert.Equal(NewProcess.Bits(Rows.Topics(output, column)), await NewProcess.Transform(_folder.FullName, transformer, data.Schema, rows, column));
    }

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    [InlineData(null)]
    public void Saving_and_loading_changes_no_bit_and_loses_nothing(NeuralNmfLabelLoss? labelLoss)
    {
        float[][] rows = Rows.Values();
        IDataView data = labelLoss == NeuralNmfLabelLoss.SquaredError ? NeuralRows.GroupView(_context, rows) : NeuralRows.NamedGroupView(_context, rows);
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            NeuralNmfTransformer transformer = _context.Transforms.NeuralNmf(NeuralRows.Options(new()
            {
                Loss = loss,
                LabelLoss = labelLoss ?? default,
                LayerOutputColumnNames = ["Fine"],
                PredictedLabelColumnName = labelLoss == NeuralNmfLabelLoss.SquaredError ? null : "PredictedLabel",
                ValidationFraction = loss == NeuralNmfLoss.Energy ? 0.2 : 0,
            }, labelLoss is null ? null : "Label")).Fit(data);
            NeuralNmfTransformer loaded = NeuralRows.Loaded(_context, transformer, data.Schema);
            IDataView before = transformer.Transform(data), after = loaded.Transform(data);
            Assert.Equal(Shape.Of(before).Select(Shape.Describe), Shape.Of(after).Select(Shape.Describe));
            Assert.Equal(transformer.OutputColumnNames, loaded.OutputColumnNames);
            Assert.Equal(transformer.InputColumnName, loaded.InputColumnName);
            foreach (string column in transformer.OutputColumnNames.Where(name => name != "PredictedLabel"))
                Assert.Equal(Rows.Topics(before, column), Rows.Topics(after, column));
            if (transformer.OutputColumnNames.Contains("PredictedLabel"))
                Assert.Equal(NeuralRows.Keys(before), NeuralRows.Keys(after));
            AssertSame(transformer.Model, loaded.Model);
        }
    }

    internal static void AssertSame(NeuralNmfModel before, NeuralNmfModel after)
    {
        Assert.Equal((before.Loss, before.NumberOfExamples), (after.Loss, after.NumberOfExamples));
        Assert.Equal(before.FeatureNames, after.FeatureNames);
        Assert.Equal(before.Layers.Count, after.Layers.Count);
        foreach ((TopicLayer first, TopicLayer second) in before.Layers.Zip(after.Layers))
        {
            Assert.Equal(first.Templates.Values, second.Templates.Values);
            Assert.Equal(first.Moments.Sums, second.Moments.Sums);
            Assert.Equal(first.Moments.MeanSquares, second.Moments.MeanSquares);
            Assert.Equal(first.GetPrevalence(), second.GetPrevalence());
            Assert.Equal(first.GetTopics(4).Select(t => t.ToString()), second.GetTopics(4).Select(t => t.ToString()));
        }

        Assert.Equal(before.Phases.Select(p => (p.Name, p.History.End)), after.Phases.Select(p => (p.Name, p.History.End)));
        Assert.Equal(before.Phases.SelectMany(p => p.History), after.Phases.SelectMany(p => p.History));
        Assert.Equal(before.Epochs.Select(e => e with { LayerLosses = [] }), after.Epochs.Select(e => e with { LayerLosses = [] }));
        Assert.Equal(before.Epochs.Select(e => e.LayerLosses), after.Epochs.Select(e => e.LayerLosses));
        Assert.Equal(before.Classifier?.Loss, after.Classifier?.Loss);
        Assert.Equal(before.Classifier?.ClassNames, after.Classifier?.ClassNames);
        Assert.Equal(before.Classifier?.Weights.Values.ToArray(), after.Classifier?.Weights.Values.ToArray());
        Assert.Equal(before.Scores?.FeatureWeights.Values.ToArray(), after.Scores?.FeatureWeights.Values.ToArray());
        Assert.Equal(before.Scores?.TopicWeights.SelectMany(w => w.Values.ToArray()), after.Scores?.TopicWeights.SelectMany(w => w.Values.ToArray()));
        Assert.Equal(before.Scores?.Bias, after.Scores?.Bias);
    }

    private NeuralNmfTransformer Fit(float[][] rows)
        => _context.Transforms.NeuralNmf(NeuralRows.Options(new() { LayerOutputColumnNames = ["Fine"], MaximumNumberOfIterations = 10 }))
            .Fit(NeuralRows.NamedGroupView(_context, rows));
}
