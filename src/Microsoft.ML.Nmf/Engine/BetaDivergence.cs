namespace Microsoft.ML.Nmf;

/// <summary>
/// The β-divergence D_β(X ‖ X̂) = Σ d_β(x ‖ x̂) between data and its approximation, for any real β (Févotte and Idier,
/// "Algorithms for nonnegative matrix factorization with the β-divergence", Neural Computation 2011, equation 2):
/// <c>d_β(x ‖ x̂) = (x^β + (β − 1) x̂^β − β x x̂^(β−1)) / (β (β − 1))</c>, and its limits
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
    /// float32 epsilon.
    /// </summary>
    public const float Floor = 1.1920929e-7f;

    /// <summary>d_β(x ‖ x̂) of one entry.</summary>
    /// <param name="x">The data, at least 0; above 0 when β ≤ 0.</param>
    /// <param name="approximation">The approximation x̂, above 0.</param>
    /// <param name="beta">β, any finite value.</param>
    /// <returns>The divergence: at least 0 up to rounding, and 0 where <paramref name="x"/> equals <paramref name="approximation"/>.</returns>
    public static double Of(double x, double approximation, double beta) => beta switch
    {
        2 => 0.5 * (x - approximation) * (x - approximation),
        1 => (x == 0 ? 0 : x * Math.Log(x / approximation)) - x + approximation,
        0 => x / approximation - Math.Log(x / approximation) - 1,
        _ => (Math.Pow(x, beta) + (beta - 1) * Math.Pow(approximation, beta)
              - beta * x * Math.Pow(approximation, beta - 1)) / (beta * (beta - 1)),
    };
}
