using System.Globalization;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>What counts in the objective of a training, and how often: it says how rows that were read become the matrix to train on.</summary>
/// <param name="AreMissing">Whether entries that were not added are holes rather than zeros. The rows then have their zeros among the entries.</param>
/// <param name="RowWeights">The weight of each row, above 0; null for 1.</param>
/// <param name="ColumnWeights">The weight of each column, at least 0 and one above; null for 1.</param>
/// <param name="Beta">β.</param>
/// <param name="Penalties">The penalties on the activations, and on the templates next to the features.</param>
internal sealed record ExampleCount(
    bool AreMissing, float[]? RowWeights, float[]? ColumnWeights, double Beta, (Penalty Activations, Penalty Templates) Penalties)
{
    // The largest share that a scale may be of another: beyond it entries of some rows would be below the floor of x̂, which is 1e-7 of the mean.
    private const double HarmlessRange = 1024;
    private const double HarmlessRangeWithoutFloor = 1e6;

    // Entries that are listed one by one, zeros too, where nothing is missing: 16 GB with the transpose.
    private const long MostListed = 1L << 30;

    /// <summary>The matrix of the rows that were added to a builder.</summary>
    /// <param name="builder">Has the rows.</param>
    /// <param name="columns">The number of features.</param>
    /// <param name="unit">By what entries are divided; null for what suits these rows.</param>
    /// <param name="observes">Whether entries are listed one by one with their weights; null for where that is needed.</param>
    /// <exception cref="InvalidOperationException">There are too many entries for the kind of weights.</exception>
    public ExampleMatrix Build(ExampleMatrixBuilder builder, int columns, double? unit = null, bool? observes = null)
    {
        float[]? rows = Simplify(RowWeights), features = Simplify(ColumnWeights);
        if (!AreMissing && rows is null && features is null && observes is not true)
            return builder.BuildInUnit(known: unit);
        CompressedRows data = builder.Collect();
        if (features is not null && features.Contains(0))
            data = Rewrite(data, (_, column, value) => features[column] > 0 ? value : float.NaN).Collect();
        long counted = (long)data.Rows * (features?.Count(weight => weight > 0) ?? columns);
        if (AreMissing && (data.NonZeros < counted || observes is true))
            return Observe(data, rows, features, unit);
        ExampleWeights? scaled = rows is null && features is null ? null : new ExampleWeights(rows, features, Beta);
        if (observes ?? (scaled is not null && !CanScale(scaled)))
            return Observe(AreMissing ? data : ListZeros(data, features, counted), rows, features, unit);
        return Rewrite(data, (row, column, value) => Scaled(row, column, value) is not 0 and var entry ? entry : float.NaN).BuildInUnit(scaled, unit);

        float Scaled(int row, int column, float value)
            => scaled is null ? value : (float)Math.Clamp((double)value * (scaled.RowScales?[row] ?? 1) * (scaled.ColumnScales?[column] ?? 1), float.MinValue, float.MaxValue);
    }

    private static float[]? Simplify(float[]? weights) => weights is null || Array.TrueForAll(weights, weight => weight == 1) ? null : weights;

    private static ObservedExamples Observe(CompressedRows data, float[]? rows, float[]? features, double? known)
    {
        ExampleWeights? weights = rows is null && features is null ? null : new ExampleWeights(rows, features);
        double mean = ObservedExamples.MeanOf(data, weights), unit = known ?? (mean > 0 ? ExampleMatrixBuilder.UnitFor(mean) : 1);
        ExampleMatrixBuilder.Divide(data.Blocks, unit);
        return new ObservedExamples(data, weights, unit);
    }

    // Whether multiplied entries give the same problem: penalties of the degree β alone are multiplied as the divergence is, and others are not.
    private bool CanScale(ExampleWeights weights)
    {
        bool fits = (weights.Rows is null || IsOfDegree(Penalties.Activations)) && (weights.Columns is null || IsOfDegree(Penalties.Templates));
        double range = RangeOf(weights.RowScales) * RangeOf(weights.ColumnScales);
        return Beta >= 1 && fits && range <= (Beta == BetaDivergence.Euclidean ? HarmlessRangeWithoutFloor : HarmlessRange);
    }

    private bool IsOfDegree(Penalty penalty)
        => penalty.IsNone || (Beta == BetaDivergence.Euclidean && penalty.L1 == 0) || (Beta == BetaDivergence.KullbackLeibler && !penalty.IsQuadratic);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double RangeOf(float[]? scales)
    {
        double[] positive = [.. (scales ?? [1]).Where(scale => scale > 0)];
        return positive.Max() / positive.Min();
    }

    // The same rows with every zero stored.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private CompressedRows ListZeros(CompressedRows data, float[]? features, long counted)
    {
        if (counted > MostListed)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"With such weights, Beta = {Beta} and these penalties each of the {data.Rows} × {data.Columns} entries is stored, zeros too, but there may be ")
                + $"{MostListed} at most. Leave out the penalties or the weights, or choose Beta = 2 with L2Regularization alone, or Beta = 1 with "
                + "L1Regularization alone.");
        }

        int[] columns = [.. Enumerable.Range(0, data.Columns).Where(column => features is null || features[column] > 0)];
        var listed = new ExampleMatrixBuilder(data.Columns);
        var values = new float[data.Columns];
        var row = new float[columns.Length];
        foreach (CompressedBlock block in data.Blocks)
        {
            for (int i = 0; i < block.Rows; i++)
            {
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    values[block.Columns[p]] = block.Values[p];
                for (int c = 0; c < columns.Length; c++)
                    row[c] = values[columns[c]];
                listed.Add(columns, row);
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    values[block.Columns[p]] = 0;
            }
        }

        return listed.Collect();
    }

    // The rows with other values; entries whose value becomes NaN are left out. Lets go of each block once it is rewritten.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ExampleMatrixBuilder Rewrite(CompressedRows data, Func<int, int, float, float> change)
    {
        var rewritten = new ExampleMatrixBuilder(data.Columns);
        int[] columns = new int[data.Columns];
        float[] values = new float[data.Columns];
        for (int b = 0; b < data.Blocks.Length; b++)
        {
            CompressedBlock block = data.Blocks[b];
            for (int i = 0; i < block.Rows; i++)
            {
                int count = 0;
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                {
                    float value = change(b * ExampleMatrix.BlockRows + i, block.Columns[p], block.Values[p]);
                    if (float.IsNaN(value))
                        continue;
                    columns[count] = block.Columns[p];
                    values[count++] = value;
                }

                rewritten.Add(columns.AsSpan(0, count), values.AsSpan(0, count));
            }

            data.Blocks[b] = default;
        }

        return rewritten;
    }
}
