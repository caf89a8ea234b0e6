using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// The leading singular triplets of the data by the randomised range finder with power iterations (<see href="https://doi.org/10.1137/090771806">Halko,
/// Martinsson and Tropp</see>, SIAM Review 2011, algorithms 4.4 and 5.1), in the engine's primitives. Cost about 2·(<see cref="PowerIterations"/> + 1)
/// products with the data.
/// </summary>
internal static class RandomizedSvd
{
    /// <summary>Columns more than triplets are wanted.</summary>
    public const int Oversampling = 10;

    private const int PowerIterations = 4;

    // The relative error of a Gram matrix summed in float32: directions below it are noise.
    private const double Dependent = 1e-6;

    /// <summary>Left singular vectors (n × k), singular values, right singular vectors (m × k), largest first; row after row.</summary>
    /// <param name="Left">The left singular vectors.</param>
    /// <param name="Values">The singular values.</param>
    /// <param name="Right">The right singular vectors.</param>
    public readonly record struct Triplets(FactorMatrix Left, double[] Values, FactorMatrix Right);

    /// <summary>Computes up to <paramref name="rank"/> triplets; fewer when the data has fewer rows or columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Triplets Compute(ComputeEngine engine, DataMatrix data, int rank, Random random, Action checkAlive)
    {
        int most = Math.Min(data.Rows, data.Columns);
        int size = Math.Min(rank + Oversampling, most);
        using Gram gram = engine.AllocateGram(size);
        using Factor right = engine.Allocate(data.Columns, size);
        FillUniformly(right, random);
        using Factor left = engine.Allocate(data.Rows, size), leftScratch = engine.Allocate(data.Rows, size), rightScratch = engine.Allocate(data.Columns, size);
        engine.DataProduct(data, right, left);
        Orthonormalize(engine, left, leftScratch, gram);
        for (int i = 0; i < PowerIterations; i++)
        {
            checkAlive();
            engine.DataProduct(data.Transposed, left, right);
            Orthonormalize(engine, right, rightScratch, gram);
            engine.DataProduct(data, right, left);
            Orthonormalize(engine, left, leftScratch, gram);
        }

        // X ≈ Q (QᵀX) with Q = left; QᵀX = (XᵀQ)ᵀ, whose singular vectors come from the small matrix (XᵀQ)ᵀ(XᵀQ).
        engine.DataProduct(data.Transposed, left, right);
        engine.Gram(right, gram);
        var small = new double[size * size];
        gram.CopyTo(small);
        (double[] eigenvalues, double[] eigenvectors) = SymmetricEigen.Of(small, size, checkAlive);

        int count = Math.Min(rank, size);
        double[] values = [.. eigenvalues.Take(count).Select(value => Math.Sqrt(Math.Max(value, 0)))];
        gram.CopyFrom(eigenvectors);
        engine.GramProduct(left, gram, leftScratch);
        engine.GramProduct(right, gram, rightScratch);
        // Make room for the copies on the host.
        left.Dispose();
        right.Dispose();
        float[] u = Leading(leftScratch, count), v = Leading(rightScratch, count);
        for (int i = 0; i < v.Length; i++)
            v[i] = values[i % count] > 0 ? (float)(v[i] / values[i % count]) : 0;
        return new Triplets(FactorMatrix.TakeOver(u, data.Rows, count), values, FactorMatrix.TakeOver(v, data.Columns, count));
    }

    // factor ← an orthonormal basis of its columns, by Cholesky QR twice. Dependent columns become zero.
    private static void Orthonormalize(ComputeEngine engine, Factor factor, Factor scratch, Gram gram)
    {
        var small = new double[gram.Rank * gram.Rank];
        OrthonormalizeOnce(engine, factor, scratch, gram, small);
        OrthonormalizeOnce(engine, scratch, factor, gram, small);
    }

    private static void OrthonormalizeOnce(ComputeEngine engine, Factor factor, Factor result, Gram gram, double[] small)
    {
        engine.Gram(factor, gram);
        gram.CopyTo(small);
        gram.CopyFrom(SmallMatrices.InverseOfCholesky(small, gram.Rank, Dependent));
        engine.GramProduct(factor, gram, result);
    }

    // Uniform from −1 to 1, which finds the range as Gaussian values do. Drawn from Random, with logarithm and cosine, they took as long as all products with
    // the data of 60,237 texts.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillUniformly(Factor factor, Random random)
    {
        var values = new float[ArraySize.Of(factor.Rows, factor.Rank)];
        ulong state = (ulong)random.NextInt64();
        for (int i = 0; i < values.Length; i++)
        {
            // SplitMix64: https://doi.org/10.1145/2714064.2660195, figure 17.
            ulong mixed = state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            values[i] = (int)((mixed ^ (mixed >> 31)) >> 32) * (1f / (1u << 31));
        }

        factor.CopyFrom(values);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float[] Leading(Factor factor, int count)
    {
        var all = new float[ArraySize.Of(factor.Rows, factor.Rank)];
        factor.CopyTo(all);
        if (count == factor.Rank)
            return all;
        var leading = new float[factor.Rows * count];
        for (int i = 0; i < factor.Rows; i++)
            all.AsSpan(i * factor.Rank, count).CopyTo(leading.AsSpan(i * count));
        return leading;
    }
}
