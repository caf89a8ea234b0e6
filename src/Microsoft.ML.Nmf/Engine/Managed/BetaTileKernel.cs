namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The numerator (X ∘ X̂^(β−2)) O and denominator X̂^(β−1) O of the multiplicative update of F, and the divergence D_β(X ‖ X̂), with X̂ = F Oᵀ, for data
/// whose zeros matter too: dense data, and sparse data unless β = 1. X̂ is computed in tiles that stay in the cache, so that it is never held whole, and its
/// tile becomes the weights that both products are summed from. Cost up to 3·p·q·r.
/// </summary>
/// <param name="scheduler">Runs the pieces.</param>
internal sealed class BetaTileKernel(BlockScheduler scheduler)
{
    private readonly RowTerms _rows = new(scheduler);
    private readonly ColumnTerms _columns = new(scheduler);

    /// <summary>What is computed.</summary>
    /// <param name="Data">X, p × q.</param>
    /// <param name="Factor">F, p × r.</param>
    /// <param name="Other">O, q × r.</param>
    /// <param name="Beta">β.</param>
    /// <param name="Numerator">Receives the numerators, p × r; null when only the divergence is wanted.</param>
    /// <param name="Denominator">
    /// Receives the denominators, p × r; null when only the divergence is wanted, or β = 1, where all rows have the column sums of O.
    /// </param>
    /// <param name="Evaluate">Whether the divergence is wanted.</param>
    public sealed record Task(
        DataMatrix Data, ManagedFactor Factor, ManagedFactor Other, double Beta, ManagedFactor? Numerator, ManagedFactor? Denominator, bool Evaluate)
    {
        /// <summary>The least value of X̂; none for squares of residuals, since X̂ may be negative.</summary>
        public float Floor { get; } = Beta == BetaDivergence.Euclidean && Numerator is null ? float.NegativeInfinity : Data.Examples.FloorOf(Beta);

        /// <summary>The least value of X: for β ≤ 0 the divergence of a zero is infinite.</summary>
        public float DataFloor => Beta <= 0 ? Floor : 0;

        /// <summary>The multiply-adds.</summary>
        public double Cost => (double)Data.Rows * Data.Columns * Factor.Rank * (1 + (Numerator is null ? 0 : 1) + (Denominator is null ? 0 : 1));
    }

    /// <summary>Computes the terms.</summary>
    /// <returns>The divergence, or 0 when it is not wanted.</returns>
    public double Compute(Task task)
        => task.Data is DenseData { IsTransposed: true } transposed ? _columns.Compute(task, transposed.Source) : _rows.Compute(task);
}
