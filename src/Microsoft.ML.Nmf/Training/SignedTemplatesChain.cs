using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Semi-NMF: β = 2 and two factors, of which the templates may be negative (<see href="https://doi.org/10.1109/TPAMI.2008.277">Ding, Li and Jordan
/// 2010</see>): W ← XᵀH (HᵀH + l2 I)⁻¹, their exact minimiser, and then the activations as in any factorization.
/// </summary>
internal sealed class SignedTemplatesChain : EuclideanChain
{
    // Of the largest eigenvalue of HᵀH, which float32 sums are right to: directions below it are of activations that depend on others, and get no templates.
    private const double Dependent = 1e-6;

    private readonly Factor _inverse;
    private readonly Factor _rest;
    private readonly Factor _step;
    private readonly Gram _penalised;

    /// <summary>Prepares a chain of two factors that stay the caller's.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X, of any sign.</param>
    /// <param name="links">H, and W with a quadratic penalty alone.</param>
    /// <param name="update">How the activations are updated.</param>
    public SignedTemplatesChain(ComputeEngine engine, DataMatrix data, IReadOnlyList<ChainLink> links, FactorUpdate update)
        : base(engine, data, links, update, DefaultOrder(links.Count))
    {
        Factor templates = links[1].Factor;
        _inverse = engine.Allocate(templates.Rank, templates.Rank);
        (_rest, _step) = (engine.Allocate(templates.Rows, templates.Rank), engine.Allocate(templates.Rows, templates.Rank));
        _penalised = engine.AllocateGram(templates.Rank);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in new[] { _inverse, _rest, _step })
            factor.Dispose();
        _penalised.Dispose();
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
        Invert(gram, link.Penalty.L2);
        Engine.SmallProduct(product, _inverse, link.Factor);
        // Once more for what the rounding of the inverse has left.
        Engine.GramProduct(link.Factor, _penalised, _rest);
        Engine.Combine(1, product, -1, _rest, _rest);
        Engine.SmallProduct(_rest, _inverse, _step);
        Engine.Combine(1, link.Factor, 1, _step, link.Factor);
    }

    // HᵀH + l2 I and its pseudo-inverse, on the host: of the size of the rank.
    private void Invert(Gram gram, double l2)
    {
        int rank = _inverse.Rank;
        var values = new double[ArraySize.Of(rank, rank, "A Gram matrix")];
        gram.CopyTo(values);
        for (int k = 0; k < rank; k++)
            values[k * rank + k] += l2;
        _penalised.CopyFrom(values);
        (double[] eigenvalues, double[] vectors) = SymmetricEigen.Of(values, rank);
        double[] inverted = [.. eigenvalues.Select(value => value > Dependent * eigenvalues[0] ? 1 / value : 0)];
        var inverse = new float[values.Length];
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
            {
                double sum = 0;
                for (int i = 0; i < rank; i++)
                    sum += vectors[k * rank + i] * inverted[i] * vectors[l * rank + i];
                inverse[k * rank + l] = (float)sum;
            }
        }

        _inverse.CopyFrom(inverse);
    }
}
