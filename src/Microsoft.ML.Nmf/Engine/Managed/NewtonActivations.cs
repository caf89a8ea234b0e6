using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// 1 ≤ β &lt; 2: Newton's method with h ≥ 0 kept. Each step minimises the second-order model of the objective over h ≥ 0 exactly, as a non-negative
/// least-squares problem with G = Wᵀ diag(d″) W and b = G h − ∇, and goes there, or as far towards it as the objective falls. Starts from equal activations for
/// which h Wᵀ has the sum of x, and makes a few multiplicative updates first where x has few features. Cost of a step: up to z·r² for β = 1, where z features
/// of x are not zero, and up to m·r² for every other β, which needs all m features.
/// </summary>
internal sealed class NewtonActivations : ActivationProblem
{
    private readonly bool[] _isExplained;

    /// <summary>Scales the templates, and finds the features that no component has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public NewtonActivations(FactorMatrix templates, ActivationSettings settings)
    {
        Settings = settings;
        Templates = new UnitTemplates(templates);
        _isExplained = new bool[templates.Rows];
        for (int j = 0; j < _isExplained.Length; j++)
        {
            ReadOnlySpan<float> row = Templates.Factor.RowRange(j, 1);
            for (int k = 0; k < row.Length; k++)
                _isExplained[j] |= row[k] > 0;
        }
    }

    /// <summary>Whether the problem of a β is convex, so that this finds its minimum.</summary>
    public static bool Solves(double beta) => beta is >= 1 and < 2;

    /// <summary>What to minimise, and how exactly.</summary>
    public ActivationSettings Settings { get; }

    /// <summary>The templates.</summary>
    public UnitTemplates Templates { get; }

    /// <summary>Whether some component has a feature. The others are left out: no activations change what they cost.</summary>
    public bool IsExplained(int feature) => _isExplained[feature];

    /// <inheritdoc />
    public override ActivationSolver CreateSolver()
        => Settings.Beta == BetaDivergence.KullbackLeibler ? new NewtonSolver<LogarithmPart>(this) : new NewtonSolver<PowerDifference>(this);
}
