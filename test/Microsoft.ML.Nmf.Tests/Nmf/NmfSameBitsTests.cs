using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

public class NmfSameBitsTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<double> Betas() => [2, 1, 0.5];

    [Theory, MemberData(nameof(Betas))]
    public void A_row_gives_the_same_bits_alone_in_a_batch_in_any_order_sparse_dense_or_double(double beta)
    {
        float[][] rows = Rows.Values();
        NmfTransformer transformer = Fit(Rows.View(_context, rows), beta);
        float[][] batch = Rows.Topics(transformer.Transform(Rows.View(_context, rows)));
        float[][] reversed = Rows.Topics(transformer.Transform(Rows.View(_context, rows.Reverse())));
        float[][] sparse = Rows.Topics(transformer.Transform(Rows.SparseView(_context, rows)));
        float[][] wide = Rows.Topics(transformer.Transform(Rows.DoubleView(_context, rows)));
        using PredictionEngine<Rows.Single, Rows.Activated> engine = _context.Model.CreatePredictionEngine<Rows.Single, Rows.Activated>(transformer);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(batch[i], engine.Predict(new Rows.Single { Features = rows[i] }).Topics);
            Assert.Equal(batch[i], reversed[rows.Length - 1 - i]);
            Assert.Equal(batch[i], sparse[i]);
            Assert.Equal(batch[i], wide[i]);
        }
    }

    [Fact]
    public void A_row_gives_the_same_bits_on_any_thread()
    {
        float[][] rows = Rows.Values(500);
        NmfTransformer transformer = Fit(Rows.View(_context, rows), 2);
        float[][] expected = Rows.Topics(transformer.Transform(Rows.View(_context, rows)));
        Parallel.For(0, 8, _ => Assert.Equal(expected, Rows.Topics(transformer.Transform(Rows.View(_context, rows)))));
        IDataView output = transformer.Transform(_context.Data.Cache(Rows.View(_context, rows)));
        DataViewRowCursor[] cursors = output.GetRowCursorSet([output.Schema["Topics"]], 4);
        var found = new float[rows.Length][];
        Parallel.ForEach(cursors, cursor =>
        {
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Topics"]);
            ValueGetter<DataViewRowId> idGetter = cursor.GetIdGetter();
            VBuffer<float> value = default;
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                getter(ref value);
                idGetter(ref id);
                found[(int)id.Low] = [.. value.DenseValues()];
            }
        });
        foreach (DataViewRowCursor cursor in cursors)
            cursor.Dispose();
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Training_gives_the_same_bits_on_one_and_two_threads_and_twice()
    {
        float[][] rows = Rows.Values(1500);
        FactorMatrix[] templates = [.. new int?[] { 1, 2, 2, null }.Select(threads => _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 5,
            NumberOfThreads = threads,
            Seed = 3,
        }).Fit(Rows.View(_context, rows)).Model.Templates)];
        Assert.All(templates, t => Assert.Equal(templates[0].Values, t.Values));
        NmfEstimator estimator = _context.Transforms.Nmf("Topics", "Features", rank: 5);
        Assert.Equal(estimator.Fit(Rows.View(_context, rows)).Model.Templates.Values, estimator.Fit(Rows.View(_context, rows)).Model.Templates.Values);
    }

    [Fact]
    public void The_context_seed_decides_where_no_seed_is_given()
    {
        float[][] rows = Rows.Values();
        float[] Train(int seed)
        {
            var context = new MLContext(seed);
            return [.. context.Transforms.Nmf(new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 3, Initialization = NmfInitialization.Random, MaximumNumberOfIterations = 2 })
                .Fit(Rows.View(context, rows)).Model.Templates.Values];
        }

        Assert.Equal(Train(1), Train(1));
        Assert.NotEqual(Train(1), Train(2));
    }

    [Theory, MemberData(nameof(Betas))]
    public void Saving_and_loading_changes_no_bit_and_loses_nothing(double beta)
    {
        IDataView data = Rows.NamedView(_context, Rows.Values());
        NmfTransformer transformer = Fit(data, beta);
        string path = Path.Combine(_folder.FullName, "model.zip");
        _context.Model.Save(transformer, data.Schema, path);
        var fresh = new MLContext(99);
        ITransformer read = fresh.Model.Load(path, out DataViewSchema schema);
        NmfTransformer loaded = Assert.IsType<NmfTransformer>(read is TransformerChain<ITransformer> chain ? chain.Single() : read);

        Assert.Equal(data.Schema.Select(c => (c.Name, c.Type)), schema.Select(c => (c.Name, c.Type)));
        Assert.Equal(Rows.Topics(transformer.Transform(data)), Rows.Topics(loaded.Transform(data)));
        Assert.Equal((transformer.InputColumnName, transformer.OutputColumnNames[0]), (loaded.InputColumnName, loaded.OutputColumnNames[0]));
        NmfModel before = transformer.Model, after = loaded.Model;
        Assert.Equal(before.Templates.Values, after.Templates.Values);
        Assert.Equal(before.FeatureNames, after.FeatureNames);
        Assert.Equal((before.Beta, before.Rank, before.NumberOfExamples, before.ReconstructionError), (after.Beta, after.Rank, after.NumberOfExamples, after.ReconstructionError));
        Assert.Equal(before.History, after.History);
        Assert.Equal(before.History.End, after.History.End);
        Assert.Equal(before.GetTopics().Select(t => t.ToString()), after.GetTopics().Select(t => t.ToString()));
        VBuffer<ReadOnlyMemory<char>> names = default, loadedNames = default;
        transformer.Transform(data).Schema["Topics"].GetSlotNames(ref names);
        loaded.Transform(data).Schema["Topics"].GetSlotNames(ref loadedNames);
        Assert.Equal(names.DenseValues().Select(n => n.ToString()), loadedNames.DenseValues().Select(n => n.ToString()));
    }

    [Fact]
    public async Task A_new_process_that_never_names_the_library_loads_the_model_and_gives_the_same_bits()
    {
        float[][] rows = Rows.Values();
        IDataView data = Rows.View(_context, rows);
        var model = _context.Transforms.CopyColumns("Copy", "Features").Append(_context.Transforms.Nmf("Topics", "Copy", rank: 4)).Fit(data);
        Assert.Equal(NewProcess.Bits(Rows.Topics(model.Transform(data))), await NewProcess.Transform(_folder.FullName, model, data.Schema, rows, "Topics"));
    }

    private NmfTransformer Fit(IDataView data, double beta)
        => _context.Transforms.Nmf("Topics", "Features", rank: 4, beta: beta, maximumNumberOfIterations: 30, seed: 5).Fit(data);
}
