using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Semi-NMF: β = 2 and two factors, of which the templates may be negative (<see href="https://doi.org/10.1109/TPAMI.2008.277">Ding, Li and Jordan
/// 2010</see>): their exact minimiser (<see cref="SignedTemplates"/>), and then the activations as in any factorization.
/// </summary>
internal sealed class SignedTemplatesChain : EuclideanChain
{
    private readonly SignedTemplates _templates;

    /// <summary>Prepares a chain of two factors that stay the caller's.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X, of any sign.</param>
    /// <param name="links">H, and W with a quadratic penalty alone.</param>
    /// <param name="update">How the activations are updated.</param>
    public SignedTemplatesChain(ComputeEngine engine, DataMatrix data, IReadOnlyList<ChainLink> links, FactorUpdate update)
        : base(engine, data, links, update, DefaultOrder(links.Count))
        => _templates = new SignedTemplates(engine, links[1].Factor.Rows, links[1].Factor.Rank);

    /// <inheritdoc />
    public override void Dispose()
    {
        _templates.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override void Update(int k, ChainLink link)
    {
        if (k == 0)
        {
            base.Update(k, link);
            return;
        }

        (Gram gram, Factor product) = ProblemOf(1);
        _templates.Solve(gram, product, link.Penalty.L2, link.Factor);
    }
}
