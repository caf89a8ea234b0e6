using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Coordinate descent on all rows at once, one coordinate after the other. A unit of rows keeps its values once <see cref="CoordinateDescentRule"/> says
/// that it is done. With Q over its diagonal and cut into the part L below it and the rest U, a sweep from V to N is N_k = max(goal_k − (U V)_k − (L N)_k, 0):
/// U V is one matrix product, L N one for each group of coordinates and one product with a vector for each coordinate in it. Cost p·r² per sweep; on a GPU
/// the time is that of launching two small kernels per coordinate.
/// </summary>
internal static class TorchCoordinateDescent
{
    private const int GroupSize = 8;

    /// <summary>Descends from F.</summary>
    /// <param name="factor">F, changed in place.</param>
    /// <param name="gram">G.</param>
    /// <param name="product">One b a row.</param>
    /// <param name="penalty">The penalty on F.</param>
    /// <param name="sweeps">The most sweeps.</param>
    public static void Descend(torch.Tensor factor, torch.Tensor gram, torch.Tensor product, Penalty penalty, int sweeps)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int rows = (int)factor.size(0), rank = (int)factor.size(1), unit = CoordinateDescentRule.UnitRows;
        int units = (rows + unit - 1) / unit;
        using Scalar orthogonality = TorchScalars.Of(penalty.Orthogonality), linear = TorchScalars.Of(penalty.L1), square = TorchScalars.Of(penalty.L2);
        torch.Tensor quadratic = gram.add(torch.full(rank, rank, orthogonality, dtype: torch.ScalarType.Float32, device: factor.device), TorchScalars.One);
        quadratic.diagonal().copy_(gram.diagonal().add(torch.ones(rank, device: factor.device), square));
        torch.Tensor curvature = quadratic.diagonal().clone().unsqueeze(1);
        using Scalar share = TorchScalars.Of(CoordinateDescentRule.LeastCurvature);
        torch.Tensor hasCurvature = curvature.gt(torch.maximum(curvature.max(), torch.ones_like(curvature)).mul(share));
        torch.Tensor inverse = torch.where(hasCurvature, curvature.reciprocal(), torch.zeros_like(curvature));

        // Each row of Q over its curvature, without the diagonal: the unconstrained minimiser of a coordinate is goal − Q v. Without curvature it is v, or zero
        // where there is an L1 penalty.
        quadratic.mul_(inverse);
        torch.Tensor keeps = hasCurvature.squeeze(1).to(torch.ScalarType.Float32).sub(TorchScalars.One);
        quadratic.diagonal().copy_(penalty.L1 > 0 ? torch.zeros_like(keeps) : keeps);
        Keep(penalty.Kept, quadratic, inverse);

        // One row per component, so that a component is contiguous in memory; the last unit is padded with zeros.
        using Scalar worthwhile = TorchScalars.Of(CoordinateDescentRule.WorthwhileGain);
        torch.Tensor values = torch.zeros(rank, (long)units * unit, dtype: torch.ScalarType.Float32, device: factor.device);
        values.narrow(1, 0, rows).copy_(factor.t());
        torch.Tensor goals = torch.zeros_like(values);
        goals.narrow(1, 0, rows).copy_(product.t());
        if (penalty.L1 != 0)
            goals.narrow(1, 0, rows).sub_(linear);
        goals.mul_(inverse);
        torch.Tensor below = quadratic.tril(-1), rest = quadratic.triu();
        torch.Tensor free = torch.empty_like(values), next = torch.empty_like(values);
        Group[] groups = [.. Enumerable.Range(0, (rank + GroupSize - 1) / GroupSize)
            .Select(g => new Group(below, next, free, g * GroupSize, Math.Min(GroupSize, rank - (g * GroupSize))))];
        torch.Tensor? firstGain = null, moves = null;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            using DisposeScope rule = torch.NewDisposeScope();
            free.copy_(goals).addmm_(rest, values, beta: 1, alpha: -1);
            next.zero_();
            foreach (Group group in groups)
                group.Step();
            torch.Tensor moved = moves is null ? next : torch.where(moves, next, values);
            if (sweep < sweeps - 1)
            {
                torch.Tensor unitGain = (moved - values).mul_(free.sub_(values)).mul_(curvature).sum(0L).view(units, unit).sum(1L);
                firstGain ??= unitGain.MoveToOuterDisposeScope();
                // A unit whose sweep gained little keeps its values from here on.
                torch.Tensor goesOn = unitGain.gt(firstGain.mul(worthwhile));
                torch.Tensor spread = goesOn.unsqueeze(1).expand(units, unit).reshape((long)units * unit);
                moves = (moves is null ? spread : moves.logical_and(spread)).MoveToOuterDisposeScope();
            }

            values.copy_(moved);
        }

        factor.copy_(values.narrow(1, 0, rows).t());
    }

    // The first coordinates stay as they are: the minimiser of each is v itself.
    private static void Keep(int kept, torch.Tensor quadratic, torch.Tensor inverse)
    {
        if (kept == 0)
            return;
        using Scalar itself = TorchScalars.Of(-1f);
        quadratic.narrow(0, 0, kept).zero_();
        quadratic.diagonal().narrow(0, 0, kept).fill_(itself);
        inverse.narrow(0, 0, kept).zero_();
    }

    // A group of coordinates with the views it works on, which the dispose scope of the caller owns.
    private sealed class Group
    {
        private readonly torch.Tensor _free;
        private readonly (torch.Tensor Below, torch.Tensor Next)? _before;
        private readonly (torch.Tensor Free, torch.Tensor Own, (torch.Tensor Next, torch.Tensor Below)? Within)[] _coordinates;

        public Group(torch.Tensor below, torch.Tensor next, torch.Tensor free, int first, int count)
        {
            _free = free.narrow(0, first, count);
            _before = first == 0 ? null : (below.narrow(0, first, count).narrow(1, 0, first), next.narrow(0, 0, first));
            _coordinates = new (torch.Tensor, torch.Tensor, (torch.Tensor, torch.Tensor)?)[count];
            for (int k = 0; k < count; k++)
            {
                (torch.Tensor, torch.Tensor)? within = k == 0 ? null : (next.narrow(0, first, k).t(), below.select(0, first + k).narrow(0, first, k));
                _coordinates[k] = (free.select(0, first + k), next.select(0, first + k), within);
            }
        }

        public void Step()
        {
            if (_before is { } before)
                _free.addmm_(before.Below, before.Next, beta: 1, alpha: -1);
            foreach ((torch.Tensor free, torch.Tensor own, (torch.Tensor Next, torch.Tensor Below)? within) in _coordinates)
            {
                if (within is { } lower)
                    free.addmv_(lower.Next, lower.Below, beta: 1, alpha: -1);
                // From zero, this is max(free, 0) in one kernel.
                own.clamp_(min: free, max: null);
            }
        }
    }
}
