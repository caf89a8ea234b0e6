using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Non-negative double singular value decomposition (<see href="https://doi.org/10.1016/j.patcog.2007.09.010">Boutsidis and Gallopoulos</see>, "SVD based
/// initialization: a head start for nonnegative matrix factorization", Pattern Recognition 2008) and its two dense variants. Components beyond the rank of
/// the data start at random.
/// </summary>
internal static class Nndsvd
{
    // Entries of singular vectors up to this are zero but for the rounding of float32.
    private const double Rounding = 1e-6;

    /// <summary>Fills both factors.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="factors">X, and W and H to fill.</param>
    /// <param name="zeros">What each zero is replaced by, in the dense variants; null leaves them.</param>
    /// <param name="random">Draws everything random.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(ComputeEngine engine, FactorPair factors, Func<float>? zeros, Random random, Action checkAlive)
    {
        int rank = factors.Templates.Rank;
        RandomizedSvd.Triplets svd = RandomizedSvd.Compute(engine, factors.Data, rank, random, checkAlive);
        var activations = new float[ArraySize.Of(factors.Activations.Rows, rank)];
        var templates = new float[ArraySize.Of(factors.Templates.Rows, rank)];
        float randomScale = RandomStart.ScaleOf(factors);
        for (int k = 0; k < rank; k++)
        {
            if (k >= svd.Values.Length || svd.Values[k] <= 1e-6 * svd.Values[0])
            {
                FillRandomly(activations, rank, k, randomScale, random);
                FillRandomly(templates, rank, k, randomScale, random);
                continue;
            }

            (double leftPositive, double leftNegative) = Norms(svd.Left, k);
            (double rightPositive, double rightNegative) = Norms(svd.Right, k);
            int sign = leftPositive * rightPositive >= leftNegative * rightNegative ? 1 : -1;
            double left = sign > 0 ? leftPositive : leftNegative;
            double right = sign > 0 ? rightPositive : rightNegative;
            double scale = Math.Sqrt(svd.Values[k] * left * right);
            CopyPart(svd.Left, k, sign, left, scale, activations, rank);
            CopyPart(svd.Right, k, sign, right, scale, templates, rank);
        }

        if (zeros is not null)
            ReplaceZeros(activations, templates, zeros);
        factors.Activations.CopyFrom(activations);
        factors.Templates.CopyFrom(templates);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Positive, double Negative) Norms(FactorMatrix vectors, int column)
    {
        double positive = 0, negative = 0;
        for (int i = 0; i < vectors.Rows; i++)
        {
            double value = vectors.Row(i)[column];
            if (value > 0)
                positive += value * value;
            else
                negative += value * value;
        }

        return (Math.Sqrt(positive), Math.Sqrt(negative));
    }

    // The entries of one sign, without it, scaled from their norm to another; those of the other sign, and those that are rounding, become zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPart(FactorMatrix vectors, int column, int sign, double norm, double scale, float[] target, int rank)
    {
        for (int i = 0; i < vectors.Rows; i++)
        {
            double share = norm > 0 ? sign * vectors.Row(i)[column] / norm : 0;
            target[i * rank + column] = share > Rounding ? (float)(share * scale) : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillRandomly(float[] target, int rank, int column, float scale, Random random)
    {
        for (int i = column; i < target.Length; i += rank)
            target[i] = random.NextSingle() * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReplaceZeros(float[] activations, float[] templates, Func<float> value)
    {
        foreach (float[] factor in new[] { activations, templates })
        {
            for (int i = 0; i < factor.Length; i++)
            {
                if (factor[i] == 0)
                    factor[i] = value();
            }
        }
    }
}
