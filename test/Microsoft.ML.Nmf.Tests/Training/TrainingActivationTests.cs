using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>The activations that a training has computed for its rows.</summary>
public class TrainingActivationTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string, double, ActivationNormalization> Models()
    {
        var models = new TheoryData<string, double, ActivationNormalization>();
        foreach (ActivationNormalization normalization in Enum.GetValues<ActivationNormalization>())
        {
            foreach (double beta in new[] { 2, 1, 0.5 })
            {
                models.Add("Nmf", beta, normalization);
                models.Add("DeepNmf", beta, normalization);
            }
        }

        return models;
    }

    [Theory, MemberData(nameof(Models))]
    public void As_transformed_they_are_the_transformers_column_to_the_bit(string name, double beta, ActivationNormalization normalization)
    {
        foreach (IDataView view in new[] { Rows.View(_context, Rows.Values()), Rows.SparseView(_context, [.. Rows.Values().Select(row => Thin(row))]) })
        {
            (TrainingActivations? kept, ITransformer model) = Fit(name, beta, normalization, ActivationKeeping.AsTransformed, view);
            Assert.Equal(Rows.Topics(model.Transform(view)), RowsOf(kept!.Values));
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Of_the_last_iteration_they_are_near_what_the_transformer_gives(string name, double beta, ActivationNormalization normalization)
    {
        IDataView view = Rows.View(_context, Rows.Values());
        (TrainingActivations? kept, ITransformer model) = Fit(name, beta, normalization, ActivationKeeping.LastIteration, view);
        AssertNear(Rows.Topics(model.Transform(view)), RowsOf(kept!.Values), beta == 0.5 || name == "DeepNmf" ? 0.05 : 0.01);
    }

    [TorchFact]
    public void The_other_engine_keeps_them_too()
    {
        IDataView view = Rows.View(_context, Rows.Values());
        var options = new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Engine = TrainingEngine.Torch,
            KeepActivations = ActivationKeeping.LastIteration,
        };
        NmfTransformer model = _context.Transforms.Nmf(options).Fit(view);
        AssertNear(Rows.Topics(model.Transform(view)), RowsOf(model.Model.TrainingActivations!.Values), 0.01);
    }

    [Fact]
    public void Rows_are_told_by_their_ids_in_the_order_that_they_were_read()
    {
        IDataView view = _context.Data.ShuffleRows(_context.Data.SkipRows(Rows.View(_context, Rows.Values()), 10), seed: 3);
        (TrainingActivations? kept, ITransformer model) = Fit("Nmf", 2, ActivationNormalization.None, ActivationKeeping.AsTransformed, view);
        IDataView output = model.Transform(view);
        var ids = new List<DataViewRowId>();
        using DataViewRowCursor cursor = output.GetRowCursor([output.Schema["Topics"]]);
        ValueGetter<DataViewRowId> id = cursor.GetIdGetter();
        for (DataViewRowId value = default; cursor.MoveNext();)
        {
            id(ref value);
            ids.Add(value);
        }

        Assert.InRange(ids.Count, 1, Rows.Values().Length - 1);
        Assert.Equal(ids, kept!.RowIds);
        Assert.Equal(ids.Count, kept.Values.Rows);
    }

    [Fact]
    public void Nothing_is_kept_unless_asked_for_nor_after_loading()
    {
        IDataView view = Rows.View(_context, Rows.Values());
        Assert.Null(Fit("Nmf", 2, ActivationNormalization.None, ActivationKeeping.None, view).Kept);
        Assert.Null(Fit("DeepNmf", 2, ActivationNormalization.None, ActivationKeeping.None, view).Kept);
        (TrainingActivations? kept, ITransformer model) = Fit("Nmf", 2, ActivationNormalization.None, ActivationKeeping.LastIteration, view);
        Assert.NotNull(kept);
        using var file = new MemoryStream();
        _context.Model.Save(model, view.Schema, file);
        Assert.Null(((NmfTransformer)SavedModels.Single(new MLContext().Model.Load(file, out _))).Model.TrainingActivations);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { KeepActivations = (ActivationKeeping)9 });
    }

    private (TrainingActivations? Kept, ITransformer Model) Fit(
        string name, double beta, ActivationNormalization normalization, ActivationKeeping keeping, IDataView view)
    {
        if (name == "Nmf")
        {
            NmfTransformer nmf = _context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Rank = 3,
                Beta = beta,
                Normalization = normalization,
                KeepActivations = keeping,
                MaximumNumberOfIterations = 500,
                Tolerance = 1e-7,
                Seed = 1,
            }).Fit(view);
            return (nmf.Model.TrainingActivations, nmf);
        }

        DeepNmfTransformer deep = _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Ranks = [5, 3],
            Beta = beta,
            Normalization = normalization,
            KeepActivations = keeping,
            MaximumNumberOfIterations = 500,
            Tolerance = 1e-7,
            Seed = 1,
        }).Fit(view);
        return (deep.Model.TrainingActivations, deep);
    }

    private static float[] Thin(float[] row) => [.. row.Select((value, j) => j % 4 == 0 ? value : 0)];

    private static float[][] RowsOf(FactorMatrix matrix) => [.. Enumerable.Range(0, matrix.Rows).Select(i => matrix.Row(i).ToArray())];

    private static void AssertNear(float[][] expected, float[][] actual, double share)
    {
        Assert.Equal(expected.Length, actual.Length);
        float largest = expected.Max(row => row.Max());
        double worst = expected.Zip(actual, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max() / largest;
        Assert.True(worst <= share, $"{worst} of the largest");
    }
}
