using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// A loss of the activations and templates of all layers, and its gradient for the templates, by back-propagation through the least-squares layers. With D the gradient for S_i, a
/// row of Z is (G_PP)⁻¹ D_P on the row's support P and zero elsewhere, and through q alone, one row an example,
/// ∂L/∂A_i = S_(i−1)ᵀ Z − A_i (S_iᵀ Z + Zᵀ S_i) and ∂L/∂S_(i−1) = Z A_iᵀ.
/// </summary>
internal abstract class NeuralLoss(ComputeEngine engine) : IDisposable
{
    /// <summary>The engine.</summary>
    protected ComputeEngine Engine { get; } = engine;

    /// <summary>The loss that has the name.</summary>
    public static NeuralLoss Create(NeuralNmfLoss loss, ComputeEngine engine, LayerStack stack)
        => loss == NeuralNmfLoss.Energy ? new EnergyLoss(engine) : new ReconstructionLoss(engine, stack);

    /// <summary>The parts of the loss, one a layer or one in all; the pass's activations must be up to date, and their Gram matrices become so.</summary>
    public abstract double[] Evaluate(LayerPass pass, LayerStack stack);

    /// <summary>Computes the gradient for the templates after an evaluation.</summary>
    /// <param name="pass">The examples.</param>
    /// <param name="stack">The templates, which receive their gradients.</param>
    /// <param name="labelGradient">Whether the backward factor of the deepest layer holds the gradient of a label loss for S_L.</param>
    public abstract void Differentiate(LayerPass pass, LayerStack stack, bool labelGradient);

    /// <summary>
    /// The curvature of the loss for a row of A_i after an evaluation, with the activations as they are: the returned scale times the Gram matrix. Exact for the energy, an upper bound
    /// for the reconstruction.
    /// </summary>
    public abstract (Gram Gram, double Scale) Curvature(LayerPass pass, LayerStack stack, int layer);

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }

    /// <summary>
    /// Goes back through the layers, and sets the gradients. Layer i may add a term of its own, w_i ‖S_(i−1) − S_i A_iᵀ‖²: at the minimiser its gradient for S_i is zero on the
    /// support, so that only those for S_(i−1) and A_i are added.
    /// </summary>
    /// <param name="pass">The examples.</param>
    /// <param name="stack">The templates.</param>
    /// <param name="isDeepestSet">Whether the backward factor of the deepest layer holds ∂L/∂S_L; otherwise that is zero.</param>
    /// <param name="weight">w_i.</param>
    protected void Propagate(LayerPass pass, LayerStack stack, bool isDeepestSet, Func<int, double> weight)
    {
        for (int i = stack.Depth - 1; i >= 0; i--)
        {
            Factor activations = pass.Activations[i], back = pass.Backward[i], scratch = pass.Scratch[i];
            bool isDeepest = i == stack.Depth - 1;
            if (!isDeepest)
            {
                // What came back through the layer above, and the part that its own term has in S_i.
                Engine.ProductTransposed(pass.Backward[i + 1], stack.Templates[i + 1], back);
                Engine.Combine(1, back, 2 * weight(i + 1), activations, back);
            }

            if (isDeepest && !isDeepestSet)
            {
                Engine.Combine(-weight(i), activations, 0, activations, scratch);
                Engine.Combine(-2 * weight(i), activations, 0, activations, back);
            }
            else
            {
                Engine.LeastSquaresBackward(activations, stack.Grams[i], back, scratch);
                Engine.Combine(1, scratch, -2 * weight(i), activations, back);
                Engine.Combine(1, scratch, -weight(i), activations, scratch);
            }

            Engine.SymmetricCross(activations, scratch, stack.ScratchGrams[i]);
            if (i == 0)
                Engine.Product(pass.Data.Transposed, back, stack.Gradients[0]);
            else
                Engine.Cross(pass.Activations[i - 1], back, stack.Gradients[i]);
            Engine.Product(stack.Templates[i], stack.ScratchGrams[i], stack.Scratch[i]);
            Engine.Combine(1, stack.Gradients[i], -1, stack.Scratch[i], stack.Gradients[i]);
        }
    }
}
