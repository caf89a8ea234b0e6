using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>Decompositions of symmetric k × k matrices in double, stored row after row. Serial, meant for k up to a few hundred.</summary>
internal static class SmallMatrices
{
    /// <summary>R⁻¹ of the Cholesky factorization A = RᵀR, upper triangular. Cost k³/3.</summary>
    /// <param name="matrix">A, symmetric positive semidefinite.</param>
    /// <param name="size">k.</param>
    /// <param name="tolerance">
    /// A column whose pivot is at most this share of its diagonal entry counts as dependent on earlier ones; its row and column of R⁻¹ are zero.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] InverseOfCholesky(ReadOnlySpan<double> matrix, int size, double tolerance)
    {
        var lower = new double[size * size];
        var dependent = new bool[size];
        for (int i = 0; i < size; i++)
        {
            double pivot = matrix[i * size + i];
            for (int j = 0; j < i; j++)
            {
                if (dependent[j])
                    continue;
                double sum = matrix[i * size + j];
                for (int k = 0; k < j; k++)
                    sum -= lower[i * size + k] * lower[j * size + k];
                lower[i * size + j] = sum / lower[j * size + j];
                pivot -= lower[i * size + j] * lower[i * size + j];
            }

            dependent[i] = pivot <= tolerance * matrix[i * size + i];
            if (dependent[i])
                lower.AsSpan(i * size, size).Clear();
            else
                lower[i * size + i] = Math.Sqrt(pivot);
        }

        // With L = Rᵀ above, R⁻¹ = (L⁻¹)ᵀ: each column of L⁻¹, by forward substitution, is a row of the result.
        var inverse = new double[size * size];
        for (int column = 0; column < size; column++)
        {
            if (dependent[column])
                continue;
            for (int i = column; i < size; i++)
            {
                if (dependent[i])
                    continue;
                double sum = i == column ? 1 : 0;
                for (int k = column; k < i; k++)
                    sum -= lower[i * size + k] * inverse[column * size + k];
                inverse[column * size + i] = sum / lower[i * size + i];
            }
        }

        return inverse;
    }

    /// <summary>Eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations. Cost about 20·k³.</summary>
    /// <returns>The eigenvalues, largest first, and a k × k matrix whose columns are the eigenvectors in the same order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double[] Values, double[] Vectors) Eigen(ReadOnlySpan<double> matrix, int size)
    {
        double[] a = matrix.ToArray();
        var v = new double[size * size];
        for (int i = 0; i < size; i++)
            v[i * size + i] = 1;
        for (int sweep = 0; sweep < 60 && OffDiagonal(a, size) > 1e-15 * Diagonal(a, size); sweep++)
        {
            for (int p = 0; p < size; p++)
            {
                for (int q = p + 1; q < size; q++)
                    Rotate(a, v, size, p, q);
            }
        }

        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => a[i * size + i]).ThenBy(i => i)];
        var vectors = new double[size * size];
        for (int column = 0; column < size; column++)
        {
            for (int i = 0; i < size; i++)
                vectors[i * size + column] = v[i * size + order[column]];
        }

        return ([.. order.Select(i => a[i * size + i])], vectors);
    }

    // Σ |a_ij| above the diagonal.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double OffDiagonal(double[] a, int size)
    {
        double sum = 0;
        for (int i = 0; i < size; i++)
        {
            for (int j = i + 1; j < size; j++)
                sum += Math.Abs(a[i * size + j]);
        }

        return sum;
    }

    // Σ |a_ii|.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Diagonal(double[] a, int size)
    {
        double sum = 0;
        for (int i = 0; i < size; i++)
            sum += Math.Abs(a[i * size + i]);
        return sum;
    }

    // A ← JᵀAJ and V ← VJ, with the rotation J in the plane of p and q that makes a_pq zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(double[] a, double[] v, int size, int p, int q)
    {
        double off = a[p * size + q];
        if (off == 0)
            return;
        double theta = (a[q * size + q] - a[p * size + p]) / (2 * off);
        double t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        double c = 1 / Math.Sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < size; k++)
        {
            double kp = a[k * size + p], kq = a[k * size + q];
            a[k * size + p] = c * kp - s * kq;
            a[k * size + q] = s * kp + c * kq;
        }

        for (int k = 0; k < size; k++)
        {
            double pk = a[p * size + k], qk = a[q * size + k];
            a[p * size + k] = c * pk - s * qk;
            a[q * size + k] = s * pk + c * qk;
            double vp = v[k * size + p], vq = v[k * size + q];
            v[k * size + p] = c * vp - s * vq;
            v[k * size + q] = s * vp + c * vq;
        }
    }
}
