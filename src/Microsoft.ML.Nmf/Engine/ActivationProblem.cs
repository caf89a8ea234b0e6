using System.Runtime.CompilerServices;
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
/// The problem of transforming: min over h ≥ 0 of D_β(x ‖ h Wᵀ) + l1 Σ h + l2/2 Σ h² for one example x at a time, in which features may count with weights, and
/// those that an example lacks not at all. Holds what depends on the templates alone. Immutable, so that threads share it; each uses a solver of its own.
/// </summary>
internal abstract class ActivationProblem
{
    /// <summary>
    /// Exact non-negative least squares for β = 2; Newton's method for 1 ≤ β &lt; 2, where the problem is convex too; multiplicative updates for every other β,
    /// where faster methods end in a worse minimum for some rows.
    /// </summary>
    /// <param name="templates">W, features × rank.</param>
    /// <param name="settings">What to minimise, and how exactly.</param>
    /// <param name="weights">The weight of each feature, at least 0; null for 1.</param>
    public static ActivationProblem Create(FactorMatrix templates, ActivationSettings settings, float[]? weights = null)
    {
        if (settings.Beta != BetaDivergence.Euclidean && !NewtonActivations.Solves(settings.Beta))
            return new MultiplicativeActivations(templates, settings, weights);

        // v d_β(x ‖ x̂) = d_β(s x ‖ s x̂) with s the β-th root of v.
        float[]? scales = weights is null ? null : ExampleWeights.PowersOf(weights, 1 / settings.Beta);
        templates = ExampleWeights.Scale(templates, scales)!;
        return settings.Beta == BetaDivergence.Euclidean
            ? new EuclideanActivations(templates, settings) { Scales = scales }
            : new NewtonActivations(templates, settings) { Scales = scales };
    }

    /// <summary>By what the features of an example are multiplied, as those of the templates were; null for nothing.</summary>
    public float[]? Scales { get; private init; }

    /// <summary>A solver for one thread.</summary>
    public abstract ActivationSolver CreateSolver();
}

/// <summary>
/// Finds the activations of one example after the other, without allocating. The same row gives the same bits whatever was solved before it.
/// </summary>
/// <param name="scales">By what features are multiplied (<see cref="ActivationProblem.Scales"/>); null for nothing.</param>
internal abstract class ActivationSolver(float[]? scales)
{
    private float[] _scaled = [];

    /// <summary>Solves for a row.</summary>
    /// <param name="features">The features that are not zero, ascending; where the row has holes, all that it has.</param>
    /// <param name="values">Their values, finite and not negative.</param>
    /// <param name="hasHoles">Whether the other features are missing rather than zero.</param>
    /// <param name="activations">Receives r values; all zero when the row has no features, or they are all zero.</param>
    public void Solve(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, Span<float> activations)
    {
        activations.Clear();
        if (features.Length == 0 || (hasHoles && values.IndexOfAnyExcept(0f) < 0))
            return;
        if (scales is not null)
            values = Scale(features, values, scales);
        SolveCore(features, values, hasHoles, activations);
    }

    /// <summary>Solves for a row that is not zero; <paramref name="activations"/> comes in as zeros.</summary>
    protected abstract void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, Span<float> activations);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<float> Scale(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float[] by)
    {
        if (_scaled.Length < values.Length)
            _scaled = new float[values.Length];
        for (int p = 0; p < values.Length; p++)
            _scaled[p] = Math.Min(values[p] * by[features[p]], float.MaxValue);
        return _scaled.AsSpan(0, values.Length);
    }
}
