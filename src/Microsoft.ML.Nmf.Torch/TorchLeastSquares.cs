using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Exact minimisers of ½ x G xᵀ − b xᵀ over x ≥ 0 for many rows at once, in double, by block principal pivoting (Kim and Park 2011, algorithm 2): the twin of the managed row solver. The
/// systems of all rows are one batch of Cholesky factorizations, of G with the rows and columns that are not in the support replaced by those of the identity. Rows that are done leave the batch.
/// Its tensors belong to the caller's scope.
/// </summary>
internal sealed class TorchLeastSquares
{
    /// <summary>The share below which a column counts as dependent on others, for a G that was summed in float32.</summary>
    public const double SingleGram = 1e-6;

    private const int Patience = 3;
    private const double Tolerance = 1e-9;

    private readonly torch.Tensor _gram;
    private readonly torch.Tensor _identity;
    private readonly torch.Tensor _diagonal;
    private readonly double _dependent;
    private readonly int _rank;

    /// <summary>Prepares a G.</summary>
    /// <param name="gram">G in double.</param>
    /// <param name="dependent">The share of its squared length below which the part of a column that is orthogonal to others counts as nothing.</param>
    public TorchLeastSquares(torch.Tensor gram, double dependent)
    {
        _gram = gram;
        _rank = (int)gram.size(0);
        _dependent = dependent;
        _identity = torch.eye(_rank, dtype: torch.ScalarType.Float64, device: gram.device);
        _diagonal = gram.diagonal();
    }

    /// <summary>The temporaries that a row takes.</summary>
    public static long BytesPerRow(int rank) => (3L * sizeof(double) * rank * rank) + (16L * sizeof(double) * rank);

    /// <summary>Solves for rows.</summary>
    /// <param name="support">The supports to start from, rows × r, true where an entry may be positive.</param>
    /// <param name="target">One b a row, in double.</param>
    /// <returns>One minimiser a row.</returns>
    public torch.Tensor Solve(torch.Tensor support, torch.Tensor target)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long count = target.size(0);
        torch.Tensor result = torch.zeros_like(target);
        torch.Tensor rows = torch.arange(count, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor tolerance = target.abs().amax([1L], keepdim: true).mul_(-Tolerance);
        torch.Tensor best = torch.full(count, _rank + 1, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor patience = torch.full(count, Patience, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor places = torch.arange(_rank, dtype: torch.ScalarType.Int64, device: target.device);
        for (int steps = 10 * (_rank + 10); steps >= 0; steps--)
        {
            using DisposeScope step = torch.NewDisposeScope();
            torch.Tensor solution = SolveOnSupport(support, target);
            torch.Tensor gradient = solution.mm(_gram).sub_(target);
            torch.Tensor breaks = torch.where(support, solution.lt(0), gradient.lt(tolerance));
            torch.Tensor broken = breaks.sum(1L);
            result.index_copy_(0, rows, solution);
            torch.Tensor left = broken.gt(0).nonzero().squeeze(1);
            if (left.size(0) == 0)
                break;

            // All that break a condition change sides while that makes progress, and only the last of them when it stops doing so.
            torch.Tensor improves = broken.lt(best), all = improves.logical_or(patience.gt(0));
            torch.Tensor last = places.eq((breaks * (places + 1)).amax([1L], keepdim: true) - 1);
            torch.Tensor exchange = torch.where(all.unsqueeze(1), breaks, last);
            patience = torch.where(improves, torch.full_like(patience, Patience), patience - 1);
            best = torch.minimum(best, broken);
            support = support.logical_xor(exchange);
            (rows, support, target) = (rows.index_select(0, left), support.index_select(0, left), target.index_select(0, left));
            (tolerance, best, patience) = (tolerance.index_select(0, left), best.index_select(0, left), patience.index_select(0, left));
            foreach (torch.Tensor kept in (torch.Tensor[])[rows, support, target, tolerance, best, patience])
                kept.MoveToOuterDisposeScope();
        }

        return result.clamp_min_(0).MoveToOuterDisposeScope();
    }

    /// <summary>Solves G_PP x_P = b_P on given supports P; zero elsewhere.</summary>
    public torch.Tensor SolveOnSupport(torch.Tensor support, torch.Tensor target)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        // A column of zeros cannot help.
        torch.Tensor within = support.logical_and(_diagonal.gt(0));
        torch.Tensor masked = Masked(within);
        (torch.Tensor factor, torch.Tensor info) = torch.linalg.cholesky_ex(masked);
        torch.Tensor pivots = factor.diagonal(0, 1, 2);
        torch.Tensor isDependent = info.ne(0).logical_or((pivots * pivots).le(_diagonal * _dependent).logical_and(within).any(1L));
        if (isDependent.any().item<bool>())
        {
            // The minimiser of such a row is not unique: a little more on the diagonal picks one.
            torch.Tensor ridge = isDependent.to(torch.ScalarType.Float64).mul_(10 * _dependent).unsqueeze(1) * _diagonal;
            masked.add_(torch.diag_embed(ridge));
            (factor, _) = torch.linalg.cholesky_ex(masked);
        }

        torch.Tensor inside = torch.where(within, target, torch.zeros_like(target));
        return torch.where(within, torch.cholesky_solve(inside.unsqueeze(2), factor).squeeze(2), torch.zeros_like(target)).MoveToOuterDisposeScope();
    }

    private torch.Tensor Masked(torch.Tensor support)
        => torch.where(support.unsqueeze(2).logical_and(support.unsqueeze(1)), _gram, _identity);
}
