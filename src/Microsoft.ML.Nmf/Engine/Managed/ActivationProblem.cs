namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The problem of transforming: min over h ≥ 0 of D_β(x ‖ h Wᵀ) + l1 Σ h + l2/2 Σ h² for one example x at a time. Holds what depends on the templates alone.
/// Immutable, so that threads share it; each uses a solver of its own.
/// </summary>
internal abstract class ActivationProblem
{
    /// <summary>Copies the templates into padded rows.</summary>
    protected ActivationProblem(FactorMatrix templates, ActivationSettings settings)
    {
        Settings = settings;
        Templates = new ManagedFactor(templates.Rows, templates.Columns);
        Templates.CopyFrom(templates.Values);
    }

    /// <summary>The divergence, the penalties and when to stop.</summary>
    public ActivationSettings Settings { get; }

    /// <summary>W, m × r.</summary>
    public ManagedFactor Templates { get; }

    /// <summary>The problem for the β of the settings: exact non-negative least squares for β = 2, multiplicative updates for every other.</summary>
    public static ActivationProblem Create(FactorMatrix templates, ActivationSettings settings)
        => settings.Beta == BetaDivergence.Euclidean ? new EuclideanActivations(templates, settings) : new MultiplicativeActivations(templates, settings);

    /// <summary>A solver for one thread.</summary>
    public abstract ActivationSolver CreateSolver();
}

/// <summary>
/// Finds the activations of one example after the other, without allocating. An example's activations do not depend on the examples before it, to the bit.
/// </summary>
internal abstract class ActivationSolver
{
    /// <summary>Finds the activations h of an example x.</summary>
    /// <param name="features">The indices of the features that are not zero, ascending.</param>
    /// <param name="values">Their values, positive and finite.</param>
    /// <param name="activations">Receives h, r values; all zero when x is.</param>
    public void Solve(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations)
    {
        activations.Clear();
        if (features.Length > 0)
            SolveCore(features, values, activations);
    }

    /// <summary>As <see cref="Solve"/>, for an example that is not zero; <paramref name="activations"/> is zero on entry.</summary>
    protected abstract void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations);
}

/// <summary>The divergence and the penalties that activations minimise, and when to stop.</summary>
/// <param name="Beta">β.</param>
/// <param name="L1">Weight of the sum of the activations, at least 0.</param>
/// <param name="L2">Weight of half the sum of their squares, at least 0.</param>
/// <param name="MaximumNumberOfIterations">The most multiplicative updates of an example, at least 1; not used for β = 2.</param>
/// <param name="Tolerance">Stop when an update changes no activation by more than this share of the largest one; not used for β = 2.</param>
internal readonly record struct ActivationSettings(double Beta, float L1, float L2, int MaximumNumberOfIterations, float Tolerance);
