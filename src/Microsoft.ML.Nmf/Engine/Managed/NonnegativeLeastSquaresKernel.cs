using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Exact non-negative least squares, min over f ≥ 0 of ½ f Q fᵀ − (b − l1) fᵀ with Q = G + l2 I, for many rows f that share G; its backward pass; and its
/// optimality residual. After a little coordinate descent rows are solved eight at a time (<see cref="LaneEquations"/>) by block principal pivoting: a row that
/// is not optimal exchanges what violates it, and goes on with others of its block. The few rows for which that does not end soon, or whose supports are large
/// or have dependent columns, are left to <see cref="NonnegativeRowSolver"/>.
/// </summary>
internal sealed class NonnegativeLeastSquaresKernel
{
    private const int Lane = ManagedFactor.Lane;
    private const int HalfLane = Lane / 2;

    // Sweeps of coordinate descent that bring a row near its minimiser, and with that its support near the right one.
    private const int Sweeps = 2;

    // Exchanges of all that violates optimality, after which a row is left to the solver that knows when to exchange less.
    private const int MostRounds = 8;

    private readonly int _rank;
    private readonly PaddedGram _quadratic;
    private readonly float _linear;
    private readonly CoordinateDescentKernel _descent;

    /// <summary>Computes Q.</summary>
    /// <param name="gram">G, r × r.</param>
    /// <param name="penalty">The weights l1 and l2; orthogonality is not used.</param>
    public NonnegativeLeastSquaresKernel(ManagedGram gram, Penalty penalty)
    {
        _rank = gram.Rank;
        _quadratic = PaddedGram.From(gram.Values, _rank, _rank, penalty.L2);
        _linear = penalty.L1;
        _descent = new CoordinateDescentKernel(gram, penalty, Sweeps);
    }

    /// <summary>Replaces every row of a block by its minimiser.</summary>
    /// <param name="rows">
    /// The padded rows f. On entry, what is at least 0 to start from; it changes the bits of a minimiser only where that is not unique or a gradient at a zero
    /// is within the tolerance.
    /// </param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="block">Working memory for at least the rank.</param>
    /// <returns>The number of rows whose steps ran out before the minimiser.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Solve(Span<float> rows, ReadOnlySpan<float> product, int stride, LeastSquaresBlock block)
    {
        _descent.Descend(rows, product, stride, rows.Length / stride, block.Descent.Span);
        block.TakeSupports(rows, stride);
        int pending = rows.Length / stride, unsolved = 0;
        for (int round = 0; round < MostRounds && pending > 0; round++)
        {
            block.Sort(pending);
            int left = 0, at = 0;
            for (int together; (together = block.CountTogether(at, pending)) > 0; at += together)
            {
                uint dependent = SolveTogether(product, stride, block, at, together);
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
    /// <param name="shares">What of f is added to the gradient before, and to the result after.</param>
    /// <param name="result">Receives the padded rows of the gradient for b; may be the gradient for f.</param>
    /// <param name="stride">Floats from one row to the next in all three.</param>
    /// <param name="block">Working memory for at least the rank.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(ReadOnlySpan<float> solution, ReadOnlySpan<float> gradient, (double Before, double After) shares, Span<float> result, int stride,
        LeastSquaresBlock block)
    {
        block.TakeSupports(solution, stride);
        int count = solution.Length / stride, at = 0;
        block.Sort(count);
        for (int together; (together = block.CountTogether(at, count)) > 0; at += together)
        {
            block.Equations.Begin(block.Sizes[block.Order[at + together - 1]]);
            for (int lane = 0; lane < together; lane++)
            {
                int start = block.Order[at + lane] * stride;
                AddShare(gradient.Slice(start, stride), solution.Slice(start, stride), shares.Before, block.Target(lane));
                block.Gather(_quadratic, block.Order[at + lane], lane);
            }

            uint dependent = block.SolveGathered(_quadratic, together);
            for (int lane = 0; lane < together; lane++)
            {
                int row = block.Order[at + lane], start = row * stride;
                if ((dependent >> lane & 1) != 0)
                    BackwardAlone(solution.Slice(start, stride), block.Target(lane), shares.After, result.Slice(start, stride), block, row);
                else
                    block.Scatter(row, lane, result.Slice(start, stride), solution.Slice(start, stride), shares.After);
            }
        }

        for (; at < count; at++)
        {
            int row = block.Order[at], start = row * stride;
            AddShare(gradient.Slice(start, stride), solution.Slice(start, stride), shares.Before, block.Target(0));
            BackwardAlone(solution.Slice(start, stride), block.Target(0), shares.After, result.Slice(start, stride), block, row);
        }
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
            TakeTarget(product.Slice(at, stride), block.Target(0));
            (double violation, double largest) = block.Violation(_quadratic, row);
            if (largest > 0)
                worst = Math.Max(worst, violation / largest);
        }

        return worst;
    }

    // Solves the equations of some rows of the order on their supports. Returns a bit for each that has dependent columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint SolveTogether(ReadOnlySpan<float> product, int stride, LeastSquaresBlock block, int at, int together)
    {
        block.Equations.Begin(block.Sizes[block.Order[at + together - 1]]);
        for (int lane = 0; lane < together; lane++)
        {
            int row = block.Order[at + lane];
            TakeTarget(product.Slice(row * stride, stride), block.Target(lane));
            block.Gather(_quadratic, row, lane);
        }

        return block.SolveGathered(_quadratic, together);
    }

    // Goes on from the support that a row has by now. Returns 1 where the steps ran out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SolveAlone(Span<float> rows, ReadOnlySpan<float> product, int stride, LeastSquaresBlock block, int row)
    {
        Span<double> solution = block.MarkSupport(row, _rank), target = block.Target(0);
        TakeTarget(product.Slice(row * stride, stride), target);
        bool isSolved = block.Solver.Solve(_quadratic, target, solution);
        Narrow(solution, rows.Slice(row * stride, stride));
        return isSolved ? 0 : 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardAlone(ReadOnlySpan<float> solution, Span<double> target, double after, Span<float> result, LeastSquaresBlock block, int row)
    {
        Span<double> found = block.MarkSupport(row, _rank);
        block.Solver.SolveOnSupport(_quadratic, target, found);
        for (int k = 0; k < found.Length; k++)
            found[k] += after * Math.Max(solution[k], 0);
        Narrow(found, result);
    }

    // target ← b − l1 in double, zero beyond the rank.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeTarget(ReadOnlySpan<float> row, Span<double> target)
    {
        ref float from = ref MemoryMarshal.GetReference(row);
        ref double to = ref MemoryMarshal.GetReference(target[..row.Length]);
        Vector512<double> shift = Vector512.Create((double)_linear);
        for (int k = 0; k < row.Length; k += Lane)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)k));
            (low - shift).StoreUnsafe(ref to, (nuint)k);
            (high - shift).StoreUnsafe(ref to, (nuint)(k + HalfLane));
        }

        if (_linear != 0)
            target[_rank..row.Length].Clear();
    }

    // target ← gradient + share · solution in double.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddShare(ReadOnlySpan<float> gradient, ReadOnlySpan<float> solution, double share, Span<double> target)
    {
        ref float d = ref MemoryMarshal.GetReference(gradient);
        ref float s = ref MemoryMarshal.GetReference(solution[..gradient.Length]);
        ref double to = ref MemoryMarshal.GetReference(target[..gradient.Length]);
        Vector512<double> factor = Vector512.Create(share);
        for (int k = 0; k < gradient.Length; k += Lane)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref d, (nuint)k));
            (Vector512<double> lowOwn, Vector512<double> highOwn) = Vector512.Widen(Vector512.LoadUnsafe(ref s, (nuint)k));
            Vector512.MultiplyAddEstimate(factor, lowOwn, low).StoreUnsafe(ref to, (nuint)k);
            Vector512.MultiplyAddEstimate(factor, highOwn, high).StoreUnsafe(ref to, (nuint)(k + HalfLane));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<double> values, Span<float> row)
    {
        for (int k = 0; k < values.Length; k++)
            row[k] = (float)values[k];
        row[values.Length..].Clear();
    }
}
