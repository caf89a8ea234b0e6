using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>Models that no training gives, with numbers at the ends of float32, saved and loaded.</summary>
public class ExtremeModelTests
{
    private static readonly TrainingIteration _start = new() { Number = 0, Objective = 1, Divergence = 1, Seconds = 0 };
    private static readonly TrainingHistory _history = new([_start], TrainingEnd.Stalled);
    private static readonly TrainingPhase[] _phases = [new TrainingPhase { Name = "all", History = _history }];

    private readonly MLContext _context = new(1);

    public static TheoryData<double, float> Templates()
    {
        var data = new TheoryData<double, float>();
        foreach (double beta in new[] { 2, 1, 0.5, 3 })
        {
            foreach (float value in new[] { 1e-44f, 1e-38f, 1e-20f, 1e20f, 3e38f })
                data.Add(beta, value);
        }

        return data;
    }

    [Theory, MemberData(nameof(Templates))]
    public void Templates_at_the_ends_of_float32_give_finite_activations(double beta, float value)
    {
        var settings = new ActivationSettings(beta, 0, 0, 100, 1e-4f);
        foreach (ActivationNormalization normalization in Enum.GetValues<ActivationNormalization>())
        {
            foreach (double square in new[] { 0, 1e-90, 1, 1e77 })
            {
                var model = new NmfModel(Varied(Rows.Size, 3, value), null, beta, 5, Build.Moments(3, square), normalization, _history);
                AssertFinite(new NmfTransformer(Host(), new ColumnNames("Features", ["Topics"]), model, settings, new ReadingSettings()));
            }
        }

        AssertFinite(Deep(beta, Varied(Rows.Size, 3, value), Varied(3, 2, 0.25f)));
        AssertFinite(Deep(beta, Varied(Rows.Size, 3, 1), Varied(3, 2, Math.Min(value, 1e37f))));
    }

    [Theory]
    [InlineData(1e-44f, 1)]
    [InlineData(1, 1e-44f)]
    [InlineData(1e-38f, 1e-38f)]
    [InlineData(3e38f, 1e-20f)]
    [InlineData(3e38f, 3e38f)]
    public void Layers_and_classes_at_the_ends_of_float32_give_finite_scores(float first, float second)
    {
        foreach (NeuralNmfLabelLoss loss in Enum.GetValues<NeuralNmfLabelLoss>())
        {
            FactorMatrix[] templates = [Varied(Rows.Size, 3, first), Varied(3, 2, second)];
            NeuralNmfEpoch[] epochs =
            [
                new()
                {
                    Number = 0,
                    Loss = 1,
                    LayerLosses = [1, 0],
                    LabelLoss = 0,
                    ValidationLoss = double.NaN,
                    LearningRate = double.NaN,
                    OptimalityResidual = 0,
                },
            ];
            var weights = new FactorMatrix([3e38f, 3e38f, -3e38f, 3e38f, -3e38f, -3e38f], 3, 2);
            var model = new NeuralNmfModel(
                templates, null, NeuralNmfLoss.Energy, 5, [Build.Moments(3), Build.Moments(2, 1e-90)], ActivationNormalization.UnitMeanSquare, _phases, epochs, new NeuralNmfClassifier(weights, loss, null));
            ClassKeys classes = ClassKeys.Read(Bytes.Reader([.. BitConverter.GetBytes(3), 255]));
            int[] outputs = [1, 0, NeuralNmfTransformer.Scores, NeuralNmfTransformer.PredictedLabel];
            AssertFinite(new NeuralNmfTransformer(Host(), new ColumnNames("Features", ["Topics", "Fine", "Score", "PredictedLabel"]), model, new ReadingSettings(), outputs, classes));
        }
    }

    [Fact]
    public void Layers_whose_product_does_not_fit_float32_are_refused()
    {
        Assert.Equal(TrainingEnd.Stalled, ((DeepNmfTransformer)Loaded(Deep(2, Varied(Rows.Size, 3, 1e18f), Varied(3, 2, 1e18f)))).Model.History.End);
        Exception problem = Assert.ThrowsAny<Exception>(() => Loaded(Deep(2, Varied(Rows.Size, 3, 1e20f), Varied(3, 2, 1e20f)))).GetBaseException();
        Assert.Contains("product of the templates", Assert.IsType<FormatException>(problem).Message);
    }

    private DeepNmfTransformer Deep(double beta, params FactorMatrix[] templates)
    {
        var settings = new ActivationSettings(beta, 0, 0, 100, 1e-4f);
        var model = new DeepNmfModel(templates, null, beta, 5, [Build.Moments(3), Build.Moments(2, 1e-90)], ActivationNormalization.UnitMeanSquare, _phases);
        return new DeepNmfTransformer(Host(), new ColumnNames("Features", ["Topics", "Fine"]), model, settings, new ReadingSettings(), [1, 0]);
    }

    private ComponentHost Host() => ComponentHost.Register(_context.Transforms, "Extreme");

    private void AssertFinite(ITransformer transformer)
    {
        IDataView output = Loaded(transformer).Transform(Rows.View(_context, Rows.Values(6)));
        string[] added = [.. output.Schema.Where(c => c.Type is VectorDataViewType { ItemType: NumberDataViewType } && c.Name != "Features").Select(c => c.Name)];
        Assert.NotEmpty(added);
        foreach (string name in added)
            Assert.All(output.GetColumn<float[]>(name), row => Assert.All(row, value => Assert.True(float.IsFinite(value), $"{name} has {value}")));
    }

    private ITransformer Loaded(ITransformer transformer)
    {
        var file = new MemoryStream();
        _context.Model.Save(transformer, Rows.View(_context, Rows.Values(1)).Schema, file);
        ITransformer loaded = _context.Model.Load(file, out _);
        return loaded is IEnumerable<ITransformer> chain ? chain.Single() : loaded;
    }

    // Values from the given one down to a half of it.
    private static FactorMatrix Varied(int rows, int columns, float largest)
        => new([.. Enumerable.Range(0, rows * columns).Select(i => largest * (1 - 0.5f * ((i * 7 % 11) / 11f)))], rows, columns);
}
