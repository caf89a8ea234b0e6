using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Exact minimisers of ½ x G xᵀ − b xᵀ over x ≥ 0 for many rows at once, in double, by block principal pivoting
/// (<see href="https://doi.org/10.1137/110821172">Kim and Park 2011</see>, algorithm 2), as the managed row solver computes them one by one. Each step is
/// one batch of Cholesky factorizations of G, in which the rows and columns off a row's support are those of the identity. Rows that are done leave the
/// batch. The caller's dispose scope owns the results.
/// </summary>
internal sealed class TorchLeastSquares
{
    private readonly torch.Tensor _gram;
    private readonly torch.Tensor _identity;
    private readonly torch.Tensor _diagonal;
    private readonly torch.Tensor _negligible;
    private readonly torch.Tensor _ridge;
    private readonly int _rank;

    /// <summary>Prepares for a G.</summary>
    /// <param name="gram">G, symmetric, in double.</param>
    /// <param name="dependent">
    /// A column whose part orthogonal to the support's other columns has at most this share of its squared length counts as linearly dependent on them. A row
    /// that meets one is solved with ten times this share of the diagonal added, which makes its minimiser unique.
    /// </param>
    public TorchLeastSquares(torch.Tensor gram, double dependent)
    {
        _gram = gram;
        _rank = (int)gram.size(0);
        _identity = torch.eye(_rank, dtype: torch.ScalarType.Float64, device: gram.device);
        _diagonal = gram.diagonal();
        using Scalar share = TorchScalars.Of(dependent), ridge = TorchScalars.Of(PivotingRule.Ridge * dependent);
        _negligible = _diagonal.mul(share);
        _ridge = _diagonal.mul(ridge);
    }

    /// <summary>The bytes of temporaries per row.</summary>
    public static long BytesPerRow(int rank) => (3L * sizeof(double) * rank * rank) + (16L * sizeof(double) * rank);

    /// <summary>Solves for rows.</summary>
    /// <param name="support">The supports to start from, rows × r, true where an entry may be positive.</param>
    /// <param name="target">b, rows × r, in double.</param>
    /// <returns>The minimisers, rows × r, in double, and the number of rows that are not: their steps ran out.</returns>
    public (torch.Tensor Minimisers, long Unsolved) Solve(torch.Tensor support, torch.Tensor target)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long count = target.size(0);
        torch.Tensor result = torch.zeros_like(target);
        using Scalar end = TorchScalars.Of(count), unreached = TorchScalars.Of(_rank + 1), allowed = TorchScalars.Of(-PivotingRule.Tolerance);
        using Scalar rank = TorchScalars.Of(_rank), turns = TorchScalars.Of(PivotingRule.Patience);
        torch.Tensor rows = torch.arange(TorchScalars.Zero, end, TorchScalars.One, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor tolerance = target.abs().amax([1L], keepdim: true).mul_(allowed);
        torch.Tensor best = torch.full(count, unreached, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor patience = torch.full(count, turns, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor places = torch.arange(TorchScalars.Zero, rank, TorchScalars.One, dtype: torch.ScalarType.Int64, device: target.device);
        torch.Tensor? isRidged = null;
        long unsolved = count;
        int most = PivotingRule.MostSteps(_rank);
        for (int steps = 2 * most + 1; steps >= 0; steps--)
        {
            using DisposeScope step = torch.NewDisposeScope();
            if (steps == most)
            {
                // Rounding of a nearly singular G can lead pivoting round in circles; with the ridge, G is not nearly singular.
                isRidged = torch.ones(rows.size(0), dtype: torch.ScalarType.Bool, device: target.device).MoveToOuterDisposeScope();
                best = torch.full_like(best, unreached).MoveToOuterDisposeScope();
            }

            torch.Tensor? ridgedBefore = isRidged;
            torch.Tensor solution = SolveOnSupport(support, target, ref isRidged);
            if (isRidged is not null && !ReferenceEquals(isRidged, ridgedBefore))
            {
                // The ridge makes it another problem: progress on the one before does not count.
                torch.Tensor isNew = ridgedBefore is null ? isRidged : isRidged.logical_and(ridgedBefore.logical_not());
                best = torch.where(isNew, torch.full_like(best, unreached), best);
            }

            torch.Tensor gradient = solution.mm(_gram).sub_(target);
            torch.Tensor breaks = torch.where(support, solution.lt(TorchScalars.Zero), gradient.lt(tolerance));
            torch.Tensor broken = breaks.sum(1L);
            result.index_copy_(0, rows, solution);
            torch.Tensor left = broken.gt(TorchScalars.Zero).nonzero().squeeze(1);
            unsolved = left.size(0);
            if (unsolved == 0)
                break;

            // All entries that break a condition change sides while that makes progress; when it stops doing so, only the last of them does.
            torch.Tensor improves = broken.lt(best), all = improves.logical_or(patience.gt(TorchScalars.Zero));
            torch.Tensor last = places.eq((breaks * places.add(TorchScalars.One, TorchScalars.One)).amax([1L], keepdim: true).sub(TorchScalars.One));
            torch.Tensor exchange = torch.where(all.unsqueeze(1), breaks, last);
            patience = torch.where(improves, torch.full_like(patience, turns), patience.sub(TorchScalars.One));
            best = torch.minimum(best, broken);
            support = support.logical_xor(exchange);
            (rows, support, target) = (rows.index_select(0, left), support.index_select(0, left), target.index_select(0, left));
            (tolerance, best, patience) = (tolerance.index_select(0, left), best.index_select(0, left), patience.index_select(0, left));
            foreach (torch.Tensor kept in (torch.Tensor[])[rows, support, target, tolerance, best, patience])
                kept.MoveToOuterDisposeScope();
            isRidged = isRidged?.index_select(0, left).MoveToOuterDisposeScope();
        }

        return (result.clamp_min_(TorchScalars.Zero).MoveToOuterDisposeScope(), unsolved);
    }

    /// <summary>Solves G_PP x_P = b_P on given supports P; zero elsewhere. Differentiable in G and b.</summary>
    /// <param name="support">P, rows × r, true where an entry belongs to it.</param>
    /// <param name="target">b, rows × r, in double.</param>
    /// <returns>x, rows × r, in double.</returns>
    public torch.Tensor SolveOnSupport(torch.Tensor support, torch.Tensor target)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor? isRidged = null;
        return SolveOnSupport(support, target, ref isRidged).MoveToOuterDisposeScope();
    }

    // isRidged: the rows that have met dependent columns and keep their ridge from then on; null while there is none. Replaced when there are more.
    private torch.Tensor SolveOnSupport(torch.Tensor support, torch.Tensor target, ref torch.Tensor? isRidged)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        // A column of zeros cannot help.
        torch.Tensor within = support.logical_and(_diagonal.gt(TorchScalars.Zero));
        torch.Tensor masked = torch.where(within.unsqueeze(2).logical_and(within.unsqueeze(1)), _gram, _identity);
        if (isRidged is not null)
            masked.add_(Ridge(isRidged), TorchScalars.One);
        (torch.Tensor factor, torch.Tensor info) = torch.linalg.cholesky_ex(masked);
        torch.Tensor pivots = factor.diagonal(0, 1, 2);
        torch.Tensor isDependent = info.ne(TorchScalars.Zero).logical_or((pivots * pivots).le(_negligible).logical_and(within).any(1L));
        if (isRidged is not null)
            isDependent = isDependent.logical_and(isRidged.logical_not());
        if (isDependent.any().item<bool>())
        {
            masked.add_(Ridge(isDependent), TorchScalars.One);
            (factor, _) = torch.linalg.cholesky_ex(masked);
            isRidged = (isRidged is null ? isDependent : isRidged.logical_or(isDependent)).MoveToOuterDisposeScope();
        }

        torch.Tensor inside = torch.where(within, target, torch.zeros_like(target)).unsqueeze(2);
        return torch.where(within, torch.cholesky_solve(inside, factor).squeeze(2), torch.zeros_like(target)).MoveToOuterDisposeScope();
    }

    private torch.Tensor Ridge(torch.Tensor rows)
        => torch.diag_embed(rows.to(torch.ScalarType.Float64).unsqueeze(1) * _ridge);
}
