using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Exporting;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>Columns with the approximation of each row, and with what no topic explains of it.</summary>
public class ExplanationColumnTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string, double> Models => new()
    {
        { "Nmf", 2 }, { "Nmf", 1 }, { "Nmf", 0.5 }, { "Nmf", 3 }, { "DeepNmf", 2 }, { "DeepNmf", 1 }, { "NeuralNmf", 2 }, { "NeuralNmf, labels", 2 },
    };

    [Theory, MemberData(nameof(Models))]
    public void They_are_what_the_model_says_of_each_row_and_last_through_a_file(string name, double beta)
    {
        IDataView view = NeuralRows.GroupView(_context, Rows.Values());
        ITransformer fitted = Fit(name, beta, ActivationNormalization.None, view, explains: true);
        using var file = new MemoryStream();
        _context.Model.Save(fitted, view.Schema, file);
        foreach (ITransformer model in new[] { fitted, SavedModels.Single(new MLContext().Model.Load(file, out _)) })
        {
            IDataView output = model.Transform(view);
            Func<float[], float[]> reconstruct = model switch
            {
                NmfTransformer nmf => row => nmf.Model.Reconstruct(row),
                DeepNmfTransformer deep => row => deep.Model.Reconstruct(row),
                var neural => row => ((NeuralNmfTransformer)neural).Model.Reconstruct(row),
            };
            double[] residuals =
            [
                .. model switch
                {
                    NmfTransformer nmf => nmf.ReadResiduals(view),
                    DeepNmfTransformer deep => deep.ReadResiduals(view),
                    var neural => ((NeuralNmfTransformer)neural).ReadResiduals(view),
                },
            ];
            Assert.Equal(output.GetColumn<float[]>("Topics").Select(reconstruct), output.GetColumn<float[]>("Clean"));
            Assert.Equal(residuals.Select(residual => (float)residual), output.GetColumn<float>("Unexplained"));
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void They_do_not_depend_on_how_activations_are_scaled(string name, double beta)
    {
        IDataView view = NeuralRows.GroupView(_context, Rows.Values());
        IDataView plain = Fit(name, beta, ActivationNormalization.None, view, explains: true).Transform(view);
        foreach (ActivationNormalization normalization in Enum.GetValues<ActivationNormalization>())
        {
            IDataView scaled = Fit(name, beta, normalization, view, explains: true).Transform(view);
            Assert.Equal(plain.GetColumn<float[]>("Clean"), scaled.GetColumn<float[]>("Clean"));
            Assert.Equal(plain.GetColumn<float>("Unexplained"), scaled.GetColumn<float>("Unexplained"));
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Asking_for_them_changes_nothing_else_and_the_schema_promises_them(string name, double beta)
    {
        IDataView view = Rows.NamedView(_context, Rows.Values());
        if (name != "Nmf")
            view = NeuralRows.GroupView(_context, Rows.Values());
        IDataView without = Fit(name, beta, ActivationNormalization.UnitMeanSquare, view, explains: false).Transform(view);
        IEstimator<ITransformer> estimator = Estimator(name, beta, ActivationNormalization.UnitMeanSquare, explains: true);
        IDataView with = estimator.Fit(view).Transform(view);
        Assert.Equal(without.GetColumn<float[]>("Topics"), with.GetColumn<float[]>("Topics"));
        Assert.Equal(Shape.Of(with).Select(Shape.Describe).Order(), estimator.GetOutputSchema(Shape.Of(view)).Select(Shape.Describe).Order());
        Assert.Equal(["Clean", "Unexplained"], with.Schema.Skip(without.Schema.Count).Select(column => column.Name));
        Assert.Equal(NumberDataViewType.Single, with.Schema["Unexplained"].Type);
        Assert.Equal(view.Schema["Features"].HasSlotNames(), with.Schema["Clean"].HasSlotNames());
        if (!view.Schema["Features"].HasSlotNames())
            return;
        VBuffer<ReadOnlyMemory<char>> features = default, clean = default;
        view.Schema["Features"].GetSlotNames(ref features);
        with.Schema["Clean"].GetSlotNames(ref clean);
        Assert.Equal(features.DenseValues().Select(slot => slot.ToString()), clean.DenseValues().Select(slot => slot.ToString()));
    }

    [Fact]
    public void Rows_that_no_topic_explains_have_the_largest_residuals()
    {
        // Two rows of features that never go together.
        float[][] rows = Rows.Values();
        rows[11] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
        rows[58] = [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0];
        foreach (double beta in new[] { 2, 1 })
        {
            IDataView view = Rows.View(_context, rows);
            float[] residuals = [.. Fit("Nmf", beta, ActivationNormalization.None, view, explains: true).Transform(view).GetColumn<float>("Unexplained")];
            int[] largest = [.. Enumerable.Range(0, rows.Length).OrderByDescending(i => residuals[i]).Take(2).Order()];
            Assert.Equal([11, 58], largest);
        }
    }

    [Theory]
    [InlineData("Nmf", 2)]
    [InlineData("Nmf", 1)]
    [InlineData("DeepNmf", 2)]
    [InlineData("DeepNmf", 1)]
    [InlineData("NeuralNmf", 2)]
    [InlineData("NeuralNmf, labels", 2)]
    public void They_are_in_an_ONNX_file(string name, double beta)
    {
        IDataView view = NeuralRows.GroupView(_context, Rows.Values());
        float[][] rows = [.. Rows.Values(50, seed: 2), new float[Rows.Size], [.. Enumerable.Repeat(0.3f, Rows.Size)]];
        ITransformer model = Fit(name, beta, ActivationNormalization.Shares, view, explains: true);
        IDataView features = _context.Data.LoadFromEnumerable(rows.Select(row => new OnnxRow { Features = row }));
        using OnnxFile file = OnnxFile.Of(_context, model, features);
        float[][][] found = file.Run(rows, 20, "Clean", "Unexplained");
        float[][] clean = [.. model.Transform(features).GetColumn<float[]>("Clean")];
        float[] unexplained = [.. model.Transform(features).GetColumn<float>("Unexplained")];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < Rows.Size; j++)
                Assert.Equal(clean[i][j], found[0][i][j], 2e-4);
            Assert.Equal(unexplained[i], Assert.Single(found[1][i]), 2e-4);
        }
    }

    [Fact]
    public void A_residual_of_another_beta_cannot_be_saved_as_ONNX_but_a_reconstruction_can()
    {
        IDataView view = Rows.View(_context, Rows.Values());
        ITransformer model = Fit("Nmf", 0.5, ActivationNormalization.None, view, explains: true);
        string message = Assert.Throws<InvalidOperationException>(() => _context.Model.ConvertToOnnx(model, view, new MemoryStream())).Message;
        Assert.Contains("it has a ResidualColumnName, and its Beta is 0.5", message);
        var options = (NmfEstimator.Options)Options(new NmfEstimator.Options { Rank = 3, Beta = 0.5, TransformMaximumNumberOfIterations = 30 },
            ActivationNormalization.None, explains: true);
        options.ResidualColumnName = null;
        _context.Model.ConvertToOnnx(_context.Transforms.Nmf(options).Fit(view), view, new MemoryStream());
    }

    [Fact]
    public void Names_must_differ()
    {
        var options = new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", ReconstructionColumnName = "Topics" };
        Assert.Contains("OutputColumnName, ReconstructionColumnName and ResidualColumnName name the column 'Topics' twice",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options)).Message);
        (options.ReconstructionColumnName, options.ResidualColumnName) = (null, "Features");
        Assert.Contains("InputColumnName is 'Features', but so is an output column's name",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options)).Message);
        Assert.Throws<ArgumentException>(() => options.ResidualColumnName = "");
        Assert.Throws<ArgumentException>(() => options.ReconstructionColumnName = "");
        var deep = new DeepNmfEstimator.Options { InputColumnName = "Features", Ranks = [4, 2], LayerOutputColumnNames = ["Fine"], ResidualColumnName = "Fine" };
        Assert.Contains("'Fine' twice", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.DeepNmf(deep)).Message);
        NeuralNmfEstimator.Options neural = NeuralRows.Options(new() { Ranks = [4, 2], ReconstructionColumnName = "Score" });
        Assert.Contains("'Score' twice", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNmf(neural)).Message);
    }

    [Fact]
    public void Reading_them_allocates_nothing_per_row()
    {
        IDataView view = _context.Data.Cache(Rows.View(_context, Rows.Values(2000)));
        IDataView output = Fit("Nmf", 2, ActivationNormalization.None, view, explains: true).Transform(view);
        Allocated(100);
        long some = Allocated(100), many = Allocated(2000);
        // The smallest object has 24 bytes; the cache of ML.NET makes a few.
        Assert.True(many - some < 1900 * 8, $"{many - some} bytes for 1900 rows");

        long Allocated(int count)
        {
            using DataViewRowCursor cursor = output.GetRowCursor([output.Schema["Clean"], output.Schema["Unexplained"]]);
            ValueGetter<VBuffer<float>> clean = cursor.GetGetter<VBuffer<float>>(output.Schema["Clean"]);
            ValueGetter<float> unexplained = cursor.GetGetter<float>(output.Schema["Unexplained"]);
            VBuffer<float> buffer = default;
            float residual = 0;
            cursor.MoveNext();
            clean(ref buffer);
            unexplained(ref residual);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 1; i < count && cursor.MoveNext(); i++)
            {
                clean(ref buffer);
                unexplained(ref residual);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private ITransformer Fit(string name, double beta, ActivationNormalization normalization, IDataView view, bool explains)
        => Estimator(name, beta, normalization, explains).Fit(view);

    private IEstimator<ITransformer> Estimator(string name, double beta, ActivationNormalization normalization, bool explains)
    {
        FactorizationOptions options = Options(name switch
        {
            "Nmf" => new NmfEstimator.Options { Rank = 3, Beta = beta, TransformMaximumNumberOfIterations = 60 },
            "DeepNmf" => new DeepNmfEstimator.Options { Ranks = [5, 3], Beta = beta, LayerOutputColumnNames = ["Fine"], MaximumNumberOfIterations = 8 },
            "NeuralNmf" => new NeuralNmfEstimator.Options { Ranks = [4, 3], MaximumNumberOfIterations = 8 },
            _ => NeuralRows.Options(new NeuralNmfEstimator.Options { Ranks = [4, 3], LayerOutputColumnNames = ["Fine"], MaximumNumberOfIterations = 8 }),
        }, normalization, explains);
        return options switch
        {
            NmfEstimator.Options nmf => _context.Transforms.Nmf(nmf),
            DeepNmfEstimator.Options deep => _context.Transforms.DeepNmf(deep),
            _ => _context.Transforms.NeuralNmf((NeuralNmfEstimator.Options)options),
        };
    }

    private static FactorizationOptions Options(FactorizationOptions options, ActivationNormalization normalization, bool explains)
    {
        (options.OutputColumnName, options.InputColumnName, options.Normalization, options.Seed) = ("Topics", "Features", normalization, 1);
        if (explains)
            (options.ReconstructionColumnName, options.ResidualColumnName) = ("Clean", "Unexplained");
        return options;
    }

    private sealed class OnnxRow
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];
    }
}
