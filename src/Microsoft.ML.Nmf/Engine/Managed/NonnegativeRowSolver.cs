namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The exact minimiser of ½ x G xᵀ − b xᵀ over x ≥ 0 for one row, in double. Block principal pivoting (Kim and Park,
/// "Fast nonnegative matrix factorization: an active-set-like method and comparisons", SIAM J. Sci. Comput. 2011, algorithm 2):
/// all variables that break a condition change sides at once, and only the last of them when that stops making progress, which
/// is certain to end for a positive definite G. Knows nothing of factorizations: only G and b. One instance serves one thread,
/// without allocating.
/// </summary>
internal sealed class NonnegativeRowSolver
{
    // Full exchanges without progress before falling back to single ones.
    private const int Patience = 3;

    private readonly int _rank;
    private readonly double _dependent;
    private readonly bool[] _inSupport;
    private double _ridge;
    private readonly int[] _support;
    private readonly double[] _triangle;
    private readonly double[] _gradient;
    private readonly double[] _row;

    /// <summary>Room for problems of a given rank.</summary>
    /// <param name="rank">r.</param>
    /// <param name="dependent">
    /// A column whose part orthogonal to the support's columns has less than this share of its squared length counts as dependent on them: above the
    /// relative error of G, which is <see cref="SingleGram"/> or <see cref="DoubleGram"/>. Only a row that meets one is solved with ten times this share
    /// of the diagonal added to it: its minimiser is not unique, and this picks one.
    /// </param>
    public NonnegativeRowSolver(int rank, double dependent)
    {
        _rank = rank;
        _dependent = dependent;
        _inSupport = new bool[rank];
        _support = new int[rank];
        _triangle = new double[rank * rank];
        _gradient = new double[rank];
        _row = new double[rank];
    }

    /// <summary>For a G that was summed in float32.</summary>
    public const double SingleGram = 1e-6;

    /// <summary>For a G that was summed in double.</summary>
    public const double DoubleGram = 1e-12;

    /// <summary>
    /// Conditions hold to this share of the largest |b|: gradients at zeros are not below −tolerance·max|b|, and gradients at
    /// positive entries are zero up to the rounding of a Cholesky solve in double.
    /// </summary>
    public const double Tolerance = 1e-9;

    /// <summary>Solves for one row.</summary>
    /// <param name="gram">G, r × r, symmetric positive semidefinite, row after row.</param>
    /// <param name="target">b, r values.</param>
    /// <param name="solution">
    /// On entry, values above zero mark the support to start from; on return, the minimiser. Its bits depend on the start only where the minimiser is not unique
    /// or a condition holds to within the tolerance.
    /// </param>
    public void Solve(ReadOnlySpan<double> gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        double largest = 0;
        for (int k = 0; k < _rank; k++)
        {
            _inSupport[k] = solution[k] > 0;
            largest = Math.Max(largest, Math.Abs(target[k]));
        }

        double tolerance = Tolerance * largest;
        _ridge = 0;
        int best = _rank + 1;
        int patience = Patience;
        // Murty's rule ends in finitely many steps; the bound only guards against rounding in a nearly singular G.
        int steps = 10 * (_rank + 10);
        while (true)
        {
            if (!TrySolveOnSupport(gram, target, solution))
            {
                _ridge = 10 * _dependent;
                best = _rank + 1;
                patience = Patience;
                continue;
            }

            int broken = CountBroken(solution, tolerance, out int last);
            if (broken == 0 || steps-- == 0)
                break;
            bool all = broken < best || patience > 0;
            if (broken < best)
            {
                best = broken;
                patience = Patience;
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

        for (int k = 0; k < _rank; k++)
            solution[k] = Math.Max(solution[k], 0);
    }

    /// <summary>Solves the equations G_PP z_P = d_P on a given support P, as <see cref="Solve"/> does in its last step.</summary>
    /// <param name="gram">G, r × r, symmetric positive semidefinite, row after row.</param>
    /// <param name="target">d, r values.</param>
    /// <param name="solution">On entry, values above zero mark the support; on return, z, zero off the support.</param>
    public void SolveOnSupport(ReadOnlySpan<double> gram, ReadOnlySpan<double> target, Span<double> solution)
    {
        for (int k = 0; k < _rank; k++)
            _inSupport[k] = solution[k] > 0;
        _ridge = 0;
        int size = Factorize(gram);
        if (size < 0)
        {
            _ridge = 10 * _dependent;
            size = Factorize(gram);
        }

        Substitute(size, target, solution);
    }

    private bool Breaks(int k, ReadOnlySpan<double> solution, double tolerance)
        => _inSupport[k] ? solution[k] < 0 : _gradient[k] < -tolerance;

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

    private void ExchangeBroken(ReadOnlySpan<double> solution, double tolerance)
    {
        for (int k = 0; k < _rank; k++)
        {
            if (Breaks(k, solution, tolerance))
                _inSupport[k] = !_inSupport[k];
        }
    }

    // x on the support by Cholesky, zero elsewhere; then the gradient G x − b where x is zero. False when the support's columns are dependent.
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

    // Forward and back through the triangle; the values of the support are left in _row as well.
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

    // Cholesky of G on the support, row by row; the size of the support, or −1 when its columns are dependent and nothing was added to the diagonal yet.
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
                // A column of zeros cannot help.
                _inSupport[k] = false;
                continue;
            }

            row[size] = Math.Sqrt(pivot);
            _support[size++] = k;
        }

        return size;
    }
}
