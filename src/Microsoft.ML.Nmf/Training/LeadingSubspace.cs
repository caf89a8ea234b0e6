using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// An orthonormal basis of the subspace of the leading left singular vectors: power iterations on random columns, and then Chebyshev polynomials of XXᵀ, which damp
/// what is below the last singular value of the basis and let grow what is above
/// (<see href="https://doi.org/10.1016/j.jcp.2006.03.017">Zhou, Saad, Tiago and Chelikowsky</see>, Journal of Computational Physics 2006, algorithm 3.1).
/// </summary>
/// <remarks>
/// Q_(j+1) = 2 (2 XXᵀ/c − 1) Q_j − Q_(j−1), both made independent by the R⁻¹ of the same Cholesky factor after each step, since in float32 the first singular
/// vector would soon be all that is left. c is the last eigenvalue of XXᵀ in the basis, and a second round knows it much better than the first. Where singular
/// values fall slowly, as those of texts do, ten power iterations leave a basis that depends on the random columns: on 60,237 texts at rank 50 starts from it
/// ended on either side of scikit-learn's objective by chance. From this one they begin within 1e-5 of the same objective, and end in the same place.
/// </remarks>
internal static class LeadingSubspace
{
    // What the polynomial of a round enlarges the last wanted singular vector by, beside the first that is left out.
    private const double Enlargement = 100;

    // The relative error of a Gram matrix summed in float32: directions below it are noise.
    private const double Dependent = 1e-6;

    // The least share of the largest eigenvalue of XXᵀ that is told from rounding.
    private const double LeastBound = 1e-5;

    private static readonly (int PowerIterations, int MostDegree)[] _rounds = [(3, 5), (1, 9)];

    /// <summary>Finds it.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X, with no more rows than columns.</param>
    /// <param name="products">Room for Xᵀ times a basis; its columns are those of the basis.</param>
    /// <param name="wanted">How many of the columns are to be near to singular vectors.</param>
    /// <param name="random">Draws the columns to begin with.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    /// <returns>Orthonormal columns; those that are dependent on others are zero.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Factor Find(ComputeEngine engine, StartMatrix data, Factor products, int wanted, Random random, Action checkAlive)
    {
        int size = products.Rank;
        using Gram gram = engine.AllocateGram(size);
        // Q_j, Q_(j−1), and what becomes Q_(j+1).
        Factor basis = engine.Allocate(data.Rows, size);
        using Factor before = engine.Allocate(data.Rows, size), next = engine.Allocate(data.Rows, size);
        // Gaussian values are no better to begin with, and take longer to draw than all products with the data.
        RandomStart.Fill(next, -1, 1, random);
        foreach ((int powerIterations, int mostDegree) in _rounds)
        {
            for (int i = 0; i < powerIterations; i++)
            {
                checkAlive();
                MakeIndependent();
                Multiply();
            }

            // The diagonal of R is near to the eigenvalues of XXᵀ.
            double[] inverse = InverseOfFactor();
            double[] eigenvalues =
                [.. Enumerable.Range(0, size).Select(k => inverse[k * size + k]).Where(value => value > 0).Select(value => 1 / value).OrderDescending()];
            // Data of a lower rank is found by now.
            if (eigenvalues.Length < size)
                break;
            double bound = Math.Max(eigenvalues[^1], LeastBound * eigenvalues[0]);
            Filter(bound, Math.Min(DegreeFor(eigenvalues[wanted - 1] / bound), mostDegree));
        }

        MakeIndependent();
        next.Exchange(basis);
        MakeIndependent();
        return basis;

        // next ← T_d(2 XXᵀ/c − 1) basis, up to what makes columns independent, when next is XXᵀ basis.
        void Filter(double bound, int degree)
        {
            engine.Combine(2 / bound, next, -1, basis, next);
            for (int i = 1; i < degree; i++)
            {
                checkAlive();
                before.Exchange(basis);
                MakeIndependent();
                engine.GramProduct(before, gram, next);
                before.Exchange(next);
                Multiply();
                engine.Combine(4 / bound, next, -2, basis, next);
                engine.Combine(1, next, -1, before, next);
            }
        }

        // basis ← next R⁻¹.
        void MakeIndependent()
        {
            gram.CopyFrom(InverseOfFactor());
            engine.GramProduct(next, gram, basis);
        }

        // R⁻¹ of the Cholesky factor R of nextᵀ next.
        double[] InverseOfFactor()
        {
            var small = new double[size * size];
            engine.Gram(next, gram);
            gram.CopyTo(small);
            return SmallMatrices.InverseOfCholesky(small, size, Dependent);
        }

        // next ← XXᵀ basis.
        void Multiply()
        {
            data.Transposed.Multiply(basis, products);
            data.Multiply(products, next);
        }
    }

    // T_d(2 λ/c − 1) = cosh(d arcosh(2 λ/c − 1)).
    private static int DegreeFor(double ratio)
        => (int)Math.Min(Math.Ceiling(Math.Acosh(Enlargement) / Math.Acosh(Math.Max(2 * ratio - 1, 1 + LeastBound))), int.MaxValue);
}
