using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β ≠ 2 and two factors: multiplicative updates whose exponent is <see cref="Longer"/> times that which is certain not to raise the objective. When an
/// iteration raises it all the same, it is made again with the certain exponent. About half the iterations of the certain ones.
/// </summary>
internal sealed class OverrelaxedChain : DivergenceChain
{
    // Two would be too much: on TF-IDF at β = 1 it diverges, where this raised the objective in no iteration.
    private const double Longer = 1.75;

    // Iterations with the certain exponent after a rise.
    private const int Penance = 3;

    private readonly Factor[] _kept;
    private double _relaxation = 1;
    private int _certain;

    /// <summary>Prepares a chain of two factors that stay the caller's.</summary>
    public OverrelaxedChain(ComputeEngine engine, DataMatrix data, IReadOnlyList<ChainLink> links, double beta)
        : base(engine, data, links, beta, DefaultOrder(links.Count))
    {
        _kept = [.. links.Select(link => engine.Allocate(link.Factor.Rows, link.Factor.Rank))];
    }

    /// <inheritdoc />
    public override void Advance()
    {
        if (_certain > 0)
        {
            _certain--;
            base.Advance();
            return;
        }

        double before = Evaluate().Objective;
        for (int k = 0; k < _kept.Length; k++)
            Engine.Copy(FactorAt(k), _kept[k]);
        _relaxation = Longer;
        base.Advance();
        _relaxation = 1;
        if (Evaluate().Objective <= before)
            return;
        for (int k = 0; k < _kept.Length; k++)
        {
            FactorAt(k).Exchange(_kept[k]);
            Products.Changed(FactorAt(k));
        }

        base.Advance();
        _certain = Penance;
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in _kept)
            factor.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override double Relaxation => _relaxation;
}
