using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The loss of a pass, evaluated: what its gradient and its curvature start from. It is stale, and refused by both, once the templates or the pass's
/// activations have changed.
/// </summary>
/// <param name="pass">The pass, after its way through the layers.</param>
/// <param name="stack">The layers.</param>
/// <param name="parts">The parts of the loss.</param>
internal sealed class EvaluatedPass(LayerPass pass, LayerStack stack, double[] parts)
{
    private readonly long _passVersion = pass.Version;
    private readonly long _stackVersion = stack.Version;

    /// <summary>The pass.</summary>
    public LayerPass Pass { get; } = pass;

    /// <summary>The parts of the loss: one a layer for the energy, one in all for the reconstruction.</summary>
    public double[] Parts { get; } = parts;

    /// <summary>How far the activations of any layer and example are from minimising (<see cref="ComputeEngine.OptimalityResidual"/>).</summary>
    /// <exception cref="InvalidOperationException">The evaluation is stale.</exception>
    public double OptimalityResidual(ComputeEngine engine)
    {
        ThrowIfStale();
        return Enumerable.Range(0, stack.Depth).Max(i => engine.OptimalityResidual(Pass.Activations[i], stack.Grams[i], Pass.Products[i]));
    }

    /// <summary>Refuses a stale evaluation.</summary>
    /// <exception cref="InvalidOperationException">The evaluation is stale.</exception>
    public void ThrowIfStale()
    {
        if (_passVersion != Pass.Version || _stackVersion != stack.Version)
            throw new InvalidOperationException("The templates or the activations have changed since the loss was evaluated: evaluate it again.");
    }
}

/// <summary>A loss of the activations and templates of all layers, with its gradient for the templates and its curvature.</summary>
/// <param name="engine">The engine.</param>
/// <param name="stack">The layers, whose gradients are filled.</param>
internal abstract class NeuralLoss(ComputeEngine engine, LayerStack stack) : IDisposable
{
    private readonly Gram[] _crosses = [.. stack.Templates.Select(t => engine.AllocateGram(t.Rank))];

    /// <summary>The engine.</summary>
    protected ComputeEngine Engine { get; } = engine;

    /// <summary>The layers.</summary>
    protected LayerStack Stack { get; } = stack;

    /// <summary>Room of the shape of A_i, for results that do not outlive the method that computes them.</summary>
    protected Factor[] Scratch { get; } = stack.AllocateLikeTemplates();

    /// <summary>The loss that the option names.</summary>
    public static NeuralLoss Create(NeuralNmfLoss loss, ComputeEngine engine, LayerStack stack)
        => loss == NeuralNmfLoss.Energy ? new EnergyLoss(engine, stack) : new ReconstructionLoss(engine, stack);

    /// <summary>Sends a pass through the layers and evaluates its loss.</summary>
    public EvaluatedPass Evaluate(LayerPass pass)
    {
        pass.Forward(Stack);
        return new EvaluatedPass(pass, Stack, EvaluateCore(pass));
    }

    /// <summary>Sets the stack's gradients to ∂L/∂A_i. Costs two products with the data at most, and with each layer's activations a few.</summary>
    /// <param name="evaluated">The examples.</param>
    /// <param name="labelGradient">The gradient of a label loss for S_L, examples × r_L row after row, which is added; empty for none.</param>
    /// <exception cref="InvalidOperationException">The evaluation is stale.</exception>
    public void Differentiate(EvaluatedPass evaluated, ReadOnlySpan<float> labelGradient)
    {
        evaluated.ThrowIfStale();
        if (!labelGradient.IsEmpty)
            evaluated.Pass.Backward.Gradients[^1].CopyFrom(labelGradient);
        DifferentiateCore(evaluated.Pass, !labelGradient.IsEmpty);
    }

    /// <summary>
    /// The curvature C of the loss for a row of A_i with the activations held, r_i × r_i: the scale that is returned times the matrix that is set.
    /// Exact for the energy, an upper bound for the reconstruction.
    /// </summary>
    /// <exception cref="InvalidOperationException">The evaluation is stale.</exception>
    public double Curvature(EvaluatedPass evaluated, int layer, Gram result)
    {
        evaluated.ThrowIfStale();
        return CurvatureCore(evaluated.Pass, layer, result);
    }

    /// <inheritdoc />
    public virtual void Dispose()
    {
        foreach (Factor factor in Scratch)
            factor.Dispose();
        foreach (Gram gram in _crosses)
            gram.Dispose();
    }

    /// <summary>The parts of the loss of a pass that has just gone through the layers.</summary>
    protected abstract double[] EvaluateCore(LayerPass pass);

    /// <summary>Sets the stack's gradients.</summary>
    /// <param name="pass">The examples, with what their evaluation left.</param>
    /// <param name="isLabelled">Whether D_L holds the gradient of a label loss.</param>
    protected abstract void DifferentiateCore(LayerPass pass, bool isLabelled);

    /// <summary>Sets a curvature and returns its scale.</summary>
    protected abstract double CurvatureCore(LayerPass pass, int layer, Gram result);

    /// <summary>
    /// Back-propagates from the deepest layer to the features and sets the gradients. Each layer may have a term w_i ‖S_(i−1) − S_i A_iᵀ‖² of its
    /// own; at the minimiser its gradient for S_i is zero on the support, so only those for S_(i−1) and A_i count. With D_i = ∂L/∂S_i and
    /// Z_i = D_i (G_i on the support)⁻¹ on the support of each row, zero elsewhere:
    /// <c>B_i = Z_i − 2 w_i S_i</c>,
    /// <c>∂L/∂A_i = S_(i−1)ᵀ B_i − A_i (S_iᵀ B_i + B_iᵀ S_i + 2 w_i S_iᵀS_i)</c>, <c>D_(i−1) = B_i A_iᵀ + 2 w_i S_(i−1)</c>.
    /// </summary>
    /// <param name="pass">The examples.</param>
    /// <param name="isDeepestSet">Whether D_L is set; otherwise it is zero.</param>
    /// <param name="weight">w_i.</param>
    protected void Propagate(LayerPass pass, bool isDeepestSet, Func<int, double> weight)
    {
        for (int i = Stack.Depth - 1; i >= 0; i--)
        {
            BackwardFactors backward = pass.Backward;
            Factor activations = pass.Activations[i], gradient = backward.Gradients[i], outgoing = backward.Outgoing[i];
            bool isDeepest = i == Stack.Depth - 1;
            if (!isDeepest)
                Engine.SmallProductTransposed(backward.Outgoing[i + 1], Stack.Templates[i + 1], gradient);
            if (isDeepest && !isDeepestSet)
            {
                // D_L = 0, and so is Z_L.
                Engine.Combine(-2 * weight(i), activations, 0, activations, outgoing);
            }
            else
            {
                // The gradient of the term of layer i + 1 comes in, and that of the own term goes out.
                double before = isDeepest ? 0 : 2 * weight(i + 1);
                Engine.LeastSquaresBackward(activations, Stack.Grams[i], gradient, (before, -2 * weight(i)), outgoing);
            }

            Engine.SymmetricCrossProduct(activations, outgoing, _crosses[i]);
            AddShare(_crosses[i], 2 * weight(i), pass.ActivationGrams[i]);
            if (i == 0)
                Engine.DataProduct(pass.Data.Transposed, outgoing, Stack.Gradients[0]);
            else
                Engine.CrossProduct(pass.Activations[i - 1], outgoing, Stack.Gradients[i]);
            Engine.GramProduct(Stack.Templates[i], _crosses[i], Scratch[i]);
            Engine.Combine(1, Stack.Gradients[i], -1, Scratch[i], Stack.Gradients[i]);
        }
    }

    /// <summary>result ← source, by way of the host.</summary>
    protected static void Copy(Gram source, Gram result)
    {
        double[] values = new double[source.Rank * source.Rank];
        source.CopyTo(values);
        result.CopyFrom(values);
    }

    // gram ← gram + share · other, by way of the host.
    private static void AddShare(Gram gram, double share, Gram other)
    {
        if (share == 0)
            return;
        double[] sums = new double[gram.Rank * gram.Rank], added = new double[sums.Length];
        gram.CopyTo(sums);
        other.CopyTo(added);
        for (int k = 0; k < sums.Length; k++)
            sums[k] += share * added[k];
        gram.CopyFrom(sums);
    }
}

/// <summary>Σ_i mean((S_(i−1) − S_i A_iᵀ)²), with S_(−1) = X: every layer has its own term, whose weight is one over its entries.</summary>
/// <param name="engine">The engine.</param>
/// <param name="stack">The layers.</param>
internal sealed class EnergyLoss(ComputeEngine engine, LayerStack stack) : NeuralLoss(engine, stack)
{
    /// <inheritdoc />
    protected override double[] EvaluateCore(LayerPass pass)
    {
        var parts = new double[Stack.Depth];
        for (int i = 0; i < parts.Length; i++)
        {
            double squares = i == 0
                ? 2 * new FactorPair(pass.Data, Stack.Templates[0], pass.Activations[0])
                    .EuclideanDivergence(Engine, Engine.Inner(pass.Products[0], pass.Activations[0]), pass.ActivationGrams[0], Stack.Grams[0])
                : Engine.SquaredError(pass.Activations[i - 1], pass.Activations[i], Stack.Templates[i]);
            parts[i] = squares / pass.EntriesBefore(i);
        }

        return parts;
    }

    /// <inheritdoc />
    protected override void DifferentiateCore(LayerPass pass, bool isLabelled) => Propagate(pass, isLabelled, layer => 1 / pass.EntriesBefore(layer));

    /// <inheritdoc />
    protected override double CurvatureCore(LayerPass pass, int layer, Gram result)
    {
        Copy(pass.ActivationGrams[layer], result);
        return 2 / pass.EntriesBefore(layer);
    }
}
