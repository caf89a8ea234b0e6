using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Exact non-negative least squares, min over f ≥ 0 of ½ f Q fᵀ − (b − l1) fᵀ with Q = G + l2 I, for many rows f that share G; its backward pass; and its
/// optimality residual. Rows are solved eight at a time (<see cref="LaneEquations"/>) by block principal pivoting: whoever is not optimal has exchanged what
/// violates it, and goes on with others of its block. The few rows for which that does not end soon, or whose supports are large or have dependent columns,
/// are left to <see cref="NonnegativeRowSolver"/>.
/// </summary>
internal sealed class NonnegativeLeastSquaresKernel
{
    private const int Lane = ManagedFactor.Lane;
    private const int HalfLane = Lane / 2;

    // Exchanges of all that violates optimality, after which a row is left to the solver that knows when to exchange less.
    private const int MostRounds = 8;

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

    /// <summary>Replaces every row of a block by its minimiser.</summary>
    /// <param name="rows">The padded rows f. On entry, their positive entries are the supports to start from.</param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="block">Working memory for at least the rank.</param>
    /// <returns>The number of rows whose steps ran out before the minimiser.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Solve(Span<float> rows, ReadOnlySpan<float> product, int stride, LeastSquaresBlock block)
    {
        block.TakeSupports(rows, stride);
        int pending = rows.Length / stride, unsolved = 0;
        for (int round = 0; round < MostRounds && pending > 0; round++)
        {
            block.Sort(pending);
            int left = 0, at = 0;
            for (int together; (together = block.CountTogether(at, pending)) > 0; at += together)
            {
                uint dependent = SolveTogether(product, stride, block, at, together, _linear);
                for (int lane = 0; lane < together; lane++)
                {
                    int row = block.Order[at + lane];
                    if ((dependent >> lane & 1) != 0)
                        unsolved += SolveAlone(rows, product, stride, block, row);
                    else if (block.Exchange(_quadratic, row, lane))
                        block.Pending[left++] = row;
                    else
                        block.Scatter(row, lane, rows.Slice(row * stride, stride));
                }
            }

            for (; at < pending; at++)
                unsolved += SolveAlone(rows, product, stride, block, block.Order[at]);
            pending = left;
        }

        for (int i = 0; i < pending; i++)
            unsolved += SolveAlone(rows, product, stride, block, block.Pending[i]);
        return unsolved;
    }

    /// <summary>
    /// The gradient of a loss for b, from its gradient for the minimisers f: with P the support of f, Q_PP⁻¹ times the gradient on P, and zero off P.
    /// </summary>
    /// <param name="solution">The padded rows f that <see cref="Solve"/> found.</param>
    /// <param name="gradient">The padded rows of the gradient for f.</param>
    /// <param name="result">Receives the padded rows of the gradient for b.</param>
    /// <param name="stride">Floats from one row to the next in all three.</param>
    /// <param name="block">Working memory for at least the rank.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(ReadOnlySpan<float> solution, ReadOnlySpan<float> gradient, Span<float> result, int stride, LeastSquaresBlock block)
    {
        block.TakeSupports(solution, stride);
        int count = solution.Length / stride, at = 0;
        block.Sort(count);
        for (int together; (together = block.CountTogether(at, count)) > 0; at += together)
        {
            uint dependent = SolveTogether(gradient, stride, block, at, together, 0);
            for (int lane = 0; lane < together; lane++)
            {
                int row = block.Order[at + lane];
                if ((dependent >> lane & 1) != 0)
                    SolveAloneOnSupport(gradient, result, stride, block, row);
                else
                    block.Scatter(row, lane, result.Slice(row * stride, stride));
            }
        }

        for (; at < count; at++)
            SolveAloneOnSupport(gradient, result, stride, block, block.Order[at]);
    }

    /// <summary>
    /// How far a block of rows is from optimal: the largest over the rows of max(|g_k| where f_k &gt; 0, −g_k where f_k = 0) / max_k |b_k − l1|, with the
    /// gradient g = f Q − b + l1.
    /// </summary>
    /// <param name="rows">The padded rows f.</param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="block">Working memory for at least the rank.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Residual(ReadOnlySpan<float> rows, ReadOnlySpan<float> product, int stride, LeastSquaresBlock block)
    {
        double worst = 0;
        for (int at = 0; at < rows.Length; at += stride)
        {
            ReadOnlySpan<float> row = rows.Slice(at, stride);
            TakeTarget(product.Slice(at, stride), _linear, block.Target(0));
            (double violation, double largest) = block.Violation(_quadratic, row);
            if (largest > 0)
                worst = Math.Max(worst, violation / largest);
        }

        return worst;
    }

    // Solves the equations of some rows of the order on their supports. Returns a bit for each that has dependent columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint SolveTogether(ReadOnlySpan<float> targets, int stride, LeastSquaresBlock block, int at, int together, float linear)
    {
        LaneEquations equations = block.Equations;
        equations.Begin(block.Sizes[block.Order[at + together - 1]]);
        for (int lane = 0; lane < together; lane++)
        {
            int row = block.Order[at + lane];
            TakeTarget(targets.Slice(row * stride, stride), linear, block.Target(lane));
            equations.Gather(_quadratic, lane, block.List(row, lane), block.Target(lane));
        }

        for (int lane = together; lane < LaneEquations.Lanes; lane++)
            equations.Gather(_quadratic, lane, [], []);
        return equations.Solve();
    }

    // Goes on from the support that a row has by now. Returns 1 where the steps ran out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SolveAlone(Span<float> rows, ReadOnlySpan<float> product, int stride, LeastSquaresBlock block, int row)
    {
        Span<double> solution = block.MarkSupport(row, _rank), target = block.Target(0);
        TakeTarget(product.Slice(row * stride, stride), _linear, target);
        bool isSolved = block.Solver.Solve(_quadratic, target, solution);
        Narrow(solution, rows.Slice(row * stride, stride));
        return isSolved ? 0 : 1;
    }

    private void SolveAloneOnSupport(ReadOnlySpan<float> gradient, Span<float> result, int stride, LeastSquaresBlock block, int row)
    {
        Span<double> solution = block.MarkSupport(row, _rank), target = block.Target(0);
        TakeTarget(gradient.Slice(row * stride, stride), 0, target);
        block.Solver.SolveOnSupport(_quadratic, target, solution);
        Narrow(solution, result.Slice(row * stride, stride));
    }

    // target ← b − l1 in double, zero beyond the rank.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeTarget(ReadOnlySpan<float> row, float linear, Span<double> target)
    {
        ref float from = ref MemoryMarshal.GetReference(row);
        ref double to = ref MemoryMarshal.GetReference(target[..row.Length]);
        Vector512<double> shift = Vector512.Create((double)linear);
        for (int k = 0; k < row.Length; k += Lane)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)k));
            (low - shift).StoreUnsafe(ref to, (nuint)k);
            (high - shift).StoreUnsafe(ref to, (nuint)(k + HalfLane));
        }

        if (linear != 0)
            target[_rank..row.Length].Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<double> values, Span<float> row)
    {
        for (int k = 0; k < values.Length; k++)
            row[k] = (float)values[k];
        row[values.Length..].Clear();
    }
}
