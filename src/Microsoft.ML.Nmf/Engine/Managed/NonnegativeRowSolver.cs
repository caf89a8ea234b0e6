using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The exact minimiser of ½ x G xᵀ − b xᵀ over x ≥ 0 for one row, in double, by block principal pivoting (<see href="https://doi.org/10.1137/110821172">Kim
/// and Park</see>, "Fast nonnegative matrix factorization: an active-set-like method and comparisons", SIAM J. Sci. Comput. 2011, algorithm 2). Each step
/// solves G x = b on the support and then exchanges all variables that violate optimality: negative ones leave the support, zeros with a negative gradient
/// enter it. When the number of violations stops falling, only the last of them is exchanged (Murty's rule), which is certain to end for a positive
/// definite G. Cost about s³/6 a step for a support of s. Allocates nothing after construction; one instance serves one thread.
/// </summary>
internal sealed class NonnegativeRowSolver
{
    private readonly int _rank;
    private readonly double _dependent;
    private readonly bool[] _inSupport;
    private readonly int[] _support;
    private readonly double[] _triangle;
    private readonly double[] _gradient;
    private readonly double[] _row;
    private double _ridge;

    /// <summary>Allocates the working memory for problems of a given rank.</summary>
    /// <param name="rank">r.</param>
    /// <param name="dependent">
    /// Relative pivot up to which a column counts as linearly dependent: <see cref="PivotingRule.DependentInSingle"/> or
    /// <see cref="PivotingRule.DependentInDouble"/>, by how G was summed. A row that meets such a column is solved again with
    /// <see cref="PivotingRule.Ridge"/> times this share added to the diagonal.
    /// </param>
    public NonnegativeRowSolver(int rank, double dependent)
    {
        _rank = rank;
        _dependent = dependent;
        _inSupport = new bool[rank];
        _support = new int[rank];
        _triangle = new double[ArraySize.Of(rank, rank, "A Gram matrix")];
        _gradient = new double[rank];
        _row = new double[rank];
    }

    /// <summary>
    /// Finds the minimiser. Its gradient is above −<see cref="PivotingRule.Tolerance"/>·max|b| at zeros, and zero up to rounding at positive entries.
    /// </summary>
    /// <param name="gram">G, r × r, symmetric positive semidefinite, row after row.</param>
    /// <param name="target">b, r values.</param>
    /// <param name="solution">
    /// On entry, values above zero mark the support to start from; on return, the minimiser. The start changes its bits only where the minimiser is not unique
    /// or a gradient at a zero is within the tolerance.
    /// </param>
    /// <returns>Whether it is the minimiser; false where the steps ran out, which rounding of a nearly singular G can do.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Solve(ReadOnlySpan<double> gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        double largest = 0;
        for (int k = 0; k < _rank; k++)
        {
            _inSupport[k] = solution[k] > 0;
            largest = Math.Max(largest, Math.Abs(target[k]));
        }

        double tolerance = PivotingRule.Tolerance * largest;
        _ridge = 0;
        int best = _rank + 1;
        int patience = PivotingRule.Patience;
        // A bound for a nearly singular G, where rounding could let Murty's rule go round in circles; with the ridge, G is not nearly singular.
        int steps = PivotingRule.MostSteps(_rank);
        bool isOptimal = false;
        while (true)
        {
            if (!TrySolveOnSupport(gram, target, solution))
            {
                _ridge = PivotingRule.Ridge * _dependent;
                best = _rank + 1;
                patience = PivotingRule.Patience;
                continue;
            }

            int broken = CountBroken(solution, tolerance, out int last);
            isOptimal = broken == 0;
            if (isOptimal || (steps == 0 && _ridge > 0))
                break;
            if (steps-- == 0)
            {
                _ridge = PivotingRule.Ridge * _dependent;
                best = _rank + 1;
                patience = PivotingRule.Patience;
                steps = PivotingRule.MostSteps(_rank);
                continue;
            }

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
                ExchangeBroken(solution, tolerance);
            else
                _inSupport[last] = !_inSupport[last];
        }

        if (isOptimal && _ridge > 0)
            RemoveRidge(gram, target, solution, tolerance);
        for (int k = 0; k < _rank; k++)
            solution[k] = Math.Max(solution[k], 0);
        return isOptimal;
    }

    // Columns may have been dependent on the way alone: then the ridge is taken off again where the support stays optimal, so that the solution depends on it
    // and not on the way.
    private void RemoveRidge(ReadOnlySpan<double> gram, ReadOnlySpan<double> target, Span<double> solution, double tolerance)
    {
        double ridge = _ridge;
        _ridge = 0;
        if (TrySolveOnSupport(gram, target, solution) && CountBroken(solution, tolerance, out _) == 0)
            return;
        _ridge = ridge;
        TrySolveOnSupport(gram, target, solution);
    }

    /// <summary>
    /// Solves G_PP z_P = d_P on a given support P, with dependent columns treated as <see cref="Solve"/> treats them. Cost about s³/6 for a support of s.
    /// </summary>
    /// <param name="gram">G, r × r, symmetric positive semidefinite, row after row.</param>
    /// <param name="target">d, r values.</param>
    /// <param name="solution">On entry, values above zero mark the support; on return, z, zero off the support.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveOnSupport(ReadOnlySpan<double> gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        for (int k = 0; k < _rank; k++)
            _inSupport[k] = solution[k] > 0;
        _ridge = 0;
        int size = Factorize(gram);
        if (size < 0)
        {
            _ridge = PivotingRule.Ridge * _dependent;
            size = Factorize(gram);
        }

        Substitute(size, target, solution);
    }

    // Whether variable k is negative in the support, or has a negative gradient outside.
    private bool Breaks(int k, ReadOnlySpan<double> solution, double tolerance)
        => _inSupport[k] ? solution[k] < 0 : _gradient[k] < -tolerance;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CountBroken(ReadOnlySpan<double> solution, double tolerance, out int last)
    {
        int broken = 0;
        last = -1;
        for (int k = 0; k < _rank; k++)
        {
            if (Breaks(k, solution, tolerance))
            {
                broken++;
                last = k;
            }
        }

        return broken;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ExchangeBroken(ReadOnlySpan<double> solution, double tolerance)
    {
        for (int k = 0; k < _rank; k++)
        {
            if (Breaks(k, solution, tolerance))
                _inSupport[k] = !_inSupport[k];
        }
    }

    // Solves G x = b on the support, then computes the gradient G x − b outside. False when the support has dependent columns and no ridge was added yet.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TrySolveOnSupport(ReadOnlySpan<double> gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        int size = Factorize(gram);
        if (size < 0)
            return false;
        Substitute(size, target, solution);
        for (int k = 0; k < _rank; k++)
        {
            if (_inSupport[k])
                continue;
            ReadOnlySpan<double> row = gram.Slice(k * _rank, _rank);
            double gradient = -target[k];
            for (int i = 0; i < size; i++)
                gradient += row[_support[i]] * _row[i];
            _gradient[k] = gradient;
        }

        return true;
    }

    // Forward and back substitution. Leaves the values of the support in _row as well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Substitute(int size, ReadOnlySpan<double> target, Span<double> solution)
    {
        for (int i = 0; i < size; i++)
        {
            ReadOnlySpan<double> row = _triangle.AsSpan(i * _rank, i + 1);
            double sum = target[_support[i]];
            for (int j = 0; j < i; j++)
                sum -= row[j] * _row[j];
            _row[i] = sum / row[i];
        }

        for (int i = size - 1; i >= 0; i--)
        {
            double sum = _row[i];
            for (int j = i + 1; j < size; j++)
                sum -= _triangle[j * _rank + i] * _row[j];
            _row[i] = sum / _triangle[i * _rank + i];
        }

        solution.Clear();
        for (int i = 0; i < size; i++)
            solution[_support[i]] = _row[i];
    }

    // Cholesky factorization of G on the support, row by row. Returns the size of the support, or −1 for dependent columns when no ridge was added yet.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Factorize(ReadOnlySpan<double> gram)
    {
        int size = 0;
        for (int k = 0; k < _rank; k++)
        {
            if (!_inSupport[k])
                continue;
            ReadOnlySpan<double> source = gram.Slice(k * _rank, _rank);
            Span<double> row = _triangle.AsSpan(size * _rank, size + 1);
            double pivot = source[k] * (1 + _ridge);
            for (int j = 0; j < size; j++)
            {
                double sum = source[_support[j]];
                ReadOnlySpan<double> earlier = _triangle.AsSpan(j * _rank, j + 1);
                for (int l = 0; l < j; l++)
                    sum -= row[l] * earlier[l];
                row[j] = sum / earlier[j];
                pivot -= row[j] * row[j];
            }

            if (pivot <= _dependent * source[k])
            {
                if (source[k] > 0 && _ridge == 0)
                    return -1;
                // A column of zeros, or one that is dependent in spite of the ridge: it cannot lower the objective and stays at zero.
                _inSupport[k] = false;
                continue;
            }

            row[size] = Math.Sqrt(pivot);
            _support[size++] = k;
        }

        return size;
    }
}
