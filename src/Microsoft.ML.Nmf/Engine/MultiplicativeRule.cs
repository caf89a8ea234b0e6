namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The scalar rules of a multiplicative step u = f_new / f_old under D_β, shared by all engines. The step minimises, up to the
/// penalty's own rounding, the majoriser of Févotte and Idier (2011, section 4); per entry, with numerator n, denominator d
/// and f = f_old, and up to the factor f, it is
/// <c>n·A(u) + d·B(u) + l1·u + (l2·f + o)·u²/2</c>, where o is the orthogonality's part and
/// A(u) = −u^(β−1)/(β−1) for β &lt; 2 (−log u at β = 1), −u for β ≥ 2; B(u) = u^β/β for β ≥ 1 and u for β &lt; 1.
/// </summary>
internal static class MultiplicativeRule
{
    /// <summary>Added to numerator and denominator, so that neither is zero: the float32 epsilon.</summary>
    public const float Epsilon = 1.1920929e-7f;

    /// <summary>Factors below this are set to zero: they could only decay on, and their products would be in the slow denormal range.</summary>
    public const float Smallest = 1e-18f;

    /// <summary>γ(β): 1 / (2 − β) below 1, 1 up to 2, 1 / (β − 1) above; it keeps the objective from rising.</summary>
    public static float Exponent(double beta) => (float)(beta < 1 ? 1 / (2 - beta) : beta <= 2 ? 1 : 1 / (beta - 1));

    /// <summary>
    /// Whether the closed-form step can overshoot: for β &lt; 2 a term that is quadratic in the factor makes the ratio
    /// of the fixed-point rule larger than the majoriser's own minimiser.
    /// </summary>
    public static bool CanOvershoot(double beta, Penalty penalty) => penalty.IsQuadratic && beta < 2;

    /// <summary>
    /// The step u, halved on a logarithmic scale until the majoriser is not above its value at u = 1.
    /// </summary>
    /// <param name="u">The closed-form step.</param>
    /// <param name="numerator">n, above 0.</param>
    /// <param name="denominator">d without the penalties, above 0.</param>
    /// <param name="linear">l1.</param>
    /// <param name="quadratic">l2·f plus the orthogonality's part.</param>
    /// <param name="beta">β, below 2.</param>
    public static double Shorten(double u, double numerator, double denominator, double linear, double quadratic, double beta)
    {
        double logarithm = Math.Log(u);
        for (int halving = 0; halving < 60; halving++)
        {
            if (Rise(u, numerator, denominator, linear, quadratic, beta) <= 0)
                return u;
            logarithm /= 2;
            u = Math.Exp(logarithm);
        }

        return 1;
    }

    private static double Rise(double u, double numerator, double denominator, double linear, double quadratic, double beta)
    {
        double gain = beta == 1 ? Math.Log(u) : (Math.Pow(u, beta - 1) - 1) / (beta - 1);
        double loss = beta < 1 ? u - 1 : (Math.Pow(u, beta) - 1) / beta;
        return -numerator * gain + denominator * loss + linear * (u - 1) + quadratic * (u * u - 1) / 2;
    }
}
