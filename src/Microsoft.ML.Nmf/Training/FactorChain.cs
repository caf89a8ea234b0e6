using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Trains all factors of X ≈ F_0 F_1ᵀ … F_Lᵀ together by multiplicative updates of D_β, one factor after the other, each with the others as they are by then:
/// F_k ← F_k ∘ [ T_(k+1)ᵀ (X̂^(β−2) ∘ X)ᵀ A_k / T_(k+1)ᵀ (X̂^(β−1))ᵀ A_k ]^γ with the products of <see cref="ChainProducts"/>. X̂ is linear in each factor, so
/// each update is that of an ordinary factorization and does not raise the objective.
/// </summary>
internal abstract class FactorChain : IIterativeSolver, IDisposable
{
    private readonly ChainLink[] _links;
    private readonly int[] _order;

    /// <summary>Prepares a chain of factors that stay the caller's.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X.</param>
    /// <param name="links">F_0, …, F_L, at least two.</param>
    /// <param name="beta">β.</param>
    /// <param name="order">The indices of an iteration's updates; fixed factors are passed over.</param>
    protected FactorChain(ComputeEngine engine, DataMatrix data, IEnumerable<ChainLink> links, double beta, IEnumerable<int> order)
    {
        Engine = engine;
        Data = data;
        Beta = beta;
        _links = [.. links];
        _order = [.. order.Where(k => !_links[k].IsFixed)];
        Products = new ChainProducts(engine, _links.Select(link => link.Factor));
    }

    /// <summary>The engine.</summary>
    protected ComputeEngine Engine { get; }

    /// <summary>X.</summary>
    protected DataMatrix Data { get; }

    /// <summary>β.</summary>
    protected double Beta { get; }

    /// <summary>The partial products.</summary>
    public ChainProducts Products { get; }

    /// <summary>The index of the factor next to the features, L.</summary>
    protected int Last => _links.Length - 1;

    /// <summary>The order that updates the deepest templates, then the activations, then the other templates towards the features.</summary>
    public static IEnumerable<int> DefaultOrder(int count) => [1, 0, .. Enumerable.Range(2, count - 2)];

    /// <summary>The chain for a β: Gram matrices for 2, tiles or non-zeros of X̂ for every other.</summary>
    public static FactorChain Create(ComputeEngine engine, DataMatrix data, IEnumerable<ChainLink> links, double beta, IEnumerable<int> order)
        => beta == BetaDivergence.Euclidean ? new EuclideanChain(engine, data, links, order) : new DivergenceChain(engine, data, links, beta, order);

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate()
    {
        double divergence = Divergence(_order.Length > 0 ? _order[0] : Last);
        return (divergence + Penalties(), divergence);
    }

    /// <inheritdoc />
    public void Advance()
    {
        foreach (int k in _order)
            Update(k);
    }

    /// <summary>Updates one factor. One that stands in several places is updated from the sum of their terms.</summary>
    public void Update(int k)
    {
        int[] places = [.. Enumerable.Range(0, _links.Length).Where(other => ReferenceEquals(_links[other].Factor, _links[k].Factor))];
        if (places.Length > 1)
        {
            SharedFactorUpdate.Make(Engine, places.Select(TermsOf), _links[k], Beta, () => Evaluate().Objective, () => Products.Changed(_links[k].Factor));
            return;
        }

        Engine.MultiplicativeUpdate(_links[k].Factor, TermsOf(k), _links[k].Penalty, Beta);
        Products.Changed(_links[k].Factor);
    }

    /// <inheritdoc />
    public virtual void Dispose() => Products.Dispose();

    /// <summary>The terms of the update of F_k; they may be overwritten by the next call.</summary>
    protected abstract MultiplicativeTerms TermsOf(int k);

    /// <summary>The divergence, made on the way to an update of F_k where that is possible.</summary>
    protected abstract double Divergence(int k);

    /// <summary>The factor at a place.</summary>
    protected Factor FactorAt(int k) => _links[k].Factor;

    private double Penalties() => _links.DistinctBy(link => link.Factor, ReferenceEqualityComparer.Instance).Sum(link => Engine.PenaltyOf(link.Factor, link.Penalty));
}
