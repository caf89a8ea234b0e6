namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The primitives that every factorization is written in. M is the data as seen from the factor F that is being updated: X
/// when F is the activations H, Xᵀ when F is the templates W; O is the other factor, so that M ≈ F Oᵀ. Costs are in
/// multiply-adds for M of p × q with z entries that are not zero (z = p·q when dense) and rank r.
/// </summary>
internal abstract class ComputeEngine : IDisposable
{
    /// <summary>What computes, in words for a log.</summary>
    public abstract string Description { get; }

    /// <summary>Brings the training data to where the engine works on it, with its transpose.</summary>
    public abstract DataMatrix Load(ExampleMatrix examples);

    /// <summary>A factor of zeros.</summary>
    public abstract Factor Allocate(int rows, int rank);

    /// <summary>A Gram matrix of zeros.</summary>
    public abstract Gram AllocateGram(int rank);

    /// <summary>Room for the terms of a multiplicative update of a factor of the given shape under D_β.</summary>
    public abstract MultiplicativeTerms AllocateTerms(int rows, int rank, double beta);

    /// <summary>result ← FᵀF. Cost p·r²/2.</summary>
    public abstract void Gram(Factor factor, Gram result);

    /// <summary>result ← M·O. Cost z·r.</summary>
    public abstract void Product(DataMatrix data, Factor other, Factor result);

    /// <summary>result ← F·G for a small G. Cost p·r².</summary>
    public abstract void Product(Factor factor, Gram gram, Factor result);

    /// <summary>result ← G·F for a factor with as many rows as G. Cost r²·(columns of F).</summary>
    public abstract void Product(Gram gram, Factor factor, Factor result);

    /// <summary>result ← F·S for a small S with as many rows as F has columns. Cost p·r·(columns of S).</summary>
    public abstract void Product(Factor factor, Factor small, Factor result);

    /// <summary>result ← F·Sᵀ for a small S with as many columns as F. Cost p·r·(rows of S).</summary>
    public abstract void ProductTransposed(Factor factor, Factor small, Factor result);

    /// <summary>result ← AᵀB for two factors of as many rows. Cost p·a·b.</summary>
    public abstract void Cross(Factor first, Factor second, Factor result);

    /// <summary>
    /// Terms of the multiplicative update of a small factor S from those of the product F·S: result ← Fᵀ terms. Cost 2·p·r·(columns of S).
    /// </summary>
    public abstract void Project(Factor factor, MultiplicativeTerms terms, MultiplicativeTerms result);

    /// <summary>⟨A, B⟩ = Σ A_ik B_ik, summed in double. Cost p·r.</summary>
    public abstract double Inner(Factor first, Factor second);

    /// <summary>⟨A, B⟩ = Σ A_kl B_kl. Cost r².</summary>
    public abstract double Inner(Gram first, Gram second);

    /// <summary>The value of a penalty on F. Cost p·r.</summary>
    public abstract double PenaltyOf(Factor factor, Penalty penalty);

    /// <summary>
    /// D_β(M ‖ F Oᵀ) entry by entry, summed in double. Cost z·r for β = 1 on sparse data, otherwise p·q·r; F Oᵀ is never
    /// held whole.
    /// </summary>
    public abstract double Divergence(DataMatrix data, Factor factor, Factor other, double beta);

    /// <summary>
    /// Coordinate descent on every row f of F, separately: minimises ½ f G fᵀ − b fᵀ plus the penalty over f ≥ 0, one entry
    /// after the other, where G = OᵀO and b is the row of M·O. Stops after <paramref name="sweeps"/> sweeps, or when a sweep
    /// gains less than a twentieth of what the first one gained for the same block of rows. Never raises the objective.
    /// HALS: Cichocki and Phan 2009; several sweeps: Gillis and Glineur 2012. Cost p·r² a sweep.
    /// </summary>
    public abstract void CoordinateDescent(Factor factor, Gram gram, Factor product, Penalty penalty, int sweeps);

    /// <summary>
    /// Replaces every row of F by the exact minimiser of ½ f G fᵀ − b fᵀ plus L1 and L2 over f ≥ 0, by block principal pivoting
    /// (Kim and Park 2011) that starts from the support F came with. The penalty must have no orthogonality. Cost about
    /// p·s³/6 for supports of s entries.
    /// </summary>
    public abstract void NonnegativeLeastSquares(Factor factor, Gram gram, Factor product, Penalty penalty);

    /// <summary>
    /// The terms of the multiplicative update of F under D_β, β ≠ 2: numerator (M ∘ X̂^(β−2)) O, denominator X̂^(β−1) O, with
    /// X̂ = F Oᵀ. Cost 2·z·r for β = 1 on sparse data, otherwise at most 3·p·q·r; X̂ is never held whole.
    /// </summary>
    /// <returns>D_β(M ‖ F Oᵀ) when <paramref name="evaluate"/>, which then costs next to nothing more; otherwise NaN.</returns>
    public abstract double Terms(DataMatrix data, Factor factor, Factor other, double beta, MultiplicativeTerms terms, bool evaluate);

    /// <summary>
    /// F ← F ∘ ((numerator + ε) / (denominator + l1 + l2 F + orthogonality (Σ_l F_l − F) + ε))^γ, with ε the float32 epsilon and
    /// γ = <see cref="MultiplicativeRule.Exponent"/>. Where a quadratic penalty would make the step overshoot, the step is
    /// shortened until the majoriser of the objective falls (<see cref="MultiplicativeRule"/>). Cost p·r.
    /// </summary>
    public abstract void MultiplicativeUpdate(Factor factor, MultiplicativeTerms terms, Penalty penalty, double beta);

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}
