using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf;

/// <summary>
/// The β-divergence D_β(X ‖ X̂) = Σ d_β(x ‖ x̂) between data and its approximation, for any real β
/// (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier</see>, "Algorithms for nonnegative matrix factorization with the β-divergence",
/// Neural Computation 2011, equation 2): <c>d_β(x ‖ x̂) = (x^β + (β − 1) x̂^β − β x x̂^(β−1)) / (β (β − 1))</c>, and its limits
/// <c>x log(x / x̂) − x + x̂</c> at β = 1 and <c>x / x̂ − log(x / x̂) − 1</c> at β = 0.
/// </summary>
public static class BetaDivergence
{
    /// <summary>β = 2: half the squared Euclidean distance. The fastest to compute, and the usual choice for TF-IDF.</summary>
    public const double Euclidean = 2;

    /// <summary>β = 1: the generalised Kullback-Leibler divergence. Suits counts; the objective of pLSA.</summary>
    public const double KullbackLeibler = 1;

    /// <summary>β = 0: the Itakura-Saito divergence. Does not change when x and x̂ are scaled together; suits power spectra.</summary>
    public const double ItakuraSaito = 0;

    /// <summary>
    /// The least value of x̂ when β ≠ 2, and of x when β ≤ 0; smaller values count as this one. It is a share of a mean, zeros included: that of the training
    /// data, and in a transform that of the example. It avoids a division by x̂ = 0 and, for β ≤ 0, the infinite divergence of x = 0. The value is 2⁻²³, the
    /// float32 epsilon; below β = −1.46 it is 10^(24/(β − 2)), which grows to 1e-4 at β = −4, so that x̂^(β−2) fits float32.
    /// </summary>
    public const float Floor = 1.1920929e-7f;

    /// <summary><see cref="Floor"/> for a β.</summary>
    internal static double FloorOf(double beta) => beta >= 0 ? Floor : Math.Max(Floor, Math.Pow(1e24, 1 / (beta - 2)));

    /// <summary>d_β(x ‖ x̂) of one entry, accurate to about 1e-13 of it for any β and however close x and x̂ are, in the limit of double.</summary>
    /// <param name="x">The data, at least 0; above 0 when β ≤ 0.</param>
    /// <param name="approximation">The approximation x̂, above 0.</param>
    /// <param name="beta">β, any finite value.</param>
    /// <returns>The divergence: at least 0, and 0 where <paramref name="x"/> equals <paramref name="approximation"/>; infinite for x = 0 and β ≤ 0.</returns>
    public static double Of(double x, double approximation, double beta)
    {
        if (beta == Euclidean)
            return 0.5 * (x - approximation) * (x - approximation);
        if (x == 0)
            return beta > 0 ? Math.Pow(approximation, beta) / beta : double.PositiveInfinity;

        // d_β(x ‖ x̂) = x̂^β φ(u) with u = x / x̂, and φ(u) = (u^β − 1 − β (u − 1)) / (β (β − 1)). Each form avoids a cancellation that the others have.
        double excess = (x - approximation) / approximation;
        double logarithm = Math.Log(x / approximation);
        if (Math.Abs(excess) < 0.1 && Math.Abs(beta * excess) < 1)
            return Math.Pow(approximation, beta) * NearOne(excess, beta);
        if (Math.Abs(beta - 1) <= 0.5)
            return Math.Pow(approximation, beta) * (x / approximation * logarithm * RelativeGrowth((beta - 1) * logarithm) - excess) / beta;
        if (Math.Abs(beta) < 0.5)
            return Math.Pow(approximation, beta) * (logarithm * RelativeGrowth(beta * logarithm) - excess) / (beta - 1);
        return (Math.Pow(x, beta) + (beta - 1) * Math.Pow(approximation, beta) - beta * x * Math.Pow(approximation, beta - 1)) / (beta * (beta - 1));
    }

    // φ(1 + v) = Σ over k ≥ 2 of binomial(β, k) v^k / (β (β − 1)).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double NearOne(double v, double beta)
    {
        double term = v * v / 2, sum = term;
        for (int k = 2; k < 200 && Math.Abs(term) > 1e-18 * Math.Abs(sum); k++)
        {
            term *= (beta - k) / (k + 1) * v;
            sum += term;
        }

        return sum;
    }

    /// <summary>(exp(t) − 1) / t, which is 1 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double RelativeGrowth(double t)
    {
        if (Math.Abs(t) > 0.3)
            return (Math.Exp(t) - 1) / t;
        double term = 1, sum = 1;
        for (int k = 2; k < 16; k++)
        {
            term *= t / k;
            sum += term;
        }

        return sum;
    }
}
