using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>The activations of new examples as part of an ONNX graph: what <see cref="ActivationProblem"/> computes row by row, for all rows of a
/// batch.</summary>
internal static class OnnxActivations
{
    /// <summary>Adds h = argmin over h ≥ 0 of D_β(x ‖ h Wᵀ) + l1 Σ h + l2/2 Σ h² for every row x.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rows">The rows, Single or Double.</param>
    /// <param name="templates">W, features × rank.</param>
    /// <param name="settings">What is minimised.</param>
    /// <param name="sizes">What each activation is multiplied by before it is compared with the largest; empty for 1.</param>
    /// <param name="weights">How often each feature counts; null for once.</param>
    /// <returns>Tensor of Double, rows × rank.</returns>
    /// <exception cref="InvalidOperationException">It cannot be computed to the accuracy that is promised, or an option cannot be carried over.</exception>
    public static string Add(OnnxGraph graph, string rows, FactorMatrix templates, ActivationSettings settings, IReadOnlyList<double> sizes,
        float[]? weights = null)
    {
        if (weights is not null)
        {
            if (settings.Beta is not (BetaDivergence.Euclidean or BetaDivergence.KullbackLeibler))
            {
                throw graph.Refuse(string.Create(CultureInfo.InvariantCulture,
                    $"it has FeatureWeights and its Beta is {settings.Beta}. Set Beta to 1 or 2, or leave out FeatureWeights."));
            }

            float[] scales = ExampleWeights.PowersOf(weights, 1 / settings.Beta);
            rows = graph.Apply("Mul", rows, graph.Constant(scales, scales.Length));
            templates = ExampleWeights.Scale(templates, scales)!;
        }

        if (settings.Beta == BetaDivergence.Euclidean)
            return OnnxLeastSquares.Add(graph, rows, templates, settings, sizes);
        if (settings.Beta == BetaDivergence.KullbackLeibler)
            return OnnxNewtonSteps.Add(graph, rows, templates, settings, sizes);
        if (settings.Beta is > 1 and < 2)
        {
            throw graph.Refuse($"its Beta is {settings.Beta}. Between 1 and 2 its solver finds the minimum by steps whose number depends on the row, and no "
                + "fixed number of cheap steps comes near enough. Set Beta to 1 or 2, below 1 or above 2.");
        }

        return OnnxUpdates.Add(graph, rows, templates, settings);
    }
}
