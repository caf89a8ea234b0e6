using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The primitives that every factorization is written in. M is the data as seen from the factor F that is being updated: X
/// when F is the activations H, Xᵀ when F is the templates W; O is the other factor, so that M ≈ F Oᵀ. Costs are in
/// multiply-adds for M of p × q with z entries that are not zero (z = p·q when dense) and rank r.
/// </summary>
internal abstract class ComputeEngine : IDisposable
{
    /// <summary>The engine in managed code, on up to a number of threads.</summary>
    public static ComputeEngine OnProcessor(int threads) => new ManagedEngine(threads);

    /// <summary>What computes, in words for a log.</summary>
    public abstract string Description { get; }

    /// <summary>What a training will take, in words for a log.</summary>
    /// <param name="examples">X.</param>
    /// <param name="working">The bytes of factors and their like.</param>
    public abstract string DescribeMemory(ExampleMatrix examples, long working);

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

    /// <summary>result ← AᵀB + BᵀA for two factors of the same shape. Cost p·r².</summary>
    public abstract void SymmetricCross(Factor first, Factor second, Gram result);

    /// <summary>target ← source, of the same shape. Cost p·r.</summary>
    public abstract void Copy(Factor source, Factor target);

    /// <summary>result ← a·A + b·B, entry by entry; the result may be one of them. Cost p·r.</summary>
    public abstract void Combine(double a, Factor first, double b, Factor second, Factor result);

    /// <summary>F ← max(F, least), entry by entry. Cost p·r.</summary>
    public abstract void AtLeast(Factor factor, float least);

    /// <summary>Takes from every column of F its part along the same column of D: F_k ← F_k − ⟨F_k, D_k⟩/⟨D_k, D_k⟩ D_k; a D_k of zeros takes nothing. Cost 2·p·r.</summary>
    public abstract void RemoveAlong(Factor factor, Factor direction);

    /// <summary>Scales every column of F to the Euclidean norm of the same column of the pattern; a column of zeros, or too small to scale, becomes the pattern's. Cost 2·p·r.</summary>
    public abstract void TakeColumnNorms(Factor factor, Factor pattern);

    /// <summary>
    /// One step of Adam (Kingma and Ba 2015, algorithm 1) from F along its gradient, then F ← max(F, 0). The moments m and v are updated in place; ε is 1e-19 at least. Cost p·r.
    /// </summary>
    /// <param name="factor">F.</param>
    /// <param name="gradient">The gradient of the loss for F.</param>
    /// <param name="moments">m and v, of F's shape.</param>
    /// <param name="rule">The rule and where it stands.</param>
    public abstract void AdamUpdate(Factor factor, Factor gradient, (Factor First, Factor Second) moments, AdamRule rule);

    /// <summary>‖T − F Sᵀ‖² entry by entry for a small S, summed in double; the product is never held whole. Cost p·r·(rows of S).</summary>
    public abstract double SquaredError(Factor target, Factor factor, Factor small);

    /// <summary>
    /// Terms of the multiplicative update of a small factor S from those of the product F·S: result ← Fᵀ terms. Cost 2·p·r·(columns of S).
    /// </summary>
    public abstract void Project(Factor factor, MultiplicativeTerms terms, MultiplicativeTerms result);

    /// <summary>⟨A, B⟩ = Σ A_ik B_ik, summed in double. Cost p·r.</summary>
    public abstract double Inner(Factor first, Factor second);

    /// <summary>⟨A, B⟩ = Σ A_kl B_kl. Cost r².</summary>
    public abstract double Inner(Gram first, Gram second);

    /// <summary>Σ_i F_ik for every column k, summed in double. Cost p·r.</summary>
    public abstract double[] ColumnSums(Factor factor);

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
    /// The backward pass through exact non-negative least squares: on the support of each row of S, its entries above zero, result ← (G on the support)⁻¹ times the
    /// gradient there; zero elsewhere. Columns that depend on others are treated as the forward pass treats them. Cost about p·s³/6 for supports of s entries.
    /// </summary>
    public abstract void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, Factor result);

    /// <summary>
    /// How far the rows of F are from minimising ½ f G fᵀ − b fᵀ over f ≥ 0: the largest, over all rows, of
    /// max(|(Gf − b)_k| where f_k &gt; 0, (b − Gf)_k where f_k = 0) over max_k |b_k|. Cost p·r².
    /// </summary>
    public abstract double OptimalityResidual(Factor factor, Gram gram, Factor product);

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
