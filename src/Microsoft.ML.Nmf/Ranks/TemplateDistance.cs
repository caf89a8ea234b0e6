using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>How much the templates of two trainings differ, whatever their order and scale.</summary>
internal static class TemplateDistance
{
    /// <summary>
    /// 1/(2r) Σ_k [(1 − max_l c_kl) + (1 − max_l c_lk)] with the correlation c_kl of column k of one with column l of the other, at least 0 (Wu et al. 2016,
    /// <see href="https://doi.org/10.1073/pnas.1521171113"/>, after Amari). A column whose values are all the same correlates with none.
    /// </summary>
    /// <param name="first">m × r.</param>
    /// <param name="second">m × r.</param>
    public static double Amari(FactorMatrix first, FactorMatrix second)
    {
        double[,] correlations = Correlations(first, second);
        int rank = first.Columns;
        var (ofRows, ofColumns) = (new double[rank], new double[rank]);
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
            {
                ofRows[k] = Math.Max(ofRows[k], correlations[k, l]);
                ofColumns[l] = Math.Max(ofColumns[l], correlations[k, l]);
            }
        }

        return ofRows.Concat(ofColumns).Sum(most => 1 - most) / (2 * rank);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[,] Correlations(FactorMatrix first, FactorMatrix second)
    {
        int rank = first.Columns, rows = first.Rows;
        double[,] products = TopicMeasures.InnerProducts(first, second, [.. Enumerable.Range(0, rows)]);
        (double[] sums, double[] norms) = Moments(first);
        (double[] otherSums, double[] otherNorms) = Moments(second);
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
            {
                double covariance = products[k, l] - sums[k] * otherSums[l] / rows, scale = norms[k] * otherNorms[l];
                products[k, l] = scale > 0 ? Math.Clamp(covariance / scale, 0, 1) : 0;
            }
        }

        return products;
    }

    // The sum of each column, and its norm about its mean.
    private static (double[] Sums, double[] Norms) Moments(FactorMatrix factor)
    {
        double[] sums = factor.ColumnSums(), norms = new double[factor.Columns];
        for (int j = 0; j < factor.Rows; j++)
        {
            ReadOnlySpan<float> row = factor.Row(j);
            for (int k = 0; k < row.Length; k++)
                norms[k] += (row[k] - sums[k] / factor.Rows) * (row[k] - sums[k] / factor.Rows);
        }

        return (sums, [.. norms.Select(Math.Sqrt)]);
    }
}
