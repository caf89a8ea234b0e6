using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// β = 2: the exact minimiser of ½ h G hᵀ − b hᵀ over h ≥ 0, with G = WᵀW + l2 I and b = xW − l1, both summed in double. Cost z·r for b of an example with z
/// non-zero features, and about s³/6 a factorization for s positive activations.
/// </summary>
internal sealed class EuclideanActivations : ActivationProblem
{
    private readonly ActivationSettings _settings;
    private readonly ManagedFactor _templates;
    private readonly double[] _gram;

    /// <summary>Computes G, upper triangle first. Cost m·r²/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public EuclideanActivations(FactorMatrix templates, ActivationSettings settings)
    {
        _settings = settings;
        _templates = ManagedFactor.From(templates);
        int rank = templates.Columns;
        _gram = new double[ArraySize.Of(rank, rank, "A Gram matrix")];
        for (int j = 0; j < templates.Rows; j++)
        {
            ReadOnlySpan<float> row = templates.Row(j);
            for (int k = 0; k < rank; k++)
            {
                double value = row[k];
                if (value == 0)
                    continue;
                Span<double> target = _gram.AsSpan(k * rank, rank);
                for (int l = k; l < rank; l++)
                    target[l] += value * row[l];
            }
        }

        for (int k = 0; k < rank; k++)
        {
            _gram[k * rank + k] += settings.L2;
            for (int l = 0; l < k; l++)
                _gram[k * rank + l] = _gram[l * rank + k];
        }
    }

    /// <inheritdoc />
    public override ActivationSolver CreateSolver() => new Solver(this);

    private sealed class Solver : ActivationSolver
    {
        private readonly EuclideanActivations _problem;
        private readonly NonnegativeRowSolver _solver;
        private readonly double[] _target;
        private readonly double[] _solution;

        public Solver(EuclideanActivations problem)
        {
            _problem = problem;
            _solver = new NonnegativeRowSolver(problem._templates.Rank, PivotingRule.DependentInDouble);
            _target = new double[problem._templates.Rank];
            _solution = new double[problem._templates.Rank];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations)
        {
            ManagedFactor templates = _problem._templates;
            for (int k = 0; k < _target.Length; k++)
                _target[k] = -_problem._settings.L1;
            for (int p = 0; p < features.Length; p++)
            {
                ReadOnlySpan<float> row = templates.Values.Slice(features[p] * templates.Stride, templates.Rank);
                double value = values[p];
                for (int k = 0; k < row.Length; k++)
                    _target[k] += value * row[k];
            }

            Array.Clear(_solution);
            _solver.Solve(_problem._gram, _target, _solution);
            for (int k = 0; k < activations.Length; k++)
                activations[k] = (float)Math.Min(_solution[k], float.MaxValue);
        }
    }
}
