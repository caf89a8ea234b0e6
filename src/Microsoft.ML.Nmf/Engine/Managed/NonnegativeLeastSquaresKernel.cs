using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Exact non-negative least squares on many rows that share one G, row by row, each from the support it came with; the backward pass through it; and how exact it is.
/// </summary>
internal sealed class NonnegativeLeastSquaresKernel
{
    private readonly int _rank;
    private readonly double[] _quadratic;
    private readonly float _linear;

    /// <summary>Prepares ½ f (G + l2 I) fᵀ − (b − l1) fᵀ.</summary>
    public NonnegativeLeastSquaresKernel(ManagedGram gram, Penalty penalty)
    {
        _rank = gram.Rank;
        _quadratic = (double[])gram.Values.Clone();
        _linear = penalty.L1;
        for (int k = 0; k < _rank; k++)
            _quadratic[k * _rank + k] += penalty.L2;
    }

    /// <summary>The scratch memory that one thread needs.</summary>
    public Scratch MakeScratch() => new(_rank);

    /// <summary>Solves a block of padded rows.</summary>
    /// <param name="rows">The rows; their positive entries are the supports to start from.</param>
    /// <param name="product">Their b, of the same shape.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    public void Solve(Span<float> rows, ReadOnlySpan<float> product, int stride, Scratch scratch)
    {
        for (int at = 0; at < rows.Length; at += stride)
        {
            for (int k = 0; k < _rank; k++)
            {
                scratch.Target[k] = product[at + k] - _linear;
                scratch.Solution[k] = rows[at + k];
            }

            scratch.Solver.Solve(_quadratic, scratch.Target, scratch.Solution);
            for (int k = 0; k < _rank; k++)
                rows[at + k] = (float)scratch.Solution[k];
        }
    }

    /// <summary>The backward pass of a block of padded rows.</summary>
    /// <param name="solution">The rows as <see cref="Solve"/> left them.</param>
    /// <param name="gradient">The gradient of a loss for each of their entries.</param>
    /// <param name="result">Receives (G on the support)⁻¹ times the gradient there, zero elsewhere.</param>
    /// <param name="stride">Floats from one row to the next in all three.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
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

    /// <summary>The largest violation of the conditions of a minimiser in a block of padded rows, as a share of the largest |b| of its row.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="product">Their b, of the same shape.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
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
                AddScaled(gradient, _quadratic.AsSpan(l * _rank, _rank), value);
            }

            for (int k = 0; k < _rank; k++)
                violation = Math.Max(violation, rows[at + k] > 0 ? Math.Abs(gradient[k]) : -gradient[k]);
            if (largest > 0)
                worst = Math.Max(worst, violation / largest);
        }

        return worst;
    }

    private static void AddScaled(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        int k = 0;
        for (; k + Vector512<double>.Count <= source.Length; k += Vector512<double>.Count)
        {
            Vector512<double> sum = Vector512.MultiplyAddEstimate(Vector512.Create(source[k..]), Vector512.Create(factor), Vector512.Create<double>(target[k..]));
            sum.CopyTo(target[k..]);
        }

        for (; k < source.Length; k++)
            target[k] += factor * source[k];
    }

    /// <summary>What one thread works in.</summary>
    public sealed class Scratch(int rank)
    {
        /// <summary>The solver of one row.</summary>
        public NonnegativeRowSolver Solver { get; } = new(rank, NonnegativeRowSolver.SingleGram);

        /// <summary>b of the row.</summary>
        public double[] Target { get; } = new double[rank];

        /// <summary>The row.</summary>
        public double[] Solution { get; } = new double[rank];
    }
}
