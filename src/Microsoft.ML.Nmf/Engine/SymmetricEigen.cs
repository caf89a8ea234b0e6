using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric k × k matrix in double, stored row after row: Householder reflections to a tridiagonal matrix, then QL steps with
/// implicit shifts (Golub and Van Loan, Matrix Computations, 4th edition, 2013, section 8.3). Serial, all of it along rows; cost about 6·k³.
/// </summary>
internal sealed class SymmetricEigen
{
    // Steps for one eigenvalue; two are usual.
    private const int MostSteps = 60;

    private readonly int _size;
    private readonly double[] _matrix;
    private readonly double[] _diagonal;
    private readonly double[] _offDiagonal;
    private readonly double[] _weights;
    private readonly double[] _basis;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SymmetricEigen(ReadOnlySpan<double> matrix, int size, double scale)
    {
        _size = size;
        _matrix = new double[size * size];
        for (int i = 0; i < _matrix.Length; i++)
            _matrix[i] = matrix[i] / scale;
        _diagonal = new double[size];
        _offDiagonal = new double[size];
        _weights = new double[size];
        _basis = new double[size * size];
    }

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">Symmetric, k × k, finite.</param>
    /// <param name="size">k.</param>
    /// <param name="checkAlive">Is called once an eigenvalue, and may throw.</param>
    /// <returns>The eigenvalues, largest first, and a k × k matrix whose columns are the eigenvectors in the same order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> matrix, int size, Action? checkAlive = null)
    {
        double scale = 0;
        foreach (double value in matrix)
            scale = Math.Max(scale, Math.Abs(value));
        // Squares of very large or small entries would not fit.
        scale = scale > 0 ? scale : 1;
        var eigen = new SymmetricEigen(matrix, size, scale);
        eigen.Reduce();
        eigen.AccumulateBasis();
        for (int l = 0; l < size; l++)
        {
            checkAlive?.Invoke();
            eigen.Converge(l);
        }

        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => eigen._diagonal[i]).ThenBy(i => i)];
        var vectors = new double[size * size];
        for (int column = 0; column < size; column++)
        {
            for (int i = 0; i < size; i++)
                vectors[i * size + column] = eigen._basis[order[column] * size + i];
        }

        return ([.. order.Select(i => eigen._diagonal[i] * scale)], vectors);
    }

    // A ← HAH for a reflection H = I − w v vᵀ a column, which leaves of the column the diagonal and one entry below. v takes the column's place as a row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reduce()
    {
        var product = new double[_size];
        for (int k = 0; k + 1 < _size; k++)
        {
            Span<double> v = _matrix.AsSpan(k * _size + k + 1, _size - k - 1);
            _diagonal[k] = _matrix[k * _size + k];
            double norm = Math.Sqrt(DoubleKernel.Inner(v, v));
            double reflected = v[0] > 0 ? -norm : norm;
            _offDiagonal[k] = reflected;
            if (k + 2 == _size || norm == Math.Abs(v[0]))
            {
                // Nothing to reflect.
                _offDiagonal[k] = v[0];
                continue;
            }

            v[0] -= reflected;
            double weight = 2 / DoubleKernel.Inner(v, v);
            _weights[k] = weight;
            Span<double> p = product.AsSpan(0, v.Length);
            for (int i = 0; i < v.Length; i++)
                p[i] = weight * DoubleKernel.Inner(RowBelow(k, i), v);
            DoubleKernel.AddScaled(p, v, -0.5 * weight * DoubleKernel.Inner(p, v));
            for (int i = 0; i < v.Length; i++)
            {
                Span<double> row = RowBelow(k, i);
                DoubleKernel.AddScaled(row, p, -v[i]);
                DoubleKernel.AddScaled(row, v, -p[i]);
            }
        }

        if (_size > 0)
            _diagonal[_size - 1] = _matrix[_size * _size - 1];
    }

    // Row k + 1 + i from column k + 1 on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<double> RowBelow(int k, int i) => _matrix.AsSpan((k + 1 + i) * _size + k + 1, _size - k - 1);

    // Q = H_0 H_1 …, from the last reflection to the first, each of which changes only what is right of and below it; kept as Qᵀ.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AccumulateBasis()
    {
        var q = new double[_size * _size];
        for (int i = 0; i < _size; i++)
            q[i * _size + i] = 1;
        var sums = new double[_size];
        for (int k = _size - 3; k >= 0; k--)
        {
            if (_weights[k] == 0)
                continue;
            ReadOnlySpan<double> v = _matrix.AsSpan(k * _size + k + 1, _size - k - 1);
            Span<double> sum = sums.AsSpan(0, v.Length);
            sum.Clear();
            for (int i = 0; i < v.Length; i++)
                DoubleKernel.AddScaled(sum, q.AsSpan((k + 1 + i) * _size + k + 1, v.Length), v[i]);
            for (int i = 0; i < v.Length; i++)
                DoubleKernel.AddScaled(q.AsSpan((k + 1 + i) * _size + k + 1, v.Length), sum, -_weights[k] * v[i]);
        }

        for (int i = 0; i < _size; i++)
        {
            for (int j = 0; j < _size; j++)
                _basis[j * _size + i] = q[i * _size + j];
        }
    }

    // QL steps until the entry beside diagonal entry l is nothing: then that is an eigenvalue.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Converge(int l)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            int m = l;
            while (m + 1 < _size && Math.Abs(_offDiagonal[m]) > double.Epsilon + 1.1e-16 * (Math.Abs(_diagonal[m]) + Math.Abs(_diagonal[m + 1])))
                m++;
            if (m == l)
                return;
            Step(l, m);
        }
    }

    // One step on the entries from l to m, with the eigenvalue of the first two nearer to the first as its shift.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(int l, int m)
    {
        double[] d = _diagonal, e = _offDiagonal;
        double half = (d[l + 1] - d[l]) / (2 * e[l]);
        double root = Math.Sqrt(half * half + 1);
        double g = d[m] - d[l] + e[l] / (half + (half >= 0 ? root : -root));
        double sine = 1, cosine = 1, shift = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = sine * e[i], b = cosine * e[i];
            double length = Math.Sqrt(f * f + g * g);
            e[i + 1] = length;
            if (length == 0)
            {
                // The matrix falls apart here, and the rest is for the next step.
                d[i + 1] -= shift;
                e[m] = 0;
                return;
            }

            sine = f / length;
            cosine = g / length;
            g = d[i + 1] - shift;
            double change = (d[i] - g) * sine + 2 * cosine * b;
            shift = sine * change;
            d[i + 1] = g + shift;
            g = cosine * change - b;
            DoubleKernel.Rotate(_basis.AsSpan(i * _size, _size), _basis.AsSpan((i + 1) * _size, _size), cosine, sine);
        }

        d[l] -= shift;
        e[l] = g;
        e[m] = 0;
    }
}
