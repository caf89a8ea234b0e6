using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The data and the two factors of X ≈ H Wᵀ in engine memory.</summary>
/// <param name="Data">X, n × m; its transpose comes with it.</param>
/// <param name="Templates">W, m × r.</param>
/// <param name="Activations">H, n × r.</param>
internal sealed record FactorPair(DataMatrix Data, Factor Templates, Factor Activations)
{
    // Below these shares of ½‖X‖² the identity is right to less than 1e-6, and the residuals are summed entry by entry where that is affordable. Its rounding
    // is 2e-9 of ½‖X‖² in a large matrix, over which errors average out, and 3e-8 in one of few entries.
    private const double WellFitted = 5e-3;
    private const double WellFittedOfFewEntries = 2e-2;
    private const double FewEntries = 1e6;

    // The share for few entries where a step is taken back if it raises the objective: that rounding would take back steps of a training near its end.
    private const double WellFittedForComparison = 5e-2;
    private const double AffordableEntries = 1e7;

    // The shares of ½‖X‖² down to which float32 sums are right to 1e-3: of residuals entry by entry, and of the identity.
    private const double ReliableEntries = 1e-6;
    private const double ReliableIdentity = 1e-3;

    /// <summary>½‖X − HWᵀ‖² without forming HWᵀ: ½‖X‖² − ⟨XᵀH, W⟩ + ½⟨HᵀH, WᵀW⟩.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="inner">⟨XᵀH, W⟩, which equals ⟨XW, H⟩.</param>
    /// <param name="gramOfActivations">HᵀH.</param>
    /// <param name="gramOfTemplates">WᵀW.</param>
    /// <param name="isCompared">Whether steps are taken back by it.</param>
    public double EuclideanDivergence(ComputeEngine engine, double inner, Gram gramOfActivations, Gram gramOfTemplates, bool isCompared = true)
    {
        ExampleMatrix examples = Data.Examples;
        double half = 0.5 * examples.SumOfSquares;
        double divergence = half - inner + 0.5 * engine.Inner(gramOfActivations, gramOfTemplates);
        double entries = (double)examples.Rows * examples.Columns;
        bool isAffordable = examples is DenseExamples || entries <= AffordableEntries;
        double wellFitted = entries > FewEntries ? WellFitted : isCompared ? WellFittedForComparison : WellFittedOfFewEntries;
        if (divergence < wellFitted * half && isAffordable)
            divergence = engine.Divergence(Data, Activations, Templates, BetaDivergence.Euclidean);
        return divergence >= half * (isAffordable ? ReliableEntries : ReliableIdentity)
            ? divergence
            : engine.DivergenceInDouble(Data, Activations, Templates, BetaDivergence.Euclidean);
    }
}
