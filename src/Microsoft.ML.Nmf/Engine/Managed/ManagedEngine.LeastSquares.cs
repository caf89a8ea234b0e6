using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

internal sealed partial class ManagedEngine
{
    /// <inheritdoc />
    public override long NonnegativeLeastSquares(Factor factor, Gram gram, Factor product, Penalty penalty)
    {
        if (penalty.Orthogonality != 0)
            throw new NotSupportedException("Exact non-negative least squares has no orthogonality penalty: its problem would not be convex.");
        ManagedFactor f = Of(factor), p = Of(product);
        var kernel = new NonnegativeLeastSquaresKernel(Of(gram), penalty);
        long unsolved = 0;
        _scheduler.Run(RowBlocks.Count(f.Rows), double.PositiveInfinity, (b, workspace) =>
        {
            (int first, int count) = RowBlocks.Range(b, f.Rows);
            Interlocked.Add(ref unsolved, kernel.Solve(f.RowRange(first, count), p.RowRange(first, count), f.Stride, workspace.LeastSquares(f.Rank)));
        });
        return unsolved;
    }

    /// <inheritdoc />
    public override void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, Factor result)
        => LeastSquaresBackward(solution, gram, gradient, default, result);

    /// <inheritdoc />
    public override void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, (double Before, double After) shares, Factor result)
    {
        ManagedFactor s = Of(solution), g = Of(gradient), z = Of(result);
        var kernel = new NonnegativeLeastSquaresKernel(Of(gram), default);
        // In float32, as everything that is entry by entry: no gradient then gives the bits of the shares alone.
        shares = ((float)shares.Before, (float)shares.After);
        _scheduler.Run(RowBlocks.Count(s.Rows), double.PositiveInfinity, (b, workspace) =>
        {
            (int first, int count) = RowBlocks.Range(b, s.Rows);
            kernel.Backward(s.RowRange(first, count), g.RowRange(first, count), shares, z.RowRange(first, count), s.Stride, workspace.LeastSquares(s.Rank));
        });
    }

    /// <inheritdoc />
    public override double OptimalityResidual(Factor factor, Gram gram, Factor product)
    {
        ManagedFactor f = Of(factor), p = Of(product);
        var kernel = new NonnegativeLeastSquaresKernel(Of(gram), default);
        var parts = new double[RowBlocks.Count(f.Rows)];
        _scheduler.Run(parts.Length, double.PositiveInfinity, (b, workspace) =>
        {
            (int first, int count) = RowBlocks.Range(b, f.Rows);
            parts[b] = kernel.Residual(f.RowRange(first, count), p.RowRange(first, count), f.Stride, workspace.LeastSquares(f.Rank));
        });
        return parts.Length == 0 ? 0 : parts.Max();
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SymmetricCrossProduct(Factor first, Factor second, Gram result)
    {
        int rank = first.Rank;
        var cross = new double[ArraySize.Of(rank, rank, "A Gram matrix")];
        _crossProduct.Compute(Of(first), Of(second), cross);
        double[] target = Of(result).Values;
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                target[k * rank + l] = cross[k * rank + l] + cross[l * rank + k];
        }
    }
}
