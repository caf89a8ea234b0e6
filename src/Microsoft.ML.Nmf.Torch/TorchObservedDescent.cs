using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Coordinate descent over the observed entries of a block of rows, one coordinate of all rows after the other: sums over the entries of a row are taken by
/// index_add_, and the residual of every entry is kept up to date. The dispose scope of the caller owns what it makes.
/// </summary>
/// <param name="rows">The rows of F, changed in place.</param>
/// <param name="other">O.</param>
/// <param name="entryRows">The row of each entry, from 0 on.</param>
/// <param name="entryColumns">The column of each entry.</param>
/// <param name="values">The value of each entry.</param>
/// <param name="counts">How often each entry counts; null for once.</param>
internal sealed class TorchObservedDescent(
    torch.Tensor rows, torch.Tensor other, torch.Tensor entryRows, torch.Tensor entryColumns, torch.Tensor values, torch.Tensor? counts)
{
    /// <summary>Descends.</summary>
    /// <returns>The square of the residual of each entry, times how often it counts.</returns>
    public torch.Tensor Descend(Penalty penalty, int sweeps)
    {
        torch.Tensor panel = other.index_select(0, entryColumns);
        torch.Tensor residual = values - (rows.index_select(0, entryRows) * panel).sum(1L);
        torch.Tensor transposed = panel.t().contiguous();
        using Scalar square = TorchScalars.Of(penalty.L2), linear = TorchScalars.Of(penalty.L1), orthogonality = TorchScalars.Of(penalty.Orthogonality);
        using Scalar least = TorchScalars.Of(CoordinateDescentRule.LeastCurvature);
        torch.Tensor curvatures = SumsOf(panel.mul_(panel), counts?.unsqueeze(1));
        torch.Tensor isObserved = SumsOf(torch.ones_like(values), null).gt(TorchScalars.Zero);
        rows.mul_(isObserved.unsqueeze(1));
        torch.Tensor? total = penalty.Orthogonality == 0 ? null : rows.sum(1L);
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            for (int k = 0; k < rows.size(1); k++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor feature = transposed.select(0, k), old = rows.select(1, k).clone();
                torch.Tensor gradient = SumsOf(residual * feature, counts);
                if (penalty.L1 != 0)
                    gradient.sub_(linear);
                if (penalty.L2 != 0)
                    gradient.sub_(old.mul(square));
                if (total is not null)
                    gradient.sub_((total - old).mul_(orthogonality));
                torch.Tensor curvature = curvatures.select(1, k);
                if (penalty.L2 != 0)
                    curvature = curvature.add(torch.ones_like(curvature), square);
                // Without curvature the data says nothing about the component, and any L1 penalty sends it to zero.
                torch.Tensor kept = penalty.L1 > 0 ? torch.zeros_like(old) : old;
                torch.Tensor next = torch.where(curvature.gt(least), old.add(gradient / curvature, TorchScalars.One).clamp_min_(TorchScalars.Zero), kept);
                torch.Tensor moved = next - old;
                residual.sub_(moved.index_select(0, entryRows).mul_(feature));
                total?.add_(moved, TorchScalars.One);
                rows.select(1, k).copy_(next);
            }
        }

        torch.Tensor squares = residual * residual;
        return counts is null ? squares : squares.mul_(counts);
    }

    // The sum of what the entries of each row have, times how often they count.
    private torch.Tensor SumsOf(torch.Tensor ofEntries, torch.Tensor? times)
    {
        long[] shape = ofEntries.shape;
        shape[0] = rows.size(0);
        return torch.zeros(shape, dtype: torch.ScalarType.Float32, device: rows.device)
            .index_add_(0, entryRows, times is null ? ofEntries : ofEntries * times, TorchScalars.One);
    }
}
