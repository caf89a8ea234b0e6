using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// mean((X − S_L Vᵀ)²) with V = A_0 A_1 … A_L, without the residual: besides what comes back through the layers, A_i has the gradient 2 V_(i−1)ᵀ (V S_LᵀS_L − XᵀS_L) Q_iᵀ over the
/// number of entries, with V_i = A_0 … A_i and Q_i = A_(i+1) … A_L.
/// </summary>
internal sealed class ReconstructionLoss : NeuralLoss
{
    private readonly int _deepest;
    private readonly Factor[] _effective;
    private readonly Factor[] _after;
    private readonly Factor[] _projected;
    private readonly Factor _residual;
    private readonly Factor _terms;
    private readonly Gram _effectiveGram;
    private readonly Gram[] _curvatures;

    /// <summary>Room for the products of templates.</summary>
    public ReconstructionLoss(ComputeEngine engine, LayerStack stack)
        : base(engine)
    {
        _deepest = stack.Depth - 1;
        int features = stack.Templates[0].Rows, rank = stack.Templates[^1].Rank;
        _effective = [stack.Templates[0], .. stack.Templates.Skip(1).Select(t => engine.Allocate(features, t.Rank))];
        _after = [.. stack.Templates.Take(_deepest).Select(t => engine.Allocate(t.Rank, rank))];
        _projected = [.. stack.Templates.Take(_deepest).Select(t => engine.Allocate(t.Rank, rank))];
        _residual = engine.Allocate(features, rank);
        _terms = engine.Allocate(features, rank);
        _effectiveGram = engine.AllocateGram(rank);
        _curvatures = [.. stack.Templates.Select(t => engine.AllocateGram(t.Rank))];
    }

    /// <inheritdoc />
    public override double[] Evaluate(LayerPass pass, LayerStack stack)
    {
        pass.UpdateActivationGrams();
        for (int i = 1; i <= _deepest; i++)
        {
            Engine.Product(_effective[i - 1], stack.Templates[i], _effective[i]);
            Engine.Product(i == 1 ? pass.Products[0] : pass.Scratch[i - 1], stack.Templates[i], pass.Scratch[i]);
        }

        Engine.Gram(_effective[^1], _effectiveGram);
        Factor activations = pass.Activations[^1];
        double divergence = new FactorPair(pass.Data, _effective[^1], activations)
            .EuclideanDivergence(Engine, Engine.Inner(ProductWithEffective(pass), activations), pass.ActivationGrams[^1], _effectiveGram);
        return [2 * divergence / pass.EntriesBefore(0)];
    }

    /// <inheritdoc />
    public override void Differentiate(LayerPass pass, LayerStack stack, bool labelGradient)
    {
        double scale = 2 / pass.EntriesBefore(0);
        Factor activations = pass.Activations[^1], back = pass.Backward[^1];
        // ∂L/∂S_L = scale (S_L VᵀV − X V), beside what a label loss has put there.
        Engine.Combine(labelGradient ? 1 : 0, back, -scale, ProductWithEffective(pass), back);
        Engine.Product(activations, _effectiveGram, pass.Scratch[^1]);
        Engine.Combine(1, back, scale, pass.Scratch[^1], back);
        Propagate(pass, stack, isDeepestSet: true, _ => 0);

        Engine.Product(pass.Data.Transposed, activations, _residual);
        Engine.Product(_effective[^1], pass.ActivationGrams[^1], _terms);
        Engine.Combine(scale, _terms, -scale, _residual, _residual);
        UpdateAfter(stack);
        for (int i = 0; i <= _deepest; i++)
        {
            Factor direct = _residual;
            if (i > 0)
                Engine.Cross(_effective[i - 1], _residual, direct = _projected[i - 1]);
            if (i < _deepest)
                Engine.ProductTransposed(direct, _after[i], direct = stack.Scratch[i]);
            Engine.Combine(1, stack.Gradients[i], 1, direct, stack.Gradients[i]);
        }
    }

    /// <inheritdoc />
    public override (Gram Gram, double Scale) Curvature(LayerPass pass, LayerStack stack, int layer)
    {
        // Row by row S_L Q_iᵀ stands where S_i stands in the energy; the layers before it stretch a row of A_i by at most the norm of V_(i−1)ᵀV_(i−1).
        double scale = 2 / pass.EntriesBefore(0);
        if (layer > 0)
            scale *= LargestRowSum(_effective[layer - 1]);
        if (layer == _deepest)
            return (pass.ActivationGrams[^1], scale);
        UpdateAfter(stack);
        Engine.Product(_after[layer], pass.ActivationGrams[^1], _projected[layer]);
        Transform(_projected[layer], _after[layer], _curvatures[layer]);
        return (_curvatures[layer], scale);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. _effective.Skip(1), .. _after, .. _projected, _residual, _terms])
            factor.Dispose();
        foreach (Gram gram in (Gram[])[_effectiveGram, .. _curvatures])
            gram.Dispose();
    }

    // X V, which the evaluation left behind.
    private Factor ProductWithEffective(LayerPass pass) => _deepest == 0 ? pass.Products[0] : pass.Scratch[_deepest];

    private void UpdateAfter(LayerStack stack)
    {
        for (int i = _deepest - 1; i >= 0; i--)
        {
            if (i == _deepest - 1)
                Engine.Copy(stack.Templates[_deepest], _after[i]);
            else
                Engine.Product(stack.Templates[i + 1], _after[i + 1], _after[i]);
        }
    }

    // The norm of a symmetric matrix that has no negative entry is at most its largest row sum.
    private double LargestRowSum(Factor factor)
    {
        using Gram gram = Engine.AllocateGram(factor.Rank);
        Engine.Gram(factor, gram);
        double[] values = new double[factor.Rank * factor.Rank];
        gram.CopyTo(values);
        return values.Chunk(factor.Rank).Max(row => row.Sum());
    }

    // result ← A Bᵀ for two small factors of the same shape whose product is symmetric.
    private static void Transform(Factor first, Factor second, Gram result)
    {
        FactorMatrix a = first.ToMatrix(), b = second.ToMatrix();
        double[] values = new double[a.Rows * a.Rows];
        for (int k = 0; k < a.Rows; k++)
        {
            for (int l = 0; l < a.Rows; l++)
            {
                for (int c = 0; c < a.Columns; c++)
                    values[k * a.Rows + l] += 0.5 * ((double)a[k, c] * b[l, c] + (double)a[l, c] * b[k, c]);
            }
        }

        result.CopyFrom(values);
    }
}
