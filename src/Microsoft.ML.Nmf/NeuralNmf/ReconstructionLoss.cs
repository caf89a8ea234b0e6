using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// mean((X − S_L V_Lᵀ)²), with V_i = A_0 … A_i and Q_i = A_(i+1) … A_L, without ever forming the residual. Besides what comes back through the
/// layers, A_i has the gradient V_(i−1)ᵀ R Q_iᵀ with R = 2/(n·m) (V_L S_LᵀS_L − XᵀS_L), features × r_L; V_(−1) and Q_L are left out.
/// </summary>
internal sealed class ReconstructionLoss : NeuralLoss
{
    private readonly int _deepest;
    private readonly Factor[] _upTo;
    private readonly Factor[] _after;
    private readonly Factor[] _narrow;
    private readonly Factor _residual;
    private readonly Factor _terms;
    private readonly Gram _gram;
    private long _version = -1;

    /// <summary>Room for the products of templates.</summary>
    public ReconstructionLoss(ComputeEngine engine, LayerStack stack)
        : base(engine, stack)
    {
        _deepest = stack.Depth - 1;
        int features = stack.Templates[0].Rows, rank = stack.Templates[^1].Rank;
        // V_i, features × r_i; V_0 is A_0 itself.
        _upTo = [stack.Templates[0], .. stack.Templates.Skip(1).Select(t => engine.Allocate(features, t.Rank))];
        // Q_i, r_i × r_L, for all layers but the deepest, and room of the same shapes.
        _after = [.. stack.Templates.Take(_deepest).Select(t => engine.Allocate(t.Rank, rank))];
        _narrow = [.. stack.Templates.Take(_deepest).Select(t => engine.Allocate(t.Rank, rank))];
        _residual = engine.Allocate(features, rank);
        _terms = engine.Allocate(features, rank);
        _gram = engine.AllocateGram(rank);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. _upTo.Skip(1), .. _after, .. _narrow, _residual, _terms])
            factor.Dispose();
        _gram.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override double[] EvaluateCore(LayerPass pass)
    {
        UpdateProducts();
        for (int i = 1; i <= _deepest; i++)
            Engine.SmallProduct(pass.Projections[i - 1], Stack.Templates[i], pass.Projections[i]);
        Factor activations = pass.Activations[^1];
        double divergence = new FactorPair(pass.Data, _upTo[^1], activations)
            .EuclideanDivergence(Engine, Engine.Inner(pass.Projections[^1], activations), pass.ActivationGrams[^1], _gram);
        return [2 * divergence / pass.EntriesBefore(0)];
    }

    /// <inheritdoc />
    protected override void DifferentiateCore(LayerPass pass, bool isLabelled)
    {
        double scale = 2 / pass.EntriesBefore(0);
        Factor activations = pass.Activations[^1], gradient = pass.Backward.Gradients[^1], fitted = pass.Backward.Outgoing[^1];
        // D_L = 2/(n·m) (S_L V_LᵀV_L − X V_L), added to that of a label loss.
        Engine.Combine(isLabelled ? 1 : 0, gradient, -scale, pass.Projections[^1], gradient);
        Engine.GramProduct(activations, _gram, fitted);
        Engine.Combine(1, gradient, scale, fitted, gradient);
        Propagate(pass, isDeepestSet: true, _ => 0);

        Engine.DataProduct(pass.Data.Transposed, activations, _residual);
        Engine.GramProduct(_upTo[^1], pass.ActivationGrams[^1], _terms);
        Engine.Combine(scale, _terms, -scale, _residual, _residual);
        for (int i = 0; i <= _deepest; i++)
        {
            Factor direct = _residual;
            if (i > 0)
                Engine.CrossProduct(_upTo[i - 1], _residual, direct = _narrow[i - 1]);
            if (i < _deepest)
                Engine.SmallProductTransposed(direct, _after[i], direct = Scratch[i]);
            Engine.Combine(1, Stack.Gradients[i], 1, direct, Stack.Gradients[i]);
        }
    }

    /// <inheritdoc />
    protected override double CurvatureCore(LayerPass pass, int layer, Gram result)
    {
        // For A_i the approximation is V_(i−1) A_i (S_L Q_iᵀ)ᵀ: S_L Q_iᵀ stands where S_i stands in the energy, and V_(i−1) stretches a row of A_i
        // by at most the norm of its Gram matrix.
        double scale = 2 / pass.EntriesBefore(0);
        if (layer > 0)
            scale *= LargestRowSum(_upTo[layer - 1]);
        if (layer == _deepest)
        {
            Copy(pass.ActivationGrams[^1], result);
            return scale;
        }

        // Q_i S_LᵀS_L Q_iᵀ.
        Engine.GramProduct(_after[layer], pass.ActivationGrams[^1], _narrow[layer]);
        SymmetricProduct(_narrow[layer], _after[layer], result);
        return scale;
    }

    // V_i, Q_i and V_LᵀV_L for the templates as they are.
    private void UpdateProducts()
    {
        if (_version == Stack.Version)
            return;
        for (int i = 1; i <= _deepest; i++)
            Engine.SmallProduct(_upTo[i - 1], Stack.Templates[i], _upTo[i]);
        Engine.Gram(_upTo[^1], _gram);
        for (int i = _deepest - 1; i >= 0; i--)
        {
            if (i == _deepest - 1)
                Engine.Copy(Stack.Templates[_deepest], _after[i]);
            else
                Engine.SmallProduct(Stack.Templates[i + 1], _after[i + 1], _after[i]);
        }

        _version = Stack.Version;
    }

    // An upper bound on the norm of FᵀF: that of a symmetric matrix without negative entries is at most its largest row sum.
    private double LargestRowSum(Factor factor)
    {
        using Gram gram = Engine.AllocateGram(factor.Rank);
        Engine.Gram(factor, gram);
        double[] values = new double[factor.Rank * factor.Rank];
        gram.CopyTo(values);
        return values.Chunk(factor.Rank).Max(row => row.Sum());
    }

    // result ← A Bᵀ for two small factors of the same shape whose product is symmetric but for rounding.
    private static void SymmetricProduct(Factor first, Factor second, Gram result)
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
