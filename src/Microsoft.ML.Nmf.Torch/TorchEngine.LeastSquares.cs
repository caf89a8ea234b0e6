using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

internal sealed partial class TorchEngine
{
    /// <inheritdoc />
    public override void CoordinateDescent(Factor factor, Gram gram, Factor product, Penalty penalty, int sweeps)
        => TorchCoordinateDescent.Descend(Of(factor), Of(gram).Singles, Of(product), penalty, sweeps);

    /// <inheritdoc />
    public override long NonnegativeLeastSquares(Factor factor, Gram gram, Factor product, Penalty penalty)
    {
        if (penalty.Orthogonality != 0)
            throw new NotSupportedException("Exact non-negative least squares has no orthogonality penalty: its problem would not be convex.");
        torch.Tensor f = Of(factor), b = Of(product);
        using DisposeScope whole = torch.NewDisposeScope();
        var solver = new TorchLeastSquares(Regularized(gram, penalty), PivotingRule.DependentInSingle);
        long unsolved = 0;
        ForRows(factor.Rows, TorchLeastSquares.BytesPerRow(factor.Rank), (first, count) =>
        {
            torch.Tensor rows = f.narrow(0, first, count);
            torch.Tensor target = b.narrow(0, first, count).to(torch.ScalarType.Float64);
            if (penalty.L1 != 0)
            {
                using Scalar linear = TorchScalars.Of(penalty.L1);
                target.sub_(linear);
            }

            (torch.Tensor minimisers, long left) = solver.Solve(rows.gt(TorchScalars.Zero), target);
            rows.copy_(minimisers);
            unsolved += left;
        });
        return unsolved;
    }

    /// <inheritdoc />
    public override void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, Factor result)
    {
        torch.Tensor s = Of(solution), d = Of(gradient), z = Of(result);
        using DisposeScope whole = torch.NewDisposeScope();
        var solver = new TorchLeastSquares(Of(gram).Values, PivotingRule.DependentInSingle);
        ForRows(solution.Rows, TorchLeastSquares.BytesPerRow(solution.Rank), (first, count) =>
        {
            torch.Tensor target = d.narrow(0, first, count).to(torch.ScalarType.Float64);
            z.narrow(0, first, count).copy_(solver.SolveOnSupport(s.narrow(0, first, count).gt(TorchScalars.Zero), target));
        });
    }

    /// <inheritdoc />
    public override double OptimalityResidual(Factor factor, Gram gram, Factor product)
    {
        torch.Tensor f = Of(factor), b = Of(product), g = Of(gram).Values;
        double worst = 0;
        ForRows(factor.Rows, 6L * sizeof(double) * factor.Rank, (first, count) =>
        {
            torch.Tensor rows = f.narrow(0, first, count).to(torch.ScalarType.Float64);
            torch.Tensor target = b.narrow(0, first, count).to(torch.ScalarType.Float64);
            torch.Tensor gradient = rows.mm(g).sub_(target);
            torch.Tensor violation = torch.where(rows.gt(TorchScalars.Zero), gradient.abs(), gradient.neg()).clamp_min_(TorchScalars.Zero).amax([1L]);
            torch.Tensor largest = target.abs().amax([1L]);
            torch.Tensor share = torch.where(largest.gt(TorchScalars.Zero), violation / largest, torch.zeros_like(largest));
            worst = Math.Max(worst, share.max().item<double>());
        });
        return worst;
    }

    private static torch.Tensor Regularized(Gram gram, Penalty penalty)
    {
        torch.Tensor values = Of(gram).Values;
        if (penalty.L2 == 0)
            return values;
        using Scalar square = TorchScalars.Of(penalty.L2);
        return values.add(torch.eye(gram.Rank, dtype: torch.ScalarType.Float64, device: values.device), square);
    }

    // Calls the body for blocks of rows whose temporaries fit the working memory, each in a dispose scope of its own.
    private void ForRows(int rows, long bytesPerRow, Action<int, int> body)
    {
        int step = _memory.RowsAtOnce(rows, bytesPerRow);
        for (int first = 0; first < rows; first += step)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            body(first, Math.Min(step, rows - first));
        }
    }
}
