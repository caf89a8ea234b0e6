using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Exporting;

/// <summary>What ONNX Runtime makes of a converted transformer, against the transformer.</summary>
public class OnnxActivationTests
{
    // What docs/onnx.md promises, as a share of the largest activation of the row.
    private const double Promised = 1e-4;

    // More than a group of them holds.
    private const int Updates = 60;

    private static readonly float[][] _rows =
    [
        .. Rows.Values(1000, seed: 2),
        new float[Rows.Size],
        [.. Enumerable.Repeat(1e-20f, Rows.Size)],
        [.. Enumerable.Repeat(3e20f, Rows.Size)],
    ];

    private readonly MLContext _context = new(1);

    public static TheoryData<string, double> Models()
    {
        var models = new TheoryData<string, double>();
        foreach (double beta in new[] { 2, 1, 0.5 })
        {
            models.Add("Nmf", beta);
            models.Add("DeepNmf", beta);
        }

        models.Add("Nmf", 3);
        models.Add("NeuralNmf", 2);
        return models;
    }

    [Theory, MemberData(nameof(Models))]
    public void Activations_scores_and_labels_are_those_of_the_transformer(string name, double beta)
    {
        ITransformer model = Fit(name, new Choice { Beta = beta });
        string[] columns = ColumnsOf(name);
        // Extreme rows would end beyond float32 with some powers.
        float[][] rows = beta == 2 ? _rows : _rows[..^2];
        using OnnxFile file = OnnxFile.Of(_context, model, Features(rows));
        float[][][] together = file.Run(rows, 1000, columns), alone = file.Run(rows[^30..], 1, columns);
        for (int c = 0; c < columns.Length; c++)
        {
            float[][] expected = Values(model.Transform(Features(rows)), columns[c]);
            AssertNear(expected, together[c]);
            AssertNear(expected[^30..], alone[c]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Feature_weights_and_clipped_values_are_in_the_graph(double beta)
    {
        float[][] rows = [.. Rows.Values(300, seed: 2).Select((row, i) => row.Select((value, j) => (i + j) % 7 == 0 ? -1 : value).ToArray())];
        ITransformer model = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Beta = beta,
            Seed = 1,
            FeatureWeights = [.. Enumerable.Range(0, Rows.Size).Select(j => 0.5f + j % 3)],
            NegativeValues = NegativeValues.Clip,
        }).Fit(Features(rows));
        using OnnxFile file = OnnxFile.Of(_context, model, Features(rows));
        AssertNear(Values(model.Transform(Features(rows)), "Topics"), file.Run(rows, 100, ["Topics"])[0]);
    }

    [Theory, MemberData(nameof(Normalizations))]
    public void Every_normalization_is_in_the_graph(string name, ActivationNormalization normalization)
    {
        ITransformer model = Fit(name, new Choice { Normalization = normalization });
        string[] columns = ColumnsOf(name);
        using OnnxFile file = OnnxFile.Of(_context, model, Features(_rows));
        float[][][] values = file.Run(_rows, 1000, columns);
        for (int c = 0; c < columns.Length; c++)
            AssertNear(Values(model.Transform(Features(_rows)), columns[c]), values[c]);
    }

    public static TheoryData<string, ActivationNormalization> Normalizations()
    {
        var data = new TheoryData<string, ActivationNormalization>();
        foreach (ActivationNormalization normalization in Enum.GetValues<ActivationNormalization>())
        {
            data.Add("Nmf", normalization);
            data.Add("DeepNmf", normalization);
            data.Add("NeuralNmf", normalization);
        }

        return data;
    }

    [Theory]
    [InlineData(2, 0.3f, 0.2f)]
    [InlineData(1, 0.3f, 0.2f)]
    [InlineData(0.5, 0.3f, 0)]
    [InlineData(3, 0.3f, 0.2f)]
    public void Penalties_on_activations_are_in_the_graph(double beta, float l1, float l2)
    {
        ITransformer model = Fit("Nmf", new Choice { Beta = beta, L1 = l1, L2 = l2 });
        float[][] rows = _rows[..^2];
        using OnnxFile file = OnnxFile.Of(_context, model, Features(rows));
        float[][] expected = Values(model.Transform(Features(rows)), "Topics"), values = file.Run(rows, 1000, "Topics")[0];
        AssertNear(expected, values);
        float[][] free = Values(Fit("Nmf", new Choice { Beta = beta }).Transform(Features(rows)), "Topics");
        Assert.Contains(free[0].Zip(values[0]), pair => Math.Abs(pair.First - pair.Second) > Promised * values[0].Max());
    }

    [Theory]
    [InlineData(1, 1e-7f)]
    [InlineData(0.5, 1e-4f)]
    public void A_row_ends_as_exactly_as_the_transformer_was_told_to(double beta, float tolerance)
    {
        ITransformer model = Fit("Nmf", new Choice { Beta = beta, Tolerance = tolerance });
        float[][] rows = _rows[..200];
        using OnnxFile file = OnnxFile.Of(_context, model, Features(rows));
        // A row at the border may make an update more or less, which changes it by the tolerance.
        AssertNear(Values(model.Transform(Features(rows)), "Topics"), file.Run(rows, 200, "Topics")[0], Promised + 2 * tolerance);
    }

    [Fact]
    public void Sparse_and_double_columns_give_the_same_as_dense_ones()
    {
        ITransformer model = Fit("Nmf", new Choice());
        float[][] expected = Values(model.Transform(Features(_rows)), "Topics");
        using OnnxFile fromSparse = OnnxFile.Of(_context, model, Rows.SparseView(_context, _rows));
        AssertNear(expected, fromSparse.Run(_rows, 1000, "Topics")[0]);
        IDataView doubles = Rows.DoubleView(_context, _rows[..^2]);
        using OnnxFile fromDouble = OnnxFile.Of(_context, model, doubles);
        AssertNear(expected[..^2], Applied(fromDouble, doubles, "Topics"));
    }

    [Theory, MemberData(nameof(Models))]
    public void MLNet_runs_the_file_on_any_view(string name, double beta)
    {
        ITransformer model = Fit(name, new Choice { Beta = beta });
        float[][] rows = [.. _rows[..20], _rows[1000]];
        using OnnxFile file = OnnxFile.Of(_context, model, Features(rows));
        foreach (string column in ColumnsOf(name))
        {
            float[][] expected = Values(model.Transform(Features(rows)), column);
            AssertNear(expected, Applied(file, Features(rows), column));
            AssertNear(expected, Applied(file, Rows.SparseView(_context, rows), column));
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void A_loaded_model_gives_the_same_file(string name, double beta)
    {
        ITransformer model = Fit(name, new Choice { Beta = beta });
        using var saved = new MemoryStream();
        _context.Model.Save(model, Features(_rows).Schema, saved);
        using OnnxFile one = OnnxFile.Of(_context, model, Features(_rows));
        using OnnxFile other = OnnxFile.Of(_context, new MLContext().Model.Load(saved, out _), Features(_rows));
        Assert.Equal(one.Bytes, other.Bytes);
    }

    [Fact]
    public void Slot_names_are_in_the_file()
    {
        IDataView data = Rows.NamedView(_context, Rows.Values());
        ITransformer model = _context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(data);
        string path = Path.Combine(Directory.CreateTempSubdirectory("nmf").FullName, "topics.onnx");
        using (FileStream stream = File.Create(path))
            _context.Model.ConvertToOnnx(model, data, stream);
        Assert.Equal(SlotNames(model.Transform(data)), SlotNames(_context.Transforms.ApplyOnnxModel(path).Fit(data).Transform(data)));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        static string[] SlotNames(IDataView view)
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            view.Schema["Topics"].GetSlotNames(ref names);
            return [.. names.DenseValues().Select(name => name.ToString())];
        }
    }

    private static string[] ColumnsOf(string name) => name switch
    {
        "Nmf" => ["Topics"],
        "DeepNmf" => ["Topics", "Fine"],
        _ => ["Topics", "Fine", "Score", "PredictedLabel"],
    };

    private ITransformer Fit(string name, Choice choice)
    {
        IDataView data = NeuralRows.GroupView(_context, Rows.Values());
        return name switch
        {
            "Nmf" => _context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Rank = 3,
                Seed = 1,
                Beta = choice.Beta,
                Normalization = choice.Normalization,
                TransformTolerance = choice.Tolerance,
                TransformMaximumNumberOfIterations = Updates,
                ActivationsL1Regularization = choice.L1,
                ActivationsL2Regularization = choice.L2,
            }).Fit(data),
            "DeepNmf" => _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Ranks = [4, 2],
                Seed = 1,
                Beta = choice.Beta,
                Normalization = choice.Normalization,
                TransformTolerance = choice.Tolerance,
                TransformMaximumNumberOfIterations = Updates,
                LayerOutputColumnNames = ["Fine"],
            }).Fit(data),
            _ => _context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Ranks = [4, 2],
                Seed = 1,
                LabelColumnName = "Label",
                Normalization = choice.Normalization,
                MaximumNumberOfIterations = 30,
                LayerOutputColumnNames = ["Fine"],
            }).Fit(data),
        };
    }

    private IDataView Features(float[][] rows) => _context.Data.LoadFromEnumerable(rows.Select(row => new FeatureRow { Features = row }));

    private float[][] Applied(OnnxFile file, IDataView view, string column)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("nmf").FullName, "model.onnx");
        File.WriteAllBytes(path, file.Bytes);
        float[][] values = Values(_context.Transforms.ApplyOnnxModel(path).Fit(view).Transform(view), column);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return values;
    }

    private static float[][] Values(IDataView view, string column) => view.Schema[column].Type switch
    {
        VectorDataViewType { ItemType: NumberDataViewType { RawType: { } raw } } when raw == typeof(uint)
            => [.. view.GetColumn<uint[]>(column).Select(keys => keys.Select(key => (float)key).ToArray())],
        VectorDataViewType => [.. view.GetColumn<float[]>(column)],
        _ => [.. view.GetColumn<uint>(column).Select(key => new float[] { key })],
    };

    private static void AssertNear(float[][] expected, float[][] actual, double share = Promised)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Length, actual[i].Length);
            double largest = expected[i].Max(Math.Abs);
            for (int k = 0; k < expected[i].Length; k++)
            {
                double difference = Math.Abs((double)expected[i][k] - actual[i][k]);
                Assert.True(difference <= share * largest, $"row {i}, slot {k}: expected {expected[i][k]}, got {actual[i][k]}");
            }
        }
    }

    private sealed class FeatureRow
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Choice
    {
        public double Beta { get; init; } = 2;

        public ActivationNormalization Normalization { get; init; } = ActivationNormalization.UnitMeanSquare;

        public float Tolerance { get; init; } = 1e-7f;

        public float L1 { get; init; }

        public float L2 { get; init; }
    }
}
