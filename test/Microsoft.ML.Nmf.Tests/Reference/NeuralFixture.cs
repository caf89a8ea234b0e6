using System.Text.Json;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>
/// Two layers trained in float64 by an independent program: see the file's own "about". Its matrices are features × examples; here they are examples
/// × features, and activations examples × rank.
/// </summary>
internal sealed record NeuralFixture(NeuralNmfLoss Kind, double LearningRate, double[,] X, double[][,] Initial, double[][,] FirstActivations,
    double[][,] FirstGradients, double[] Loss, double[][,] Final)
{
    public static NeuralFixture Load(NeuralNmfLoss loss)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "Fixtures",
            $"neural_{loss.ToString().ToLowerInvariant()}_2layer.json")));
        JsonElement root = json.RootElement;
        return new NeuralFixture(loss, root.GetProperty("learning_rate").GetDouble(), Transpose(MultiplicativeFixture.Matrix(root.GetProperty("X"))),
            Layers("A_initial"), [.. Layers("S_first").Select(Transpose)], Layers("gradient_first"),
                [.. root.GetProperty("loss").EnumerateArray().Select(v => v.GetDouble())], Layers("A_final"));

        double[][,] Layers(string name) => [.. root.GetProperty(name).EnumerateArray().Select(MultiplicativeFixture.Matrix)];
    }

    /// <summary>What the program did, as resolved options: fifty steps of the projected gradient.</summary>
    public NeuralNmfEstimator.Options Options()
    {
        var options = new NeuralNmfEstimator.Options
        {
            Ranks = [8, 4],
            Loss = Kind,
            InitialTemplates = [.. Initial.Select(Build.Matrix)],
            Optimizer = NeuralNmfOptimizer.ProjectedGradient(LearningRate),
            MaximumNumberOfIterations = 50,
            Tolerance = 0,
            Seed = 1,
        };
        options.Resolve();
        return options;
    }

    private static double[,] Transpose(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++)
                transposed[j, i] = matrix[i, j];
        }

        return transposed;
    }
}
