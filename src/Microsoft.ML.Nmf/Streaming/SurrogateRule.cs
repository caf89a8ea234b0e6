namespace Microsoft.ML.Nmf.Streaming;

/// <summary>
/// The upper bound of D_β that multiplicative updates of templates minimise, written so that it adds up over rows that met different templates. For a row that
/// met w, with n and d the numerator and the denominator of its update, the bound is, but for a constant, Σ of
/// <c>−n w^a φ(v) + d w^b ψ(v)</c> for new templates v, with a, b, φ and ψ that depend on β alone (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and
/// Idier 2011</see>, section 4). So the sums N of n w^a and D of d w^b say all that rows have to say, and v = (N / D)^γ minimises. For β = 0 this is the step of
/// <see href="https://doi.org/10.48550/arXiv.1106.4198">Lefèvre, Bach and Févotte 2011</see>.
/// </summary>
/// <param name="Numerator">a.</param>
/// <param name="Denominator">b.</param>
internal readonly record struct SurrogateRule(double Numerator, double Denominator)
{
    /// <summary>The exponents for a β.</summary>
    public static SurrogateRule For(double beta) => new(beta <= 2 ? 2 - beta : 0, beta < 1 ? 0 : 1 - beta);
}
