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

    // Components with a singular value up to this share of the largest are beyond the rank of the data.
    private const double Negligible = 1e-6;

    // What is taken of a pair of singular vectors: the sign, the norms of the entries that have it, and the norm that both sides get.
    private readonly record struct Part(int Sign, double Left, double Right, double Scale);

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
        (double[] Positive, double[] Negative) left = Norms(svd.Left), right = Norms(svd.Right);
        var parts = new Part[svd.Values.Length];
        for (int k = 0; k < parts.Length; k++)
        {
            int sign = left.Positive[k] * right.Positive[k] >= left.Negative[k] * right.Negative[k] ? 1 : -1;
            (double ofLeft, double ofRight) = sign > 0 ? (left.Positive[k], right.Positive[k]) : (left.Negative[k], right.Negative[k]);
            parts[k] = new Part(sign, ofLeft, ofRight, Math.Sqrt(svd.Values[k] * ofLeft * ofRight));
        }

        float[] activations = Take(svd.Left, rank, parts, part => part.Left), templates = Take(svd.Right, rank, parts, part => part.Right);
        float randomScale = RandomStart.ScaleOf(factors);
        for (int k = 0; k < rank; k++)
        {
            if (k < parts.Length && svd.Values[k] > Negligible * svd.Values[0])
                continue;
            FillRandomly(activations, rank, k, randomScale, random);
            FillRandomly(templates, rank, k, randomScale, random);
        }

        if (zeros is not null)
            ReplaceZeros(activations, templates, zeros);
        factors.Activations.CopyFrom(activations);
        factors.Templates.CopyFrom(templates);
    }

    // The norms of the positive and of the negative entries of every column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double[] Positive, double[] Negative) Norms(FactorMatrix vectors)
    {
        double[] positive = new double[vectors.Columns], negative = new double[vectors.Columns];
        for (int i = 0; i < vectors.Rows; i++)
        {
            ReadOnlySpan<float> row = vectors.Row(i);
            for (int k = 0; k < row.Length; k++)
            {
                double value = row[k], square = value * value;
                positive[k] += value > 0 ? square : 0;
                negative[k] += value > 0 ? 0 : square;
            }
        }

        for (int k = 0; k < positive.Length; k++)
            (positive[k], negative[k]) = (Math.Sqrt(positive[k]), Math.Sqrt(negative[k]));
        return (positive, negative);
    }

    // The entries of one sign of every column, without it, scaled from their norm to another; those of the other sign, and those that are rounding, are zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float[] Take(FactorMatrix vectors, int rank, Part[] parts, Func<Part, double> norm)
    {
        var target = new float[ArraySize.Of(vectors.Rows, rank)];
        double[] toShare = [.. parts.Select(part => norm(part) > 0 ? part.Sign / norm(part) : 0)];
        for (int i = 0; i < vectors.Rows; i++)
        {
            ReadOnlySpan<float> row = vectors.Row(i);
            Span<float> result = target.AsSpan(i * rank, rank);
            for (int k = 0; k < row.Length; k++)
            {
                double share = row[k] * toShare[k];
                result[k] = share > Rounding ? (float)(share * parts[k].Scale) : 0;
            }
        }

        return target;
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
