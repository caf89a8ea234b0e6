using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// The scale of a start that is given whole. Where the mean of its product is more than a million times off that of the data, multiplicative steps would
/// overflow, so that the factors are first multiplied by a number that makes the means equal. Any other start is taken as it is.
/// </summary>
internal static class StartScale
{
    private const double Tolerated = 1 << 20;

    /// <summary>By what each factor that is not fixed is to be multiplied, once for each of its places; 1 for a start that is left as it is.</summary>
    /// <param name="examples">X, n × m.</param>
    /// <param name="chain">F_0 to F_L of X ≈ F_0 F_1ᵀ … F_Lᵀ, in the unit of the data.</param>
    /// <param name="isFixed">Whether a place keeps its factor.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Of(ExampleMatrix examples, IReadOnlyList<FactorMatrix> chain, Func<int, bool> isFixed)
    {
        // 1ᵀ F_0 F_1ᵀ … F_Lᵀ 1.
        double[] sums = chain[0].ColumnSums();
        for (int k = 1; k < chain.Count; k++)
            sums = Times(chain[k], sums);
        double ratio = examples.SumWithHoles / sums.Sum();
        int free = Enumerable.Range(0, chain.Count).Count(k => !isFixed(k));
        bool isTolerated = !(ratio > 0 && double.IsFinite(ratio)) || ratio is >= 1 / Tolerated and <= Tolerated;
        return isTolerated || free == 0 ? 1 : Math.Pow(ratio, 1.0 / free);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Times(FactorMatrix factor, double[] vector)
    {
        var product = new double[factor.Rows];
        for (int i = 0; i < product.Length; i++)
        {
            ReadOnlySpan<float> row = factor.Row(i);
            for (int k = 0; k < vector.Length; k++)
                product[i] += row[k] * vector[k];
        }

        return product;
    }
}
