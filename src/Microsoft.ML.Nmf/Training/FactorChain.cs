using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>A place in a chain of factors. Two places with the same factor share it.</summary>
/// <param name="Factor">The factor that stands there.</param>
/// <param name="IsFixed">Whether it is left as it is.</param>
/// <param name="Penalty">The penalty on it.</param>
/// <param name="Unit">By what it was divided (<see cref="FactorUnits"/>), for snapshots.</param>
/// <param name="Pull">What pulls it, the last of two factors; null for nothing.</param>
internal sealed record ChainLink(Factor Factor, bool IsFixed, Penalty Penalty, double Unit = 1, TemplatePull? Pull = null);

/// <summary>How a factor is updated while the others stay as they are.</summary>
internal enum FactorUpdate
{
    /// <summary>One multiplicative step; any β, any place in the chain.</summary>
    Multiplicative,

    /// <summary>Multiplicative steps that are longer where that lowers the objective; β ≠ 2, two factors.</summary>
    Overrelaxed,

    /// <summary>Sweeps of coordinate descent; β = 2, first and last factor.</summary>
    CoordinateDescent,

    /// <summary>The exact minimiser; β = 2, first and last factor, no orthogonality penalty.</summary>
    LeastSquares,
}

/// <summary>
/// Trains all factors of X ≈ F_0 F_1ᵀ … F_Lᵀ together, one factor after the other, each with the others as they are by then. With two factors this is
/// NMF, X ≈ H Wᵀ. The product is linear in every factor, so each update is that of an ordinary factorization of the rank of F_k and does not raise
/// the objective D_β plus the penalties. Factors and penalties are in the unit of the stored data (<see cref="FactorUnits"/>); what is evaluated is in that
/// of the data itself.
/// </summary>
/// <remarks>
/// The multiplicative update is F_k ← F_k ∘ [ T_(k+1)ᵀ (X̂^(β−2) ∘ X)ᵀ A_k / T_(k+1)ᵀ (X̂^(β−1))ᵀ A_k ]^γ with the products of <see cref="ChainProducts"/>
/// (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier 2011</see>).
/// </remarks>
internal abstract class FactorChain : IIterativeSolver, IDisposable
{
    // Entries of factors in float32 are right to 6e-8; the divergence of the best ones is the square of a few of them.
    private const double RoundingOfEntries = 1e-12;

    private readonly ChainLink[] _links;
    private readonly int[] _order;
    private readonly double _unit;
    private (long Stamp, double Value) _divergence = (-1, double.NaN);

    /// <summary>Prepares a chain of factors that stay the caller's.</summary>
    protected FactorChain(ComputeEngine engine, DataMatrix data, IEnumerable<ChainLink> links, double beta, IEnumerable<int> order)
    {
        Engine = engine;
        Data = data;
        Beta = beta;
        _unit = Math.Pow(data.Examples.Unit, beta);
        _links = [.. links];
        _order = [.. order.Where(k => !_links[k].IsFixed)];
        Products = new ChainProducts(engine, _links.Select(link => link.Factor));
    }

    /// <summary>The partial products.</summary>
    public ChainProducts Products { get; }

    /// <inheritdoc />
    public virtual long UnsolvedRows => 0;

    /// <summary>The engine.</summary>
    protected ComputeEngine Engine { get; }

    /// <summary>X.</summary>
    protected DataMatrix Data { get; }

    /// <summary>β.</summary>
    protected double Beta { get; }

    /// <summary>The index of the factor next to the features, L.</summary>
    protected int Last => _links.Length - 1;

    /// <summary>The usual order of updates: the deepest templates, the activations, then the other templates towards the features.</summary>
    public static IEnumerable<int> DefaultOrder(int count) => [1, 0, .. Enumerable.Range(2, count - 2)];

    /// <summary>The chain for a β: Gram matrices for 2, tiles or non-zeros of X̂ for every other.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X.</param>
    /// <param name="links">F_0, …, F_L, at least two.</param>
    /// <param name="beta">β.</param>
    /// <param name="update">How factors are updated; other than multiplicatively only for β = 2 and two factors.</param>
    /// <param name="order">The indices of an iteration's updates, without those of fixed factors, which are left out; null for the usual order.</param>
    public static FactorChain Create(
        ComputeEngine engine,
        DataMatrix data,
        IReadOnlyList<ChainLink> links,
        double beta,
        FactorUpdate update = FactorUpdate.Multiplicative,
        IEnumerable<int>? order = null)
    {
        // What takes steps back takes back all factors, in the usual order.
        bool areAllTrained = order is null && !links.Any(link => link.IsFixed);
        if (areAllTrained && update == FactorUpdate.CoordinateDescent)
            return new ExtrapolatedChain(engine, data, links);
        if (areAllTrained && update == FactorUpdate.Overrelaxed)
            return new OverrelaxedChain(engine, data, links, beta);
        order ??= DefaultOrder(links.Count);
        return beta == BetaDivergence.Euclidean
            ? new EuclideanChain(engine, data, links, update, order)
            : new DivergenceChain(engine, data, links, beta, order);
    }

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate()
    {
        if (_divergence.Stamp != Products.StampOfTemplates(0))
            Know(Divergence(_order.Length > 0 ? _order[0] : Last));
        return (_unit * (_divergence.Value + Penalties()), _unit * _divergence.Value);
    }

    /// <inheritdoc />
    public double Resolution => ShareOfRounding * _unit * Scale;

    /// <inheritdoc />
    public string Remedy => Beta is >= 0 and <= 2
        ? "Leave initial factors out, or scale them so that their product has the mean of the data."
        : "Choose a Beta nearer to the range 0 to 2, or limit the largest values of the data.";

    /// <inheritdoc />
    public virtual void Advance()
    {
        foreach (int k in _order)
            Update(k);
    }

    /// <summary>Updates one factor, fixed or not. One that stands in several places is updated from the sum of their terms.</summary>
    public virtual void Update(int k)
    {
        ChainLink link = _links[k];
        int[] places = [.. Enumerable.Range(0, _links.Length).Where(other => ReferenceEquals(_links[other].Factor, link.Factor))];
        if (places.Length > 1)
        {
            SharedFactorUpdate.Make(Engine, places.Select(TermsOf), link, Beta, () => Evaluate().Objective, () => Products.Changed(link.Factor));
            return;
        }

        Update(k, link);
        Products.Changed(link.Factor);
    }

    /// <summary>Weighs what pulls the last factor by what the data says about it now; nothing pulls before.</summary>
    public void WeighPull() => PullOf(Last)?.Weigh(FactorAt(Last), LookAtTerms(Last).Denominator);

    /// <inheritdoc />
    public SolverState ReadState(RecordedParts parts)
    {
        // Layer i stands at place Last − i.
        int[] places = [.. Enumerable.Range(1, Last).Reverse()];
        return new SolverState
        {
            Layers = Last,
            Templates = parts.HasFlag(RecordedParts.Templates) ? [.. places.Select(k => FactorUnits.Multiply(FactorAt(k).ToMatrix(), _links[k].Unit))] : [],
            Activations = parts.HasFlag(RecordedParts.Activations) ? [.. places.Select(ActivationsAt)] : [],
            Gradients = parts.HasFlag(RecordedParts.GradientNorms) ? [.. places.Select(GradientAt)] : [],
        };
    }

    /// <inheritdoc />
    public virtual void Dispose() => Products.Dispose();

    /// <summary>Updates a factor that stands in one place.</summary>
    protected virtual void Update(int k, ChainLink link) => Engine.MultiplicativeUpdate(link.Factor, TermsOf(k), link.Penalty, Beta, Relaxation);

    /// <summary>What the exponent γ of multiplicative updates is multiplied by.</summary>
    protected virtual double Relaxation => 1;

    /// <summary>The terms of the multiplicative update of F_k; the next call may overwrite them.</summary>
    protected abstract MultiplicativeTerms TermsOf(int k);

    /// <summary>The same for someone who only looks: what an evaluation has left for the next update stays.</summary>
    protected virtual MultiplicativeTerms LookAtTerms(int k) => TermsOf(k);

    /// <summary>What rounding changes of a divergence, as a share of <see cref="Scale"/>.</summary>
    protected virtual double ShareOfRounding => RoundingOfEntries;

    /// <summary>Σ x^β over the entries, halved for β = 2: what the divergence is small beside when the fit is good.</summary>
    protected abstract double Scale { get; }

    /// <summary>Keeps the divergence of the factors as they are, for evaluations until one of them changes.</summary>
    protected void Know(double divergence) => _divergence = (Products.StampOfTemplates(0), divergence);

    /// <summary>The divergence, computed on the way to an update of F_k where that is possible.</summary>
    protected abstract double Divergence(int k);

    /// <summary>What pulls the factor at a place; null for nothing.</summary>
    protected TemplatePull? PullOf(int k) => _links[k].Pull;

    /// <summary>The factor at a place, and what is asked of it.</summary>
    protected ChainLink LinkAt(int k) => _links[k];

    /// <summary>The factor at a place.</summary>
    protected Factor FactorAt(int k) => _links[k].Factor;

    // The product of what stands to the left of a place, in the unit of the data.
    private FactorMatrix ActivationsAt(int k)
        => FactorUnits.Multiply(Products.Activations(k).ToMatrix(), _links.Take(k).Aggregate(1.0, (unit, link) => unit * link.Unit));

    // The gradient of the objective for F_k is the denominator of its update less the numerator, plus that of the penalty.
    private FactorMatrix GradientAt(int k)
    {
        ChainLink link = _links[k];
        MultiplicativeTerms terms = LookAtTerms(k);
        FactorMatrix factor = link.Factor.ToMatrix(), numerator = terms.Numerator.ToMatrix(), denominator = terms.Denominator.ToMatrix();
        double unit = _unit / link.Unit;
        var gradient = new float[factor.Values.Length];
        for (int i = 0; i < factor.Rows; i++)
        {
            ReadOnlySpan<float> row = factor.Row(i), above = numerator.Row(i), below = denominator.Row(denominator.Rows == 1 ? 0 : i);
            double sum = 0;
            foreach (float value in row)
                sum += value;
            for (int j = 0; j < row.Length; j++)
            {
                double penalty = link.Penalty.L1 + (double)link.Penalty.L2 * row[j] + link.Penalty.Orthogonality * (sum - row[j]);
                gradient[i * row.Length + j] = (float)(unit * ((double)below[j] - above[j] + penalty));
            }
        }

        return FactorMatrix.TakeOver(gradient, factor.Rows, factor.Columns);
    }

    private double Penalties()
        => (PullOf(Last) is { IsWeighed: true } pull ? pull.ValueOf(FactorAt(Last)) : 0)
            + _links.DistinctBy(link => link.Factor, ReferenceEqualityComparer.Instance).Sum(link => Engine.PenaltyOf(link.Factor, link.Penalty));
}
