using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>Neural factorizations in batches: their labels, and what they refuse.</summary>
public class NeuralStreamTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void Passes_come_near_the_training_in_memory(NeuralNmfLoss loss)
    {
        IDataView data = _context.Data.LoadFromEnumerable(LabelledRows());
        NeuralNmfEstimator.Options options = Options(loss);
        double whole = _context.Transforms.NeuralNmf(options).Fit(data).Model.History.Last.Divergence;
        options.BatchSize = 32;
        options.MaximumNumberOfIterations = 20;
        NeuralNmfTransformer streamed = _context.Transforms.NeuralNmf(options).Fit(data);
        // The sample has all rows here.
        Assert.InRange(streamed.Model.History.Last.Divergence, 0, 1.05 * whole);
        Assert.Equal(21, streamed.Model.Epochs.Count);
        Assert.Equal(Rows, streamed.Model.NumberOfExamples);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Labels_guide_batches_and_give_scores(int labelledOf)
    {
        IDataView data = _context.Data.LoadFromEnumerable(LabelledRows(labelledOf));
        NeuralNmfEstimator.Options options = Options(NeuralNmfLoss.Energy);
        options.LabelColumnName = nameof(Row.Label);
        options.BatchSize = 32;
        options.MaximumNumberOfIterations = 5;
        NeuralNmfTransformer model = _context.Transforms.NeuralNmf(options).Fit(data);
        Assert.Equal(["a", "b", "c"], model.Model.Classifier!.ClassNames);
        Assert.All(model.Model.Epochs, epoch => Assert.True(epoch.LabelLoss >= 0));

        IDataView all = _context.Data.LoadFromEnumerable(LabelledRows());
        var predicted = _context.Transforms.Conversion.MapKeyToValue("Text", "PredictedLabel").Fit(model.Transform(all)).Transform(model.Transform(all));
        string[] said = [.. predicted.GetColumn<ReadOnlyMemory<char>>("Text").Select(text => text.ToString())];
        int right = said.Zip(LabelledRows(), (text, row) => text == row.Label ? 1 : 0).Sum();
        Assert.InRange(right, (int)(0.95 * Rows), Rows);
    }

    [Fact]
    public void The_order_in_which_labels_come_does_not_matter_for_their_classes()
    {
        NeuralNmfEstimator.Options options = Options(NeuralNmfLoss.Energy);
        options.LabelColumnName = nameof(Row.Label);
        options.BatchSize = 16;
        options.MaximumNumberOfIterations = 2;
        IDataView backwards = _context.Data.LoadFromEnumerable(LabelledRows().Reverse());
        Assert.Equal(["a", "b", "c"], _context.Transforms.NeuralNmf(options).Fit(backwards).Model.Classifier!.ClassNames);
    }

    [Fact]
    public void Labelled_rows_are_held_once_however_many_passes_follow()
    {
        using ComputeEngine engine = ComputeEngine.OnProcessor(1);
        using var held = new HeldLabels(engine, [3, 2], share: 0.5);
        ExampleMatrix batch = ExampleMatrixBuilder.From(new FactorMatrix(new float[,] { { 1, 0, 2 }, { 0, 3, 1 }, { 1, 1, 0 } })).BuildInUnit();
        held.Hold(batch, [1, 0, 2]);
        Assert.Equal(2, held.Pass!.Data.Rows);
        held.Hold(batch, [0, 1, 0]);
        Assert.Equal((3, 3), (held.Pass!.Data.Rows, held.Pass.Labels!.Rows.Length));
        held.Close();
        held.Hold(batch, [1, 1, 1]);
        Assert.Equal(3, held.Pass!.Data.Rows);
    }

    [Fact]
    public void Checkpoints_of_rows_in_memory_are_refused()
    {
        NeuralNmfEstimator.Options options = Options(NeuralNmfLoss.Energy);
        (options.Optimizer, options.BatchSize, options.CheckpointPath) = (NeuralNmfOptimizer.Adam(), 10, "model.zip");
        Assert.Contains("the optimizer is Adam or ProjectedGradient, which hold all rows in memory",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNmf(options)).Message);
    }

    [Fact]
    public void What_a_training_cannot_go_on_with_is_refused()
    {
        IDataView data = _context.Data.LoadFromEnumerable(LabelledRows());
        NeuralNmfEstimator.Options options = Options(NeuralNmfLoss.Energy);
        NeuralNmfTransformer model = _context.Transforms.NeuralNmf(options).Fit(data);
        options.Loss = NeuralNmfLoss.Reconstruction;
        Assert.Contains("The previous model has the loss Energy and the estimator Reconstruction",
            Assert.Throws<ArgumentException>(() => _context.Transforms.NeuralNmf(options).Fit(data, model)).Message);
        options = Options(NeuralNmfLoss.Energy);
        options.Optimizer = NeuralNmfOptimizer.Adam();
        Assert.Contains("the optimizer is Adam or ProjectedGradient",
            Assert.Throws<ArgumentException>(() => _context.Transforms.NeuralNmf(options).Fit(data, model)).Message);
    }

    private const int Rows = 240;

    private static NeuralNmfEstimator.Options Options(NeuralNmfLoss loss) => new()
    {
        OutputColumnName = "Topics",
        InputColumnName = nameof(Row.Features),
        Ranks = [6, 3],
        Loss = loss,
        Seed = 2,
        Engine = TrainingEngine.Managed,
    };

    // Three classes with words of their own, of which two kinds of rows each have more of one half.
    private static IEnumerable<Row> LabelledRows(int labelledOf = 1)
    {
        var random = new Random(4);
        for (int i = 0; i < Rows; i++)
        {
            var features = new float[18];
            int group = i % 3, half = i / 3 % 2;
            for (int j = 0; j < features.Length; j++)
            {
                bool isOwn = j / 6 == group;
                features[j] = isOwn ? (j % 2 == half ? 3 : 1) + random.NextSingle() : random.NextSingle() < 0.1 ? random.NextSingle() : 0;
            }

            yield return new Row { Features = features, Label = i % labelledOf == 0 ? "abc"[group].ToString() : "" };
        }
    }

    private sealed class Row
    {
        [VectorType(18)] public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
