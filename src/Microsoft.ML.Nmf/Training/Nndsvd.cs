using System.Buffers;
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
    public static void Fill(ComputeEngine engine, FactorPair factors, Func<float>? zeros, Random random, Action checkAlive)
    {
        int rank = factors.Templates.Rank;
        using StartMatrix data = StartMatrix.Of(engine, factors.Data);
        double[] values = RandomizedSvd.Compute(engine, data, factors.Activations, factors.Templates, random, checkAlive);
        // From a pool, since the memory of a fit before has been touched already.
        int lengthOfActivations = ArraySize.Of(factors.Activations.Rows, rank), lengthOfTemplates = ArraySize.Of(factors.Templates.Rows, rank);
        float[] rentedActivations = ArrayPool<float>.Shared.Rent(lengthOfActivations), rentedTemplates = ArrayPool<float>.Shared.Rent(lengthOfTemplates);
        Span<float> activations = rentedActivations.AsSpan(0, lengthOfActivations), templates = rentedTemplates.AsSpan(0, lengthOfTemplates);
        factors.Activations.CopyTo(activations);
        factors.Templates.CopyTo(templates);

        (double[] Positive, double[] Negative) left = Norms(activations, rank), right = Norms(templates, rank);
        var parts = new Part[rank];
        for (int k = 0; k < values.Length; k++)
        {
            int sign = left.Positive[k] * right.Positive[k] >= left.Negative[k] * right.Negative[k] ? 1 : -1;
            (double ofLeft, double ofRight) = sign > 0 ? (left.Positive[k], right.Positive[k]) : (left.Negative[k], right.Negative[k]);
            parts[k] = new Part(sign, ofLeft, ofRight, Math.Sqrt(values[k] * ofLeft * ofRight));
        }

        Take(activations, parts, part => part.Left);
        Take(templates, parts, part => part.Right);
        float randomScale = RandomStart.ScaleOf(factors);
        for (int k = 0; k < rank; k++)
        {
            if (k < values.Length && values[k] > Negligible * values[0])
                continue;
            FillRandomly(activations, rank, k, randomScale, random);
            FillRandomly(templates, rank, k, randomScale, random);
        }

        if (zeros is not null)
        {
            ReplaceZeros(activations, zeros);
            ReplaceZeros(templates, zeros);
        }

        factors.Activations.CopyFrom(activations);
        factors.Templates.CopyFrom(templates);
        ArrayPool<float>.Shared.Return(rentedActivations);
        ArrayPool<float>.Shared.Return(rentedTemplates);
    }

    // The norms of the positive and of the negative entries of every column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double[] Positive, double[] Negative) Norms(ReadOnlySpan<float> vectors, int rank)
    {
        double[] positive = new double[rank], negative = new double[rank];
        for (int start = 0; start < vectors.Length; start += rank)
        {
            ReadOnlySpan<float> row = vectors.Slice(start, rank);
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

    // The entries of one sign of every column, without it, scaled from their norm to another; those of the other sign, and those that are rounding, become zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Take(Span<float> vectors, Part[] parts, Func<Part, double> norm)
    {
        double[] toShare = [.. parts.Select(part => norm(part) > 0 ? part.Sign / norm(part) : 0)];
        for (int start = 0; start < vectors.Length; start += parts.Length)
        {
            Span<float> row = vectors.Slice(start, parts.Length);
            for (int k = 0; k < row.Length; k++)
            {
                double share = row[k] * toShare[k];
                row[k] = share > Rounding ? (float)(share * parts[k].Scale) : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillRandomly(Span<float> target, int rank, int column, float scale, Random random)
    {
        for (int i = column; i < target.Length; i += rank)
            target[i] = random.NextSingle() * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReplaceZeros(Span<float> factor, Func<float> value)
    {
        foreach (ref float entry in factor)
        {
            if (entry == 0)
                entry = value();
        }
    }
}
