using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>Rows in the unit 1, and what counts in their objective.</summary>
internal sealed class SurrogateRows
{
    /// <summary>The features of a row.</summary>
    public const int Features = 18;

    private const int Rows = 40;

    private readonly NmfEstimator.Options _options;
    private readonly bool _hasHoles;

    public SurrogateRows(NmfEstimator.Options options, string what)
    {
        _options = options;
        _hasHoles = options.MissingValues == MissingValues.AreMissing;
        // A zero costs without end under a β below 0.
        X = Streamed.Matrix(PlantedRows.Of(Rows, zeros: what == "sparse" ? 0.8 : options.Beta < 0 ? 0 : 0.1, size: Features));
        OfRows = [.. Enumerable.Range(0, Rows).Select(i => options.ExampleWeightColumnName is null ? 1 : 0.5 + i % 4)];
        OfColumns = [.. Enumerable.Range(0, Features).Select(j => (double)(options.FeatureWeights?[j] ?? 1))];
        var builder = new ExampleMatrixBuilder(Features);
        for (int i = 0; i < Rows; i++)
        {
            int[] columns = [.. Enumerable.Range(0, Features).Where(j => _hasHoles ? IsObserved(i, j) : X[i, j] != 0)];
            builder.Add(columns, [.. columns.Select(j => (float)X[i, j])]);
        }

        float[]? weights = options.ExampleWeightColumnName is null ? null : [.. OfRows.Select(weight => (float)weight)];
        Examples = options.Reading.CountOf(weights).Build(builder, Features, unit: 1);
    }

    public double[,] X { get; }

    public ExampleMatrix Examples { get; }

    public double[] OfRows { get; }

    public double[] OfColumns { get; }

    /// <summary>Activations without what their rows were multiplied by.</summary>
    public double[,] Unscaled(Factor activations)
    {
        double[,] h = Build.Read(activations);
        for (int i = 0; i < Rows && Examples.Weights?.RowScales is { } scales; i++)
        {
            for (int k = 0; k < h.GetLength(1); k++)
                h[i, k] /= scales[i];
        }

        return h;
    }

    /// <summary>Σ w_i c_j d(x_ij, x̂_ij) over what is observed.</summary>
    public double Divergence(Factor activations, StreamedModel model)
    {
        double[,] v = model.ReadTemplates().Select(Streamed.Matrix).Aggregate(Naive.Multiply);
        double[,] approximation = Naive.Multiply(Unscaled(activations), Naive.Transpose(v));
        double sum = 0, beta = _options.Beta, floor = Examples.FloorOf(beta);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Features; j++)
            {
                if (_hasHoles && !IsObserved(i, j))
                    continue;
                double x = beta <= 0 ? Math.Max(X[i, j], floor) : X[i, j], y = beta == 2 ? approximation[i, j] : Math.Max(approximation[i, j], floor);
                sum += OfRows[i] * OfColumns[j] * BetaDivergence.Of(x, y, beta);
            }
        }

        return sum;
    }

    private static bool IsObserved(int i, int j) => (7 * i + 5 * j) % 4 != 0;
}
