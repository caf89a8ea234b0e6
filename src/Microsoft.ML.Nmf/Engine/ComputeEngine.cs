using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The primitives that every factorization is written in; an algorithm never asks which engine it has. Letters: M is the data as seen from the factor F that is
/// being updated, X when F is the activations H and Xᵀ when F is the templates W, and O is the other factor, so that M ≈ F Oᵀ. Costs are in
/// multiply-adds, for M of p × q with z non-zero entries (z = p·q when dense) and rank r.
/// </summary>
internal abstract class ComputeEngine : IDisposable
{
    /// <summary>The name of the engine for a log, with the device and what of it is used.</summary>
    public abstract string Description { get; }

    /// <summary>The most threads it uses on the processor.</summary>
    public abstract int Threads { get; }

    /// <summary>Whether it is the one in managed code, of which several may work beside each other.</summary>
    public virtual bool IsManaged => false;

    /// <summary>The engine in managed code.</summary>
    /// <param name="threads">The most threads to use, at least 1.</param>
    public static ComputeEngine OnProcessor(int threads) => new ManagedEngine(threads);

    /// <summary>The memory that a training takes, and the reading of its data before, for a log.</summary>
    /// <param name="examples">X.</param>
    /// <param name="working">The bytes of factors and of what else is of their size.</param>
    /// <param name="rank">The largest rank of a factor that X is multiplied with.</param>
    public abstract string DescribeMemory(ExampleMatrix examples, long working, int rank);

    /// <summary>The bytes of a factor.</summary>
    public abstract long BytesOf(int rows, int rank);

    /// <summary>The bytes that primitives on factors of up to such a size take besides their operands.</summary>
    public abstract long BytesOfScratch(int rows, int rank);

    // --- Memory ---

    /// <summary>Copies the training data, with its transpose, into the engine's memory.</summary>
    public abstract DataMatrix Load(ExampleMatrix examples);

    /// <summary>A factor of zeros.</summary>
    public abstract Factor Allocate(int rows, int rank);

    /// <summary>A Gram matrix of zeros.</summary>
    public abstract Gram AllocateGram(int rank);

    /// <summary>
    /// Room for the terms of a multiplicative update of a factor under D_β; for β = 1 the denominator is one row for all, but where there are holes.
    /// </summary>
    public MultiplicativeTerms AllocateTerms(int rows, int rank, double beta, bool hasHoles = false)
        => new(Allocate(rows, rank), Allocate(beta == 1 && !hasHoles ? 1 : rows, rank));

    /// <summary>target ← source, of the same shape. Cost p·r.</summary>
    public void Copy(Factor source, Factor target) => Combine(1, source, 0, source, target);

    // --- Products ---

    /// <summary>result ← FᵀF. Cost p·r²/2.</summary>
    public abstract void Gram(Factor factor, Gram result);

    /// <summary>result ← M·O; holes count as zeros, and every entry once. Cost z·r.</summary>
    public abstract void DataProduct(DataMatrix data, Factor other, Factor result);

    /// <summary>As <see cref="DataProduct"/>, but right to a few parts in 10⁵ alone where that is faster. Cost z·r.</summary>
    public virtual void RoughDataProduct(DataMatrix data, Factor other, Factor result) => DataProduct(data, other, result);

    /// <summary>result ← F·G for a Gram matrix G. Cost p·r².</summary>
    public abstract void GramProduct(Factor factor, Gram gram, Factor result);

    /// <summary>result ← G·F for a factor with as many rows as G. Cost r²·(columns of F).</summary>
    public abstract void LeftGramProduct(Gram gram, Factor factor, Factor result);

    /// <summary>result ← F·S for a small factor S with as many rows as F has columns. Cost p·r·(columns of S).</summary>
    public abstract void SmallProduct(Factor factor, Factor small, Factor result);

    /// <summary>result ← F·Sᵀ for a small factor S with as many columns as F. Cost p·r·(rows of S).</summary>
    public abstract void SmallProductTransposed(Factor factor, Factor small, Factor result);

    /// <summary>result ← AᵀB for two factors with the same number of rows. Cost p·(columns of A)·(columns of B).</summary>
    public abstract void CrossProduct(Factor first, Factor second, Factor result);

    /// <summary>result ← AᵀB + BᵀA for two factors of the same shape. Cost p·r².</summary>
    public abstract void SymmetricCrossProduct(Factor first, Factor second, Gram result);

    // --- Sums, in double ---

    /// <summary>⟨A, B⟩ = Σ A_ik B_ik. Cost p·r.</summary>
    public abstract double Inner(Factor first, Factor second);

    /// <summary>⟨A, B⟩ = Σ A_kl B_kl. Cost r².</summary>
    public abstract double Inner(Gram first, Gram second);

    /// <summary>Σ_i F_ik for every column k. Cost p·r.</summary>
    public abstract double[] ColumnSums(Factor factor);

    /// <summary>The value of a penalty on F. Cost p·r.</summary>
    public abstract double PenaltyOf(Factor factor, Penalty penalty);

    /// <summary>The value of a penalty on F whose rows count with weights. Cost 3·p·r.</summary>
    public double PenaltyOf(Factor factor, Penalty penalty, float[]? weights)
    {
        if (weights is null || penalty.IsNone)
            return PenaltyOf(factor, penalty);
        using Factor scaled = Allocate(factor.Rows, factor.Rank);
        Copy(factor, scaled);
        ScaleRows(scaled, weights);
        double linear = PenaltyOf(scaled, new Penalty(penalty.L1, 0));
        Copy(factor, scaled);
        ScaleRows(scaled, ExampleWeights.PowersOf(weights, 0.5));
        return linear + PenaltyOf(scaled, penalty with { L1 = 0 });
    }

    /// <summary>‖T − F Sᵀ‖² entry by entry for a small factor S; F Sᵀ is never held whole. Cost p·r·(rows of S).</summary>
    public abstract double SquaredError(Factor target, Factor factor, Factor small);

    /// <summary>
    /// D_β(M ‖ F Oᵀ) entry by entry; F Oᵀ is never held whole. Cost z·r for β = 1 on sparse data, otherwise p·q·r.
    /// </summary>
    public double Divergence(DataMatrix data, Factor factor, Factor other, double beta) => ComputeTerms(data, factor, other, beta, null, evaluate: true);

    /// <summary>
    /// The least share of Σ x^β at which <see cref="Divergence"/> is right to 1e-3, the rounding of float32 being what it is: 1e-3 where sums over all entries
    /// cancel, 1e-6 where entries are summed one by one.
    /// </summary>
    public virtual double ReliableShare(DataMatrix data, double beta)
        => beta == BetaDivergence.KullbackLeibler && data.Examples is SparseExamples ? 1e-3 : 1e-6;

    /// <summary>D_β(X ‖ H Wᵀ) in double, on the host (<see cref="ExactDivergence"/>).</summary>
    public double DivergenceInDouble(DataMatrix data, Factor activations, Factor templates, double beta)
        => ExactDivergence.Of(data.Examples, activations.ToMatrix(), templates.ToMatrix(), beta, Threads);

    // --- Entry by entry ---

    /// <summary>result ← a·A + b·B; the result may be A or B. Cost p·r.</summary>
    public abstract void Combine(double a, Factor first, double b, Factor second, Factor result);

    /// <summary>F_i ← s_i F_i for every row. Cost p·r.</summary>
    public abstract void ScaleRows(Factor factor, float[] scales);

    /// <summary>F ← max(F, least). Cost p·r.</summary>
    public abstract void AtLeast(Factor factor, float least);

    /// <summary>result ← F where the pattern is above 0, and 0 elsewhere; the result may be F. Cost p·r.</summary>
    public abstract void KeepWhere(Factor factor, Factor pattern, Factor result);

    /// <summary>
    /// Makes every column of F orthogonal to the same column of D: F_k ← F_k − ⟨F_k, D_k⟩/⟨D_k, D_k⟩ D_k. A column whose D_k is zero stays. Cost 2·p·r.
    /// </summary>
    public abstract void RemoveAlong(Factor factor, Factor direction);

    /// <summary>
    /// Scales every column of F to the Euclidean norm of the same column of the pattern; a column that is zero, or too small to scale, becomes the pattern's.
    /// Cost 2·p·r.
    /// </summary>
    public abstract void TakeColumnNorms(Factor factor, Factor pattern);

    // --- Updates of a factor from its terms ---

    /// <summary>
    /// The terms of the multiplicative update of F under D_β, β ≠ 2: numerator (M ∘ X̂^(β−2)) O, denominator X̂^(β−1) O, with X̂ = F Oᵀ, which is never held
    /// whole. Cost 2·z·r for β = 1 on sparse data, otherwise at most 3·p·q·r. Where there are holes, the sums are over observed entries, each times the weight
    /// of its column; D_β counts the weight of its row as well, which the terms of the row do without. Cost 3·z·r then.
    /// </summary>
    /// <param name="data">M.</param>
    /// <param name="factor">F.</param>
    /// <param name="other">O.</param>
    /// <param name="beta">β; without holes 2 only without terms.</param>
    /// <param name="terms">Receives the terms; null to evaluate alone.</param>
    /// <param name="evaluate">Whether to compute the divergence, which with terms costs next to nothing more.</param>
    /// <returns>D_β(M ‖ F Oᵀ), or NaN when it is not evaluated.</returns>
    public abstract double ComputeTerms(DataMatrix data, Factor factor, Factor other, double beta, MultiplicativeTerms? terms, bool evaluate);

    /// <summary>The terms of a small factor S from those of the product F·S: result ← Fᵀ terms. Cost 2·p·r·(columns of S).</summary>
    public abstract void ProjectTerms(Factor factor, MultiplicativeTerms terms, MultiplicativeTerms result);

    /// <summary>
    /// F ← F ∘ ((numerator + ε) / (denominator + l1 + l2 F + orthogonality (Σ_l F_l − F) + ε))^γ, with ε = <see cref="MultiplicativeRule.Epsilon"/> and γ =
    /// <see cref="MultiplicativeRule.Exponent"/> times the relaxation, above 1 of which the objective may rise. A step that a quadratic penalty would make too
    /// long is shortened until the majoriser of the objective falls (<see cref="MultiplicativeRule"/>). Cost p·r.
    /// </summary>
    public abstract void MultiplicativeUpdate(Factor factor, MultiplicativeTerms terms, Penalty penalty, double beta, double relaxation = 1);

    /// <summary>
    /// Coordinate descent on min over f ≥ 0 of ½ f G fᵀ − b fᵀ plus the penalty, for every row f of F on its own, where G = OᵀO and b is the row of M·O.
    /// Ends after a number of sweeps, or after a sweep that gains little (<see cref="CoordinateDescentRule"/>). Never raises the objective. HALS:
    /// <see href="https://doi.org/10.1587/transfun.E92.A.708">Cichocki and Phan 2009</see>; several sweeps:
    /// <see href="https://doi.org/10.1162/NECO_a_00256">Gillis and Glineur 2012</see>. Cost p·r² a sweep.
    /// </summary>
    public abstract void CoordinateDescent(Factor factor, Gram gram, Factor product, Penalty penalty, int sweeps);

    /// <summary>
    /// Coordinate descent on min over f ≥ 0 of ½ Σ u (x − f oᵀ)² plus the penalty over the observed entries of each row, for every row f of F on its own, with
    /// u the weight of the entry's column, in a number of sweeps. A row without entries becomes zero. Cost 2·z·r, and 4·z·r a sweep.
    /// </summary>
    /// <returns>D_2(M ‖ F Oᵀ) afterwards, as <see cref="Divergence"/>.</returns>
    public abstract double ObservedDescent(DataMatrix data, Factor factor, Factor other, Penalty penalty, int sweeps);

    /// <summary>
    /// Coordinate descent that goes on in the direction of the last two results: next ← max(Z + extrapolation·(Z − plain), 0) and then plain ← Z, where Z is
    /// what
    /// <see cref="CoordinateDescent"/> makes of F, which stays as it is (<see href="https://doi.org/10.48550/arXiv.1805.06604">Ang and Gillis 2019</see>). Cost
    /// p·r² a sweep.
    /// </summary>
    /// <param name="factor">F.</param>
    /// <param name="plain">The Z of the step before, of F's shape; receives Z.</param>
    /// <param name="next">Receives the new factor.</param>
    /// <param name="problem">G, M·O and the penalty.</param>
    /// <param name="sweeps">The most sweeps.</param>
    /// <param name="extrapolation">At least 0; 0 makes the new factor Z.</param>
    /// <returns>⟨next, M·O⟩.</returns>
    public virtual double ExtrapolatedDescent(Factor factor, Factor plain, Factor next, DescentProblem problem, int sweeps, double extrapolation)
    {
        Copy(factor, next);
        CoordinateDescent(next, problem.Gram, problem.Product, problem.Penalty, sweeps);
        if (problem.Penalty.Kept == 0)
        {
            Combine(1 + extrapolation, next, -extrapolation, plain, plain);
        }
        else
        {
            // What is kept has a difference of 0, to the last bit.
            Combine(1, next, -1, plain, plain);
            Combine(1, next, extrapolation, plain, plain);
        }

        AtLeast(plain, 0);
        plain.Exchange(next);
        return Inner(next, problem.Product);
    }

    /// <summary>
    /// A whole step of extrapolated coordinate descent on M ≈ F Oᵀ: M·O, <see cref="ExtrapolatedDescent"/>, and the Gram matrix of the new factor. An engine
    /// that need not hold all of M·O at once does without.
    /// </summary>
    /// <param name="data">M.</param>
    /// <param name="other">O.</param>
    /// <param name="places">F; the Z of the step before, which becomes the new Z; the new factor.</param>
    /// <param name="step">What to minimise, and how far to go.</param>
    /// <param name="gramOfNext">Receives the Gram matrix of the new factor.</param>
    /// <param name="room">Gives room for M·O.</param>
    /// <returns>⟨next, M·O⟩, with a rough M·O in a rough step.</returns>
    public virtual double StepByDescent(
        DataMatrix data, Factor other, (Factor Factor, Factor Plain, Factor Next) places, DescentStep step, Gram gramOfNext, Func<Factor> room)
    {
        Factor product = room();
        if (step.IsRough)
            RoughDataProduct(data, other, product);
        else
            DataProduct(data, other, product);
        DescentProblem problem = new(step.Gram, product, step.Penalty);
        double inner = ExtrapolatedDescent(places.Factor, places.Plain, places.Next, problem, step.Sweeps, step.Extrapolation);
        Gram(places.Next, gramOfNext);
        return inner;
    }

    /// <summary>
    /// Replaces every row of F by the exact minimiser of ½ f G fᵀ − b fᵀ plus L1 and L2 over f ≥ 0, by block principal pivoting
    /// (<see href="https://doi.org/10.1137/110821172">Kim and Park 2011</see>) from the support that F has, or from one near it. The penalty must have no
    /// orthogonality and keep no column. Cost about p·s³/6 for supports of s entries.
    /// </summary>
    /// <returns>The number of rows that are not the minimiser: their steps ran out (<see cref="PivotingRule.MostSteps"/>).</returns>
    public abstract long NonnegativeLeastSquares(Factor factor, Gram gram, Factor product, Penalty penalty);

    /// <summary>
    /// H ← the activations of every row of X on its own with the templates W held: the minimiser of D_β(x ‖ h Wᵀ) plus the penalty over h ≥ 0, as transforming
    /// has it, to the tolerance of the settings. Cost for β = 2 z·r and what <see cref="NonnegativeLeastSquares"/> costs, otherwise that of some tens of updates.
    /// </summary>
    /// <param name="data">X, not its transpose.</param>
    /// <param name="templates">W.</param>
    /// <param name="settings">What to minimise, in the unit of the stored data, and how exactly.</param>
    /// <param name="activations">H, to fill.</param>
    public virtual void SolveActivations(DataMatrix data, Factor templates, ActivationSettings settings, Factor activations)
        => BatchActivations.Solve(this, data, templates, settings, activations);

    /// <summary>sums ← sums + weight · XᵀH, in double on the host. Cost z·r and what the sums take.</summary>
    /// <param name="data">X, not its transpose.</param>
    /// <param name="activations">H.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="sums">Features × rank, row after row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public virtual void AddDataProduct(DataMatrix data, Factor activations, double weight, double[] sums)
    {
        using Factor product = Allocate(data.Columns, activations.Rank);
        DataProduct(data.Transposed, activations, product);
        ReadOnlySpan<float> values = product.ToMatrix().Values;
        for (int i = 0; i < sums.Length; i++)
            sums[i] += weight * values[i];
    }

    /// <summary>
    /// sums ← sums + weight · W ∘ ((X / X̂)ᵀ H) with X̂ = H Wᵀ, in double on the host: the numerator of an update of W under β = 1, times W. Cost 2·z·r and what the
    /// sums take.
    /// </summary>
    /// <param name="data">X, not its transpose.</param>
    /// <param name="activations">H.</param>
    /// <param name="templates">W.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="sums">Features × rank, row after row.</param>
    /// <returns>D_1(X ‖ H Wᵀ).</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public virtual double AddSoftCounts(DataMatrix data, Factor activations, Factor templates, double weight, double[] sums)
    {
        using MultiplicativeTerms terms = AllocateTerms(templates.Rows, templates.Rank, BetaDivergence.KullbackLeibler);
        double divergence = ComputeTerms(data.Transposed, templates, activations, BetaDivergence.KullbackLeibler, terms, evaluate: true);
        ReadOnlySpan<float> numerator = terms.Numerator.ToMatrix().Values, met = templates.ToMatrix().Values;
        for (int i = 0; i < sums.Length; i++)
            sums[i] += weight * ((double)numerator[i] * met[i]);
        return divergence;
    }

    /// <summary>
    /// The backward pass through exact non-negative least squares: for every row, result ← (G on the support)⁻¹ times the gradient on the support, the positive
    /// entries of the row of S; zero elsewhere. The result may be the gradient. Linearly dependent columns are treated as in the forward pass. Cost about
    /// p·s³/6 for supports of s entries.
    /// </summary>
    public abstract void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, Factor result);

    /// <summary>
    /// <see cref="LeastSquaresBackward(Factor, Gram, Factor, Factor)"/> with shares of S: result ← (G on the support)⁻¹ times (gradient + before·S) on the
    /// support, plus after·S; zero off the support. Cost as that.
    /// </summary>
    public virtual void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, (double Before, double After) shares, Factor result)
    {
        Combine(1, gradient, shares.Before, solution, result);
        LeastSquaresBackward(solution, gram, result, result);
        Combine(1, result, shares.After, solution, result);
    }

    /// <summary>
    /// How far the rows of F are from minimising ½ f G fᵀ − b fᵀ over f ≥ 0: the largest, over all rows, of max(|(Gf − b)_k| where f_k &gt; 0, (b − Gf)_k where
    /// f_k = 0) over max_k |b_k|. Cost p·r².
    /// </summary>
    public abstract double OptimalityResidual(Factor factor, Gram gram, Factor product);

    /// <summary>
    /// One step of Adam (<see href="https://doi.org/10.48550/arXiv.1412.6980">Kingma and Ba 2015</see>, algorithm 1) from F along its gradient, then F ←
    /// max(F, 0). ε is at least 1e-19. Cost p·r.
    /// </summary>
    /// <param name="factor">F.</param>
    /// <param name="gradient">The gradient of the loss for F.</param>
    /// <param name="moments">m and v, of F's shape, updated in place.</param>
    /// <param name="rule">The rates, and which step it is.</param>
    public abstract void AdamUpdate(Factor factor, Factor gradient, (Factor First, Factor Second) moments, AdamRule rule);

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}
