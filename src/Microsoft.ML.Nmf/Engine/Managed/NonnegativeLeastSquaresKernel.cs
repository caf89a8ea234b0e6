namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Exact non-negative least squares on many rows that share one G, row by row, each from the support it came with.</summary>
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
