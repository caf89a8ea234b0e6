using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// How often examples and features count in the objective: everything that belongs to a row or a column of X, its penalties included, is multiplied by its
/// weight. With direct weights the divergence of each entry is; otherwise, since d_β(c·x ‖ c·x̂) = c^β d_β(x ‖ x̂), the entries themselves have been multiplied
/// by the β-th root, and so are the factors that are trained.
/// </summary>
/// <param name="Rows">The weight of each example, above 0; null where all are 1.</param>
/// <param name="Columns">The weight of each feature, at least 0; null where all are 1.</param>
/// <param name="Beta">β where the entries were multiplied by roots; null for direct weights.</param>
internal sealed record ExampleWeights(float[]? Rows, float[]? Columns, double? Beta = null)
{
    /// <summary>By what the rows of X and of H were multiplied; null for nothing.</summary>
    public float[]? RowScales { get; } = RootsOf(Rows, Beta);

    /// <summary>By what the columns of X and the rows of W were multiplied; null for nothing.</summary>
    public float[]? ColumnScales { get; } = RootsOf(Columns, Beta);

    /// <summary>A power of each weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float[] PowersOf(float[] weights, double power) => [.. weights.Select(weight => weight == 0 ? 0 : (float)Math.Pow(weight, power))];

    /// <summary>A matrix whose rows are multiplied by scales, or divided by them; a row of scale 0 becomes zero either way.</summary>
    /// <param name="matrix">The matrix, or null.</param>
    /// <param name="scales">One for each row; null for 1.</param>
    /// <param name="divides">Whether to divide.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FactorMatrix? Scale(FactorMatrix? matrix, float[]? scales, bool divides = false)
    {
        // A wrong shape is refused by who knows the option.
        if (matrix is null || scales is null || scales.Length != matrix.Rows)
            return matrix;
        float[] values = [.. matrix.Values];
        for (int i = 0; i < matrix.Rows; i++)
        {
            double scale = divides ? scales[i] > 0 ? 1.0 / scales[i] : 0 : scales[i];
            foreach (ref float value in values.AsSpan(i * matrix.Columns, matrix.Columns))
                value = (float)(value * scale);
        }

        return FactorMatrix.TakeOver(values, matrix.Rows, matrix.Columns);
    }

    private static float[]? RootsOf(float[]? weights, double? beta) => weights is null || beta is null ? null : PowersOf(weights, 1 / beta.Value);
}
