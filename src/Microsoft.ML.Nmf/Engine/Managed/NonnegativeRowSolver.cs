using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The exact minimiser of ½ x G xᵀ − b xᵀ over x ≥ 0 for one row, in double, by block principal pivoting (<see href="https://doi.org/10.1137/110821172">Kim
/// and Park</see>, "Fast nonnegative matrix factorization: an active-set-like method and comparisons", SIAM J. Sci. Comput. 2011, algorithm 2). Each step
/// solves G x = b on the support and then exchanges all variables that violate optimality: negative ones leave the support, zeros with a negative gradient
/// enter it. When the number of violations stops falling, only the last of them is exchanged (Murty's rule), which is certain to end for a positive
/// definite G. Where no support is given, a few sweeps of coordinate descent find nearly the right one. Cost about s³/6 a step for a support of s, and s·r
/// for its gradient. Allocates nothing but room for a larger support than those before; one instance serves one thread.
/// </summary>
internal sealed class NonnegativeRowSolver
{
    private const int Lane = DoubleKernel.Lane;

    private readonly double _dependent;
    private readonly SupportEquations _equations;
    private readonly long[] _inside;
    private readonly AlignedDoubles _target;
    private readonly AlignedDoubles _solution;
    private readonly AlignedDoubles _gradient;
    private readonly AlignedDoubles _leastGradient;
    private double _ridge;

    /// <summary>Allocates the working memory for problems of up to a rank.</summary>
    /// <param name="rank">The largest r.</param>
    /// <param name="dependent">
    /// Relative pivot up to which a column counts as linearly dependent: <see cref="PivotingRule.DependentInSingle"/> or
    /// <see cref="PivotingRule.DependentInDouble"/>, by how G was summed. A row that meets such a column is solved again with
    /// <see cref="PivotingRule.Ridge"/> times this share added to the diagonal.
    /// </param>
    public NonnegativeRowSolver(int rank, double dependent)
    {
        _dependent = dependent;
        _equations = new SupportEquations(rank, dependent);
        int stride = DoubleKernel.Padded(rank);
        _inside = new long[stride];
        _target = new AlignedDoubles(stride);
        _solution = new AlignedDoubles(stride);
        _gradient = new AlignedDoubles(stride);
        _leastGradient = new AlignedDoubles(stride);
    }

    /// <summary>
    /// Finds the minimiser. Its gradient for a zero is not below −<see cref="PivotingRule.Tolerance"/> times max|b|, nor times √G_kk max_l(|b_l| / √G_ll),
    /// which is the same whatever the columns are scaled by; for a positive entry it is zero up to rounding.
    /// </summary>
    /// <param name="gram">G, r × r, symmetric positive semidefinite.</param>
    /// <param name="target">b, r values.</param>
    /// <param name="solution">
    /// On entry, values above zero mark the support to start from; on return, the minimiser. The start changes its bits only where the minimiser is not unique
    /// or a gradient at a zero is within the tolerance.
    /// </param>
    /// <returns>Whether it is the minimiser; false where the steps ran out, which rounding of a nearly singular G can do.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Solve(PaddedGram gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        Begin(gram, target);
        for (int k = 0; k < gram.Rank; k++)
            _inside[k] = solution[k] > 0 ? -1 : 0;
        return Pivot(gram, solution);
    }

    /// <summary>
    /// As <see cref="Solve"/>, from a support that sweeps of coordinate descent from zero find: for a row about which nothing is known. Of columns that depend on
    /// each other it takes the first that serve.
    /// </summary>
    /// <param name="gram">G.</param>
    /// <param name="target">b.</param>
    /// <param name="solution">Receives the minimiser.</param>
    /// <returns>Whether it is the minimiser.</returns>
    public bool SolveFromZero(PaddedGram gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        Begin(gram, target);
        StartFromZero(gram.Stride);
        FindSupport(gram);
        return Pivot(gram, solution);
    }

    /// <summary>As <see cref="Solve"/>, from a point near the minimiser.</summary>
    /// <param name="gram">G.</param>
    /// <param name="target">b.</param>
    /// <param name="solution">On entry, the point x ≥ 0; on return, the minimiser.</param>
    /// <param name="gradient">G x − b.</param>
    /// <returns>Whether it is the minimiser.</returns>
    public bool SolveFrom(PaddedGram gram, ReadOnlySpan<double> target, Span<double> solution, ReadOnlySpan<double> gradient)
    {
        Begin(gram, target);
        StartFromZero(gram.Stride);
        solution[..gram.Rank].CopyTo(_solution.Span);
        gradient[..gram.Rank].CopyTo(_gradient.Span);
        FindSupport(gram);
        return Pivot(gram, solution);
    }

    /// <summary>
    /// Solves G_PP z_P = d_P on a given support P, with dependent columns treated as <see cref="Solve"/> treats them. Cost about s³/6 for a support of s.
    /// </summary>
    /// <param name="gram">G, r × r, symmetric positive semidefinite.</param>
    /// <param name="target">d, r values.</param>
    /// <param name="solution">On entry, values above zero mark the support; on return, z, zero off the support.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveOnSupport(PaddedGram gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        for (int k = 0; k < gram.Rank; k++)
            _inside[k] = solution[k] > 0 ? -1 : 0;
        if (!_equations.TrySolve(gram, target, _inside, 0, _solution.Span))
            _equations.TrySolve(gram, target, _inside, PivotingRule.Ridge * _dependent, _solution.Span);
        _solution.Span[..gram.Rank].CopyTo(solution);
    }

    // Takes b, and sets the gradients below which a zero violates optimality.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Begin(PaddedGram gram, ReadOnlySpan<double> target)
    {
        int stride = gram.Stride;
        target[..gram.Rank].CopyTo(_target.Span);
        ref double b = ref _target.First;
        for (int k = gram.Rank; k < stride; k++)
        {
            Unsafe.Add(ref b, k) = 0;
            _inside[k] = 0;
        }

        var bounds = new GradientBounds(gram, ref b);
        ref double least = ref _leastGradient.First;
        for (int k = 0; k < stride; k += Lane)
            bounds.At(k).StoreUnsafe(ref least, (nuint)k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartFromZero(int stride)
    {
        ref double b = ref _target.First;
        ref double x = ref _solution.First;
        ref double g = ref _gradient.First;
        for (int k = 0; k < stride; k += Lane)
        {
            (-Vector512.LoadUnsafe(ref b, (nuint)k)).StoreUnsafe(ref g, (nuint)k);
            Vector512<double>.Zero.StoreUnsafe(ref x, (nuint)k);
        }
    }

    // What is positive after coordinate descent from the solution is the support to start from.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindSupport(PaddedGram gram)
    {
        for (int sweep = 0; sweep < PivotingRule.Sweeps; sweep++)
        {
            if (!CoordinateSweep.Run(gram, _solution, _gradient))
                break;
        }

        ref double x = ref _solution.First;
        ref long inside = ref MemoryMarshal.GetArrayDataReference(_inside);
        for (int k = 0; k < gram.Stride; k += Lane)
            Vector512.GreaterThan(Vector512.LoadUnsafe(ref x, (nuint)k), Vector512<double>.Zero).AsInt64().StoreUnsafe(ref inside, (nuint)k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Pivot(PaddedGram gram, Span<double> solution)
    {
        _ridge = 0;
        int best = gram.Rank + 1;
        int patience = PivotingRule.Patience;
        // A bound for a nearly singular G, where rounding could let Murty's rule go round in circles; with the ridge, G is not nearly singular.
        int steps = PivotingRule.MostSteps(gram.Rank);
        bool isOptimal = false;
        while (true)
        {
            if (!TrySolveOnSupport(gram))
            {
                _ridge = PivotingRule.Ridge * _dependent;
                best = gram.Rank + 1;
                patience = PivotingRule.Patience;
                continue;
            }

            isOptimal = !IsAnyBroken(gram.Stride);
            if (isOptimal || (steps == 0 && _ridge > 0))
                break;
            if (steps-- == 0)
            {
                _ridge = PivotingRule.Ridge * _dependent;
                best = gram.Rank + 1;
                patience = PivotingRule.Patience;
                steps = PivotingRule.MostSteps(gram.Rank);
                continue;
            }

            int broken = CountBroken(gram.Rank, out int last);
            bool all = broken < best || patience > 0;
            if (broken < best)
            {
                best = broken;
                patience = PivotingRule.Patience;
            }
            else
            {
                patience--;
            }

            if (all)
                ExchangeBroken(gram.Rank);
            else
                _inside[last] = ~_inside[last];
        }

        if (isOptimal && _ridge > 0)
            RemoveRidge(gram);
        ref double x = ref _solution.First;
        for (int k = 0; k < gram.Stride; k += Lane)
            Vector512.Max(Vector512.LoadUnsafe(ref x, (nuint)k), Vector512<double>.Zero).StoreUnsafe(ref x, (nuint)k);
        _solution.Span[..gram.Rank].CopyTo(solution);
        return isOptimal;
    }

    // Columns may have been dependent on the way alone: then the ridge is taken off again where the support stays optimal, so that the solution depends on it
    // and not on the way.
    private void RemoveRidge(PaddedGram gram)
    {
        double ridge = _ridge;
        _ridge = 0;
        if (TrySolveOnSupport(gram) && !IsAnyBroken(gram.Stride))
            return;
        _ridge = ridge;
        TrySolveOnSupport(gram);
    }

    // Solves G x = b on the support, then computes the gradient G x − b. False when the support has dependent columns and no ridge was added yet.
    private bool TrySolveOnSupport(PaddedGram gram)
    {
        if (!_equations.TrySolve(gram, _target.Span, _inside, _ridge, _solution.Span))
            return false;
        _equations.Gradient(gram, _target.Span, _gradient.Span);
        return true;
    }

    // Whether variable k is negative in the support, or has a negative gradient outside.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Breaks(int k, ReadOnlySpan<double> x, ReadOnlySpan<double> g, ReadOnlySpan<double> least) => _inside[k] != 0 ? x[k] < 0 : g[k] < least[k];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsAnyBroken(int stride)
    {
        ref double x = ref _solution.First;
        ref double g = ref _gradient.First;
        ref double least = ref _leastGradient.First;
        ref long inside = ref MemoryMarshal.GetArrayDataReference(_inside);
        Vector512<long> broken = default;
        for (int k = 0; k < stride; k += Lane)
        {
            Vector512<long> isNegative = Vector512.LessThan(Vector512.LoadUnsafe(ref x, (nuint)k), Vector512<double>.Zero).AsInt64();
            Vector512<long> isLow = Vector512.LessThan(Vector512.LoadUnsafe(ref g, (nuint)k), Vector512.LoadUnsafe(ref least, (nuint)k)).AsInt64();
            broken |= isNegative | Vector512.AndNot(isLow, Vector512.LoadUnsafe(ref inside, (nuint)k));
        }

        return broken != Vector512<long>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CountBroken(int rank, out int last)
    {
        ReadOnlySpan<double> x = _solution.Span, g = _gradient.Span, least = _leastGradient.Span;
        int broken = 0;
        last = -1;
        for (int k = 0; k < rank; k++)
        {
            if (Breaks(k, x, g, least))
            {
                broken++;
                last = k;
            }
        }

        return broken;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ExchangeBroken(int rank)
    {
        ReadOnlySpan<double> x = _solution.Span, g = _gradient.Span, least = _leastGradient.Span;
        for (int k = 0; k < rank; k++)
        {
            if (Breaks(k, x, g, least))
                _inside[k] = ~_inside[k];
        }
    }
}
