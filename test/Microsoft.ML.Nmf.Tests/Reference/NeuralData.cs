using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Data for neural factorizations, and a training of it in a line.</summary>
internal static class NeuralData
{
    public const int Classes = 3;

    /// <summary>Rows of three groups, each heavier on a third of the features, with noise everywhere: nothing that a factorization could fit exactly.</summary>
    public static double[,] Grouped(int rows, int columns, int seed, double noise = 0.5, double density = 1)
    {
        double[,] x = Naive.Random(rows, columns, seed, density, noise);
        var random = new Random(seed + 1);
        for (int i = 0; i < rows; i++)
        {
            double size = 0.5 + random.NextDouble();
            for (int j = i % Classes; j < columns; j += Classes)
                x[i, j] = (float)(x[i, j] + (random.NextDouble() < density ? size * (0.5 + random.NextDouble()) : 0));
        }

        return x;
    }

    /// <summary>Rows of nine classes, each of a topic of its own and in one of four groups, whose topics share features, with a little noise.</summary>
    public static double[,] Hierarchy(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var topics = new double[9, columns];
        for (int k = 0; k < 9; k++)
        {
            for (int j = 0; j < columns; j++)
                topics[k, j] = j % 9 == k ? 2 + random.NextDouble() : j % 9 / 2 == k / 2 || (j % 9 / 2 == 4 && k / 2 == 3) ? 1 + random.NextDouble() : 0;
        }

        var x = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            double size = 0.5 + random.NextDouble();
            for (int j = 0; j < columns; j++)
                x[i, j] = (float)(size * topics[i % 9, j] + 0.1 * random.NextDouble());
        }

        return x;
    }

    /// <summary>The groups of such rows as keys, with every fifth missing.</summary>
    public static uint[] Keys(int rows) => [.. Enumerable.Range(0, rows).Select(i => i % 5 == 4 ? 0 : (uint)(i % Classes) + 1)];

    public static double[,] Scaled(double[,] x, double by)
    {
        var scaled = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                scaled[i, j] = (float)(by * x[i, j]);
        }

        return scaled;
    }

    public static double MeanSquare(double[,] x) => x.Cast<double>().Average(v => v * v);

    public static double[,] Read(FactorMatrix matrix)
    {
        var values = new double[matrix.Rows, matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int k = 0; k < matrix.Columns; k++)
                values[i, k] = matrix[i, k];
        }

        return values;
    }

    /// <summary>Options for all iterations that are asked for, whatever they gain.</summary>
    public static NeuralNmfEstimator.Options Options(
        int[] ranks, int epochs, NeuralNmfLoss loss = NeuralNmfLoss.Energy, NeuralNmfLabelLoss? labelLoss = null, NeuralNmfOptimizer? optimizer = null) => new()
        {
            Ranks = ranks,
            Loss = loss,
            LabelColumnName = labelLoss is null ? null : "Label",
            LabelLoss = labelLoss ?? default,
            LabelWeight = 0.5,
            ScoreRegularization = 1e-3,
            Optimizer = optimizer ?? NeuralNmfOptimizer.Automatic,
            PretrainingIterations = 10,
            MaximumNumberOfIterations = epochs,
            Tolerance = 0,
            Seed = 3,
        };

    /// <summary>A copy of the options with something changed.</summary>
    public static NeuralNmfEstimator.Options With(this NeuralNmfEstimator.Options options, Action<NeuralNmfEstimator.Options> change)
    {
        var copy = (NeuralNmfEstimator.Options)options.Copy();
        change(copy);
        return copy;
    }

    /// <summary>A training of a copy of the options; with a label column, on the keys that are given or those of the groups.</summary>
    public static NeuralNmfResult Run(
        double[,] x, NeuralNmfEstimator.Options options, ITrainingMonitor? monitor = null, bool sparse = false, int threads = 1, uint[]? keys = null)
    {
        using var engine = new ManagedEngine(threads);
        NeuralNmfEstimator.Options resolved = options.With(o => o.Resolve());
        uint[] labels = options.LabelColumnName is null ? [] : keys ?? Keys(x.GetLength(0));
        return NeuralNmfTraining.Run(engine, Build.Examples(x, sparse), resolved, monitor ?? new QuietMonitor(), labels, labels.Length == 0 ? 0 : Classes);
    }

    /// <summary>Sets the templates.</summary>
    public static void Take(this LayerStack stack, IReadOnlyList<double[,]> values) => stack.Change(templates =>
    {
        for (int i = 0; i < templates.Length; i++)
            templates[i].CopyFrom(Build.Matrix(values[i]).Values);
    });

    public static void AssertPossible(NeuralNmfResult result)
    {
        Assert.All(result.Templates, t => Assert.All(t.Values.ToArray(), v => Assert.True(v >= 0 && float.IsFinite(v), $"{v}")));
        Assert.All(result.Epochs, e => Assert.True(double.IsFinite(e.Loss) && e.LayerLosses.All(double.IsFinite) && double.IsFinite(e.OptimalityResidual)));
        Assert.All(result.Moments, layer => Assert.All(layer.Sums.Concat(layer.MeanSquares), v => Assert.True(v >= 0 && double.IsFinite(v), $"{v}")));
        Assert.All(result.Classification ?? [], v => Assert.True(double.IsFinite(v)));
    }
}
