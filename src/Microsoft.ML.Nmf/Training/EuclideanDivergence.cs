using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>½‖X − HWᵀ‖² without X̂: ½‖X‖² − ⟨XᵀH, W⟩ + ½⟨HᵀH, WᵀW⟩.</summary>
internal static class EuclideanDivergence
{
    // Below this share of ½‖X‖² the identity would lose digits, and residuals are summed entry by entry where that is affordable.
    private const double WellFitted = 5e-2;
    private const double AffordableEntries = 1e7;

    /// <summary>The divergence from what an iteration has computed anyway.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="factors">X, H and W.</param>
    /// <param name="inner">⟨XᵀH, W⟩, which is ⟨XW, H⟩.</param>
    /// <param name="gramOfActivations">HᵀH.</param>
    /// <param name="gramOfTemplates">WᵀW.</param>
    public static double Compute(ComputeEngine engine, FactorPair factors, double inner, Gram gramOfActivations, Gram gramOfTemplates)
    {
        ExampleMatrix examples = factors.Data.Examples;
        double half = 0.5 * examples.SumOfSquares;
        double divergence = half - inner + 0.5 * engine.Inner(gramOfActivations, gramOfTemplates);
        if (divergence < WellFitted * half && (examples is DenseExamples || (double)examples.Rows * examples.Columns <= AffordableEntries))
            divergence = engine.Divergence(factors.Data, factors.Activations, factors.Templates, BetaDivergence.Euclidean);
        return Math.Max(divergence, 0);
    }
}
