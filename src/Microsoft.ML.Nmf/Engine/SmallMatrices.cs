using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>Symmetric k × k matrices in double, stored row after row. Serial, meant for k up to a few hundred.</summary>
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

    /// <summary>W G Wᵀ for a symmetric G.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] Sandwich(FactorMatrix templates, double[] gram)
    {
        int rows = templates.Rows, rank = templates.Columns;
        var half = new double[rows * rank];
        for (int l = 0; l < rows; l++)
        {
            for (int k = 0; k < rank; k++)
                DoubleKernel.AddScaled(half.AsSpan(l * rank, rank), gram.AsSpan(k * rank, rank), templates[l, k]);
        }

        var whole = new double[rows * rows];
        for (int l = 0; l < rows; l++)
        {
            for (int j = 0; j <= l; j++)
            {
                double sum = 0;
                for (int k = 0; k < rank; k++)
                    sum += half[l * rank + k] * templates[j, k];
                whole[l * rows + j] = whole[j * rows + l] = sum;
            }
        }

        return whole;
    }
}
