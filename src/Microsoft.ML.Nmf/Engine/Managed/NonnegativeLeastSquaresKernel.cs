using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Exact non-negative least squares, min over f ≥ 0 of ½ f Q fᵀ − (b − l1) fᵀ with Q = G + l2 I, for many rows f that share G; its backward pass; and its
/// optimality residual.
/// </summary>
internal sealed class NonnegativeLeastSquaresKernel
{
    private readonly int _rank;
    private readonly PaddedGram _quadratic;
    private readonly float _linear;

    /// <summary>Computes Q.</summary>
    /// <param name="gram">G, r × r.</param>
    /// <param name="penalty">The weights l1 and l2; orthogonality is not used.</param>
    public NonnegativeLeastSquaresKernel(ManagedGram gram, Penalty penalty)
    {
        _rank = gram.Rank;
        _quadratic = PaddedGram.From(gram.Values, _rank, _rank, penalty.L2);
        _linear = penalty.L1;
    }

    /// <summary>The working memory of one thread.</summary>
    public Scratch MakeScratch() => new(_rank);

    /// <summary>Replaces every row of a block by its minimiser.</summary>
    /// <param name="rows">The padded rows f. On entry, their positive entries are the supports to start from.</param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    /// <returns>The number of rows whose steps ran out before the minimiser.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Solve(Span<float> rows, ReadOnlySpan<float> product, int stride, Scratch scratch)
    {
        int unsolved = 0;
        for (int at = 0; at < rows.Length; at += stride)
        {
            for (int k = 0; k < _rank; k++)
            {
                scratch.Target[k] = product[at + k] - _linear;
                scratch.Solution[k] = rows[at + k];
            }

            if (!scratch.Solver.Solve(_quadratic, scratch.Target, scratch.Solution))
                unsolved++;
            for (int k = 0; k < _rank; k++)
                rows[at + k] = (float)scratch.Solution[k];
        }

        return unsolved;
    }

    /// <summary>
    /// The gradient of a loss for b, from its gradient for the minimisers f: with P the support of f, Q_PP⁻¹ times the gradient on P, and zero off P.
    /// </summary>
    /// <param name="solution">The padded rows f that <see cref="Solve"/> found.</param>
    /// <param name="gradient">The padded rows of the gradient for f.</param>
    /// <param name="result">Receives the padded rows of the gradient for b.</param>
    /// <param name="stride">Floats from one row to the next in all three.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(ReadOnlySpan<float> solution, ReadOnlySpan<float> gradient, Span<float> result, int stride, Scratch scratch)
    {
        for (int at = 0; at < solution.Length; at += stride)
        {
            for (int k = 0; k < _rank; k++)
            {
                scratch.Target[k] = gradient[at + k];
                scratch.Solution[k] = solution[at + k];
            }

            scratch.Solver.SolveOnSupport(_quadratic, scratch.Target, scratch.Solution);
            for (int k = 0; k < _rank; k++)
                result[at + k] = (float)scratch.Solution[k];
        }
    }

    /// <summary>
    /// How far a block of rows is from optimal: the largest over the rows of max(|g_k| where f_k &gt; 0, −g_k where f_k = 0) / max_k |b_k − l1|, with the
    /// gradient g = f Q − b + l1.
    /// </summary>
    /// <param name="rows">The padded rows f.</param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Residual(ReadOnlySpan<float> rows, ReadOnlySpan<float> product, int stride, Scratch scratch)
    {
        double worst = 0;
        double[] gradient = scratch.Target;
        for (int at = 0; at < rows.Length; at += stride)
        {
            double largest = 0, violation = 0;
            for (int k = 0; k < _rank; k++)
            {
                gradient[k] = _linear - product[at + k];
                largest = Math.Max(largest, Math.Abs(gradient[k]));
            }

            for (int l = 0; l < _rank; l++)
            {
                double value = rows[at + l];
                if (value == 0)
                    continue;
                DoubleKernel.AddScaled(gradient, _quadratic.Row(l), value);
            }

            for (int k = 0; k < _rank; k++)
                violation = Math.Max(violation, rows[at + k] > 0 ? Math.Abs(gradient[k]) : -gradient[k]);
            if (largest > 0)
                worst = Math.Max(worst, violation / largest);
        }

        return worst;
    }

    /// <summary>The working memory of one thread.</summary>
    /// <param name="rank">r.</param>
    public sealed class Scratch(int rank)
    {
        /// <summary>Solves one row.</summary>
        public NonnegativeRowSolver Solver { get; } = new(rank, PivotingRule.DependentInSingle);

        /// <summary>b − l1 of the row, or the gradient.</summary>
        public double[] Target { get; } = new double[rank];

        /// <summary>The row f in double.</summary>
        public double[] Solution { get; } = new double[rank];
    }
}
