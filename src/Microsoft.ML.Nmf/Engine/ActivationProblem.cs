using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>How the activations of a new example are found.</summary>
/// <param name="Beta">β of the divergence.</param>
/// <param name="L1">Weight of the sum of the activations, at least 0.</param>
/// <param name="L2">Weight of half the sum of their squares, at least 0.</param>
/// <param name="MaximumNumberOfIterations">The most steps of a row, at least 1; for β ≠ 2 only.</param>
/// <param name="Tolerance">
/// For 1 ≤ β &lt; 2 a row is done when its objective is estimated to be above the minimum by less than a hundredth of this share; for β &lt; 1 and β &gt; 2 when an
/// update changes no activation by more than this share of the largest.
/// </param>
internal readonly record struct ActivationSettings(double Beta, float L1, float L2, int MaximumNumberOfIterations, float Tolerance);

/// <summary>
/// The problem of transforming: min over h ≥ 0 of D_β(x ‖ h Wᵀ) + l1 Σ h + l2/2 Σ h² for one example x at a time. Holds what depends on the templates
/// alone. Immutable, so that threads share it; each uses a solver of its own.
/// </summary>
internal abstract class ActivationProblem
{
    /// <summary>
    /// Exact non-negative least squares for β = 2; Newton's method for 1 ≤ β &lt; 2, where the problem is convex too; multiplicative updates for every other β,
    /// where faster methods end in a worse minimum for some rows.
    /// </summary>
    /// <param name="templates">W, features × rank.</param>
    /// <param name="settings">What to minimise, and how exactly.</param>
    public static ActivationProblem Create(FactorMatrix templates, ActivationSettings settings)
    {
        if (settings.Beta == BetaDivergence.Euclidean)
            return new EuclideanActivations(templates, settings);
        return NewtonActivations.Solves(settings.Beta) ? new NewtonActivations(templates, settings) : new MultiplicativeActivations(templates, settings);
    }

    /// <summary>A solver for one thread.</summary>
    public abstract ActivationSolver CreateSolver();
}

/// <summary>
/// Finds the activations of one example after the other, without allocating. The same row gives the same bits whatever was solved before it.
/// </summary>
internal abstract class ActivationSolver
{
    /// <summary>Solves for a row.</summary>
    /// <param name="features">The features that are not zero, ascending.</param>
    /// <param name="values">Their values, positive and finite.</param>
    /// <param name="activations">Receives r values; all zero when the row has no features.</param>
    public void Solve(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations)
    {
        activations.Clear();
        if (features.Length > 0)
            SolveCore(features, values, activations);
    }

    /// <summary>Solves for a row that is not zero; <paramref name="activations"/> comes in as zeros.</summary>
    protected abstract void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations);
}
