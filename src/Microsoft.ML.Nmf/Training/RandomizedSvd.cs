using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// The leading singular triplets of the data, in the engine's primitives: a basis of their subspace (<see cref="LeadingSubspace"/>), and in it the singular value
/// decomposition of a small matrix (<see href="https://doi.org/10.1137/090771806">Halko, Martinsson and Tropp</see>, SIAM Review 2011, algorithm 5.1).
/// </summary>
internal static class RandomizedSvd
{
    /// <summary>Columns more than triplets are wanted.</summary>
    public const int Oversampling = 10;

    /// <summary>
    /// Fills two factors with singular vectors, largest values first; fewer columns than they have when the data has fewer rows or columns, and then the others
    /// are zero, as are the right vectors of a singular value of zero.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X, n × m, its holes filled.</param>
    /// <param name="left">Receives the left singular vectors, n × k.</param>
    /// <param name="right">Receives the right singular vectors, m × k.</param>
    /// <param name="random">Draws everything random.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    /// <returns>The singular values.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] Compute(ComputeEngine engine, StartMatrix data, Factor left, Factor right, Random random, Action checkAlive)
    {
        // The basis is one of the smaller side.
        if (data.Rows > data.Columns)
            return Compute(engine, data.Transposed, right, left, random, checkAlive);
        int rank = left.Rank, size = Math.Min(rank + Oversampling, data.Rows);
        using Factor products = engine.Allocate(data.Columns, size);
        using Factor basis = LeadingSubspace.Find(engine, data, products, Math.Min(rank, size), random, checkAlive);

        // X ≈ Q (QᵀX); QᵀX = (XᵀQ)ᵀ, whose singular vectors come from the small matrix (XᵀQ)ᵀ(XᵀQ).
        data.Transposed.Multiply(basis, products);
        using Gram gram = engine.AllocateGram(size);
        engine.Gram(products, gram);
        var small = new double[size * size];
        gram.CopyTo(small);
        (double[] eigenvalues, double[] eigenvectors) = SymmetricEigen.Of(small, size, checkAlive);
        double[] values = [.. eigenvalues.Take(Math.Min(rank, size)).Select(value => Math.Sqrt(Math.Max(value, 0)))];
        Rotate(basis, _ => 1, left);
        Rotate(products, value => value > 0 ? 1 / value : 0, right);
        return values;

        // target ← source · V diag(scale).
        void Rotate(Factor source, Func<double, double> scale, Factor target)
        {
            var rotation = new float[size * rank];
            for (int i = 0; i < size; i++)
            {
                for (int k = 0; k < values.Length; k++)
                    rotation[i * rank + k] = (float)(eigenvectors[i * size + k] * scale(values[k]));
            }

            using Factor rotated = engine.Allocate(size, rank);
            rotated.CopyFrom(rotation);
            engine.SmallProduct(source, rotated, target);
        }
    }
}
