using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>Neural NMF's synthetic hierarchy at depths 1 to 3: relative error and accuracy beside what the reference implementation recorded.</summary>
internal static class HierarchyTable
{
    private const int Epochs = 300;

    // Of the runs that the energy is compared with.
    private const int Runs = 20;
    private const int LongRun = 2000;

    private static readonly int[] _ranks = [9, 4, 2];

    // As the notebooks of the reference implementation recorded them, with hierarchical semi-supervised NMF as they ran it. 1 but for the one accuracy.
    private static readonly (string Setting, double[] Neural, double[] Hierarchical, double[] Accuracies)[] _published =
    [
        ("unsupervised", [0.0236, 0.2816, 0.4676], [0.1116, 0.3358, 0.4814], [double.NaN, double.NaN, double.NaN]),
        ("40 of 90 labels", [0.0236, 0.3398, 0.6093], [0.1582, 0.3300, 0.6197], [1, 1, 1]),
        ("all labels", [0.0237, 0.3378, 0.6163], [0.1591, 0.2826, 0.5500], [1, 1, 0.7222]),
    ];

    public static void Print(SyntheticHierarchy hierarchy)
    {
        string[] published = ["hierarchical NMF, published", "Neural NMF, published", "accuracy"];
        var table = new MarkdownTable(
            ["labels", "depth", .. published, "energy, here", "accuracy", "s", "reconstruction loss, here", "accuracy", "s"]);
        foreach ((string setting, double[] neural, double[] hierarchical, double[] accuracies) in _published)
        {
            for (int depth = 0; depth < _ranks.Length; depth++)
            {
                string[] ours =
                [
                    .. Enum.GetValues<NeuralNmfLoss>().SelectMany(loss =>
                    {
                        (double error, double accuracy, double seconds) = Fit(hierarchy, setting, depth, loss);
                        return new[] { MarkdownTable.Number(error, 4), MarkdownTable.Number(accuracy, 4), MarkdownTable.Number(seconds, 2) };
                    }),
                ];
                table.Row([
                    setting, DepthName(depth), MarkdownTable.Number(hierarchical[depth], 4),
                    MarkdownTable.Number(neural[depth], 4), MarkdownTable.Number(accuracies[depth], 4), .. ours]);
            }
        }
    }

    /// <summary>The energy after 300 epochs beside that of twenty long runs from random templates, whose columns have the same norms.</summary>
    public static void PrintStarts(SyntheticHierarchy hierarchy)
    {
        var context = new MLContext(1);
        var table = new MarkdownTable("labels", "depth", "energy, 300 epochs", $"best of {Runs} long runs", "their median", "above the best, %");
        foreach ((string setting, _, _, _) in _published)
        {
            for (int depth = 0; depth < _ranks.Length; depth++)
            {
                IDataView data = View(context, hierarchy, setting, depth);
                NeuralNmfModel model = context.Transforms.NeuralNmf(OptionsOf(setting, depth, NeuralNmfLoss.Energy)).Fit(data).Model;
                double[] others =
                [
                    .. Enumerable.Range(1, Runs).Select(seed =>
                    {
                        NeuralNmfEstimator.Options options = OptionsOf(setting, depth, NeuralNmfLoss.Energy);
                        var random = new Random(seed);
                        (options.MaximumNumberOfIterations, options.Tolerance) = (LongRun, 0);
                        options.InitialTemplates = [.. model.Layers.Select(layer => RandomOf(layer.Templates, random))];
                        return context.Transforms.NeuralNmf(options).Fit(data).Model.Epochs[^1].Loss;
                    }).Order(),
                ];
                double energy = model.Epochs[^1].Loss;
                table.Row([
                    setting, DepthName(depth), .. new[] { energy, others[0], others[Runs / 2] }.Select(value => MarkdownTable.Number(value, 6)),
                    MarkdownTable.Number(100 * (energy / others[0] - 1), 2)]);
            }
        }
    }

    private static string DepthName(int depth) => (depth + 1).ToString(CultureInfo.InvariantCulture);

    private static IDataView View(MLContext context, SyntheticHierarchy hierarchy, string setting, int depth)
        => hierarchy.View(context, depth, row => setting == _published[^1].Setting || row.IsKnown);

    private static NeuralNmfEstimator.Options OptionsOf(string setting, int depth, NeuralNmfLoss loss) => new()
    {
        OutputColumnName = "Topics",
        InputColumnName = nameof(SyntheticHierarchy.Row.Features),
        LabelColumnName = setting == _published[0].Setting ? null : nameof(SyntheticHierarchy.Row.Label),
        Ranks = _ranks[..(depth + 1)],
        Loss = loss,
        Normalization = ActivationNormalization.None,
        MaximumNumberOfIterations = Epochs,
        Tolerance = 1e-6,
        Seed = 1,
    };

    // Uniform values, with columns of the norms of the pattern's.
    private static FactorMatrix RandomOf(FactorMatrix pattern, Random random)
    {
        var values = new float[pattern.Rows, pattern.Columns];
        for (int k = 0; k < pattern.Columns; k++)
        {
            double has = 0, takes = 0;
            for (int j = 0; j < pattern.Rows; j++)
            {
                values[j, k] = random.NextSingle();
                has += values[j, k] * values[j, k];
                takes += pattern[j, k] * pattern[j, k];
            }

            for (int j = 0; j < pattern.Rows; j++)
                values[j, k] *= (float)Math.Sqrt(takes / has);
        }

        return new FactorMatrix(values);
    }

    private static (double Error, double Accuracy, double Seconds) Fit(SyntheticHierarchy hierarchy, string setting, int depth, NeuralNmfLoss loss)
    {
        var context = new MLContext(1);
        IDataView data = View(context, hierarchy, setting, depth);
        var clock = Stopwatch.StartNew();
        NeuralNmfTransformer transformer = context.Transforms.NeuralNmf(OptionsOf(setting, depth, loss)).Fit(data);
        double seconds = clock.Elapsed.TotalSeconds;
        IDataView transformed = transformer.Transform(data);
        double residual = 0, whole = 0;
        int row = 0;
        foreach (float[] topics in transformed.GetColumn<float[]>("Topics"))
        {
            float[] features = hierarchy.Rows[row++].Features, approximation = transformer.Model.Reconstruct(topics);
            for (int j = 0; j < features.Length; j++)
            {
                residual += Math.Pow(features[j] - approximation[j], 2);
                whole += Math.Pow(features[j], 2);
            }
        }

        return (Math.Sqrt(residual / whole), transformer.Model.Classifier is not null ? Accuracy(context, hierarchy, depth, transformed) : double.NaN, seconds);
    }

    // Of all examples, whether their labels were known or not.
    private static double Accuracy(MLContext context, SyntheticHierarchy hierarchy, int depth, IDataView transformed)
    {
        IDataView named = context.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel").Fit(transformed).Transform(transformed);
        IEnumerable<string> expected = hierarchy.Rows.Select(row => SyntheticHierarchy.Name(row.Classes[depth]));
        return named.GetColumn<string>("Predicted").Zip(expected, (predicted, name) => predicted == name ? 1.0 : 0).Average();
    }
}
