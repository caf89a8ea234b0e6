using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// β = 2: the exact minimiser of ½ h G hᵀ − b hᵀ over h ≥ 0, with G = WᵀW + l2 I and b = xW − l1, both summed in double. Cost z·r for b of an example with z
/// non-zero features, and about s³/6 a factorization for s positive activations, of which one is enough for most examples. An example with holes has a G of its
/// own, over the templates of the features that it has: z·r²/2 more.
/// </summary>
internal sealed class EuclideanActivations : ActivationProblem
{
    private readonly ActivationSettings _settings;
    private readonly ManagedFactor _templates;
    private readonly PaddedGram _gram;

    /// <summary>Computes G. Cost at most m·r²/2.</summary>
    public EuclideanActivations(FactorMatrix templates, ActivationSettings settings)
    {
        _settings = settings;
        _templates = ManagedFactor.From(templates);
        _gram = PaddedGram.Of(templates, settings.L2);
    }

    /// <inheritdoc />
    public override ActivationSolver CreateSolver() => new Solver(this);

    private sealed class Solver : ActivationSolver
    {
        private readonly EuclideanActivations _problem;
        private readonly NonnegativeRowSolver _solver;
        private readonly AlignedDoubles _target;
        private readonly double[] _solution;
        private PaddedGram? _ownGram;
        private AlignedDoubles? _wide;

        public Solver(EuclideanActivations problem)
            : base(problem.Scales)
        {
            _problem = problem;
            _solver = new NonnegativeRowSolver(problem._templates.Rank, PivotingRule.DependentInDouble);
            _target = new AlignedDoubles(problem._templates.Stride);
            _solution = new double[problem._templates.Rank];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, Span<float> activations)
        {
            RowProduct.Multiply(features, values, _problem._templates, -_problem._settings.L1, _target.Span);
            _solver.SolveFromZero(hasHoles ? GramOf(features) : _problem._gram, _target.Span, _solution);
            for (int k = 0; k < activations.Length; k++)
                activations[k] = float.MinNative((float)_solution[k], float.MaxValue);
        }

        private PaddedGram GramOf(ReadOnlySpan<int> features)
        {
            _ownGram ??= new PaddedGram(_problem._templates.Rank);
            _wide ??= new AlignedDoubles(_ownGram.Stride);
            _ownGram.SumRows(_problem._templates, features, _problem._settings.L2, _wide);
            return _ownGram;
        }
    }
}
