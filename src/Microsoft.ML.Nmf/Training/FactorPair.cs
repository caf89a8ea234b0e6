using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The data and the two factors of X ≈ H Wᵀ in engine memory.</summary>
/// <param name="Data">X, n × m; its transpose comes with it.</param>
/// <param name="Templates">W, m × r.</param>
/// <param name="Activations">H, n × r.</param>
internal sealed record FactorPair(DataMatrix Data, Factor Templates, Factor Activations)
{
    // Below this share of ½‖X‖² the identity loses too many digits, and the residuals are summed entry by entry where that is affordable.
    private const double WellFitted = 5e-2;
    private const double AffordableEntries = 1e7;

    // The shares of ½‖X‖² down to which float32 sums are right to 1e-3: of residuals entry by entry, and of the identity.
    private const double ReliableEntries = 1e-6;
    private const double ReliableIdentity = 1e-3;

    /// <summary>½‖X − HWᵀ‖² without forming HWᵀ: ½‖X‖² − ⟨XᵀH, W⟩ + ½⟨HᵀH, WᵀW⟩.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="inner">⟨XᵀH, W⟩, which equals ⟨XW, H⟩.</param>
    /// <param name="gramOfActivations">HᵀH.</param>
    /// <param name="gramOfTemplates">WᵀW.</param>
    public double EuclideanDivergence(ComputeEngine engine, double inner, Gram gramOfActivations, Gram gramOfTemplates)
    {
        ExampleMatrix examples = Data.Examples;
        double half = 0.5 * examples.SumOfSquares;
        double divergence = half - inner + 0.5 * engine.Inner(gramOfActivations, gramOfTemplates);
        bool isAffordable = examples is DenseExamples || (double)examples.Rows * examples.Columns <= AffordableEntries;
        if (divergence < WellFitted * half && isAffordable)
            divergence = engine.Divergence(Data, Activations, Templates, BetaDivergence.Euclidean);
        return divergence >= half * (isAffordable ? ReliableEntries : ReliableIdentity)
            ? divergence
            : engine.DivergenceInDouble(Data, Activations, Templates, BetaDivergence.Euclidean);
    }
}
