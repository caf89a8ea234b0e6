using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>Σ_i mean((S_(i−1) − S_i A_iᵀ)²).</summary>
internal sealed class EnergyLoss(ComputeEngine engine) : NeuralLoss(engine)
{
    /// <inheritdoc />
    public override double[] Evaluate(LayerPass pass, LayerStack stack)
    {
        pass.UpdateActivationGrams();
        var parts = new double[stack.Depth];
        for (int i = 0; i < parts.Length; i++)
        {
            double squares = i == 0
                ? 2 * new FactorPair(pass.Data, stack.Templates[0], pass.Activations[0])
                    .EuclideanDivergence(Engine, Engine.Inner(pass.Products[0], pass.Activations[0]), pass.ActivationGrams[0], stack.Grams[0])
                : Engine.SquaredError(pass.Activations[i - 1], pass.Activations[i], stack.Templates[i]);
            parts[i] = squares / pass.EntriesBefore(i);
        }

        return parts;
    }

    /// <inheritdoc />
    public override void Differentiate(LayerPass pass, LayerStack stack, bool labelGradient)
        => Propagate(pass, stack, labelGradient, layer => 1 / pass.EntriesBefore(layer));

    /// <inheritdoc />
    public override (Gram Gram, double Scale) Curvature(LayerPass pass, LayerStack stack, int layer)
        => (pass.ActivationGrams[layer], 2 / pass.EntriesBefore(layer));
}
