using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β = 2, two factors and holes: coordinate descent over the observed entries of each row (<see cref="ComputeEngine.ObservedDescent"/>), which leaves the
/// divergence as well.
/// </summary>
internal class ObservedDescentChain : DivergenceChain
{
    private readonly int _sweeps;
    private double _divergence;

    /// <summary>Prepares a chain of two factors that stay the caller's.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X, with holes.</param>
    /// <param name="links">F_0 and F_1.</param>
    /// <param name="order">The indices of an iteration's updates.</param>
    /// <param name="sweeps">The sweeps of an update. More gain little: a sweep costs half as much as bringing together what it needs.</param>
    public ObservedDescentChain(ComputeEngine engine, DataMatrix data, IReadOnlyList<ChainLink> links, IEnumerable<int> order, int sweeps = 1)
        : base(engine, data, links, BetaDivergence.Euclidean, order)
    {
        if (links.Count > 2)
            throw new ArgumentException($"A chain of {links.Count} factors is updated multiplicatively where there are holes.", nameof(links));
        _sweeps = sweeps;
    }

    /// <inheritdoc />
    public override void Update(int k)
    {
        base.Update(k);
        KnowReliably(_divergence);
    }

    /// <inheritdoc />
    protected override void Update(int k, ChainLink link)
        => _divergence = Engine.ObservedDescent(k == 0 ? Data : Data.Transposed, link.Factor, FactorAt(1 - k), link.Penalty, _sweeps);
}
