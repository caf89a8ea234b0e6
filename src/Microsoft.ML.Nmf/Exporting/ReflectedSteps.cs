using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>
/// Non-negative least squares by a fixed number of equal steps, chosen from G alone. With the columns scaled to unit length, y = argmin over y ≥ 0 of
/// ½ y G yᵀ − b yᵀ is max(s, 0) for the s with s = |s| Q + b P, where Q = (ρI − G)(ρI + G)⁻¹ and P = 2 (ρI + G)⁻¹: s = y − (y G − b)/ρ. A step s ← |s| Q + b P
/// brings any s nearer to that by the factor q = max_i |ρ − λ_i| / (ρ + λ_i) at least, which for ρ = √(λ_min λ_max) is (√κ − 1)/(√κ + 1).
/// </summary>
internal sealed class ReflectedSteps
{
    /// <summary>The most steps that are made.</summary>
    public const int MostSteps = 4000;

    // Of the largest activation: the error that is left, beside the rounding of double.
    private const double Accuracy = 1e-8;

    private ReflectedSteps(double[] inverseLengths, double[] reflection, double[] response, double condition, int count)
    {
        InverseLengths = inverseLengths;
        Reflection = reflection;
        Response = response;
        Condition = condition;
        Count = count;
    }

    /// <summary>1 / √G_kk: activations are y times these; 0 for a component without templates.</summary>
    public double[] InverseLengths { get; }

    /// <summary>Q, row after row.</summary>
    public double[] Reflection { get; }

    /// <summary>P, row after row.</summary>
    public double[] Response { get; }

    /// <summary>κ of the scaled G; infinite where columns depend on each other.</summary>
    public double Condition { get; }

    /// <summary>How many steps leave an error of at most 1e-8 of the largest activation, from s = 0 and where no b_k is negative; more
    /// than <see cref="MostSteps"/> where that many do
    /// not.</summary>
    public int Count { get; }

    /// <summary>The steps for a G.</summary>
    /// <param name="gram">G before scaling.</param>
    /// <param name="sizes">What each activation is multiplied by before it is compared with the largest; empty for 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ReflectedSteps Of(PaddedGram gram, IReadOnlyList<double> sizes)
    {
        int rank = gram.Rank;
        double[] inverse = gram.InverseLengths.Span[..rank].ToArray();
        var scaled = new double[rank * rank];
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                scaled[k * rank + l] = k == l ? 1 : inverse[k] * inverse[l] * gram.Row(k)[l];
        }

        (double[] values, double[] vectors) = SymmetricEigen.Of(scaled, rank);
        // An eigenvalue below the rounding of the largest is not known.
        double largest = values[0], smallest = values[^1] > 1e-14 * largest ? values[^1] : 0;
        double rho = Math.Sqrt(largest * Math.Max(smallest, 1e-14 * largest));
        double[] inverted = Compose(vectors, [.. values.Select(value => 2 / (rho + Math.Max(value, 0)))], rank);
        var reflection = new double[rank * rank];
        for (int i = 0; i < reflection.Length; i++)
            reflection[i] = rho * inverted[i] - (i % (rank + 1) == 0 ? 1 : 0);
        double condition = smallest > 0 ? largest / smallest : double.PositiveInfinity;
        return new ReflectedSteps(inverse, reflection, inverted, condition, CountFor(condition, rho, rank, inverse, sizes));
    }

    // With b ≥ 0, yG ≥ b, so that no b_k is above r·max y, and s is at most r + r²/ρ times that long. Lengths and sizes differ by a factor at most, in which
    // the error of a small activation can be larger beside the largest.
    private static int CountFor(double condition, double rho, int rank, double[] inverseLengths, IReadOnlyList<double> sizes)
    {
        double[] units = [.. inverseLengths.Select((inverse, k) => inverse * (sizes.Count == 0 ? 1 : sizes[k])).Where(unit => unit > 0)];
        if (units.Length == 0 || condition == 1)
            return 1;
        double root = Math.Sqrt(condition), factor = (root - 1) / (root + 1);
        double start = Math.Sqrt(rank) * (1 + rank / rho) * (units.Max() / units.Min());
        double steps = Math.Ceiling(Math.Log(Accuracy / start) / Math.Log(factor));
        return double.IsFinite(steps) && steps <= MostSteps ? Math.Max(1, (int)steps) : MostSteps + 1;
    }

    // V diag(values) Vᵀ.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Compose(double[] vectors, double[] values, int size)
    {
        var matrix = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                double sum = 0;
                for (int k = 0; k < size; k++)
                    sum += vectors[i * size + k] * values[k] * vectors[j * size + k];
                matrix[i * size + j] = sum;
            }
        }

        return matrix;
    }
}
