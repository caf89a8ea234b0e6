using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Coordinate descent on all rows at once, one coordinate after the other. A unit of rows keeps its values once <see cref="CoordinateDescentRule"/> says
/// that it is done. Coordinates go in groups: the pull of all other groups is one matrix product, and only that of the group itself is taken
/// coordinate by coordinate. Cost p·r² per sweep; on a GPU the time is that of launching three or four small kernels per coordinate.
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
        torch.Tensor quadratic = gram + torch.full(rank, rank, penalty.Orthogonality, dtype: torch.ScalarType.Float32, device: factor.device);
        quadratic.diagonal().copy_(gram.diagonal() + (torch.ones(rank, device: factor.device) * penalty.L2));
        torch.Tensor curvature = quadratic.diagonal().clone().unsqueeze(1);
        torch.Tensor hasCurvature = curvature.gt(0);
        torch.Tensor inverse = torch.where(hasCurvature, curvature.reciprocal(), torch.zeros_like(curvature));

        // Each row of Q over its curvature, without the diagonal: the unconstrained minimiser of a coordinate is goal − Q v; without curvature it is v.
        quadratic.mul_(inverse);
        quadratic.diagonal().copy_(hasCurvature.squeeze(1).to(torch.ScalarType.Float32) - 1);

        // One row per component, so that a component is contiguous in memory; the last unit is padded with zeros.
        torch.Tensor values = torch.zeros(rank, (long)units * unit, dtype: torch.ScalarType.Float32, device: factor.device);
        values.narrow(1, 0, rows).copy_(factor.t());
        torch.Tensor goals = torch.zeros_like(values);
        goals.narrow(1, 0, rows).copy_(product.t());
        if (penalty.L1 != 0)
            goals.narrow(1, 0, rows).sub_(penalty.L1);
        goals.mul_(inverse);
        torch.Tensor free = torch.empty_like(values), before = torch.empty_like(values);
        Group[] groups = [.. Enumerable.Range(0, (rank + GroupSize - 1) / GroupSize)
            .Select(g => new Group(quadratic, values, free, g * GroupSize, Math.Min(GroupSize, rank - (g * GroupSize))))];
        torch.Tensor? firstGain = null, moves = null;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            free.copy_(goals);
            before.copy_(values);
            foreach (Group group in groups)
                group.Step(values, moves);
            if (sweep == sweeps - 1)
                break;

            using DisposeScope rule = torch.NewDisposeScope();
            torch.Tensor unitGain = (values - before).mul_(free.sub_(before)).mul_(curvature).sum(0L).view(units, unit).sum(1L);
            firstGain ??= unitGain.MoveToOuterDisposeScope();
            // A unit whose sweep gained little keeps its values from here on.
            torch.Tensor goesOn = unitGain.gt(firstGain * CoordinateDescentRule.WorthwhileGain);
            torch.Tensor spread = goesOn.unsqueeze(1).expand(units, unit).reshape((long)units * unit);
            moves = (moves is null ? spread : moves.logical_and(spread)).MoveToOuterDisposeScope();
        }

        factor.copy_(values.narrow(1, 0, rows).t());
    }

    // A group of coordinates with the views it works on, which the dispose scope of the caller owns.
    private sealed class Group
    {
        private readonly torch.Tensor _across;
        private readonly torch.Tensor _free;
        private readonly torch.Tensor _values;
        private readonly (torch.Tensor Within, torch.Tensor Free, torch.Tensor Own)[] _coordinates;

        public Group(torch.Tensor quadratic, torch.Tensor values, torch.Tensor free, int first, int count)
        {
            torch.Tensor lines = quadratic.narrow(0, first, count);
            _across = lines.clone();
            _across.narrow(1, first, count).zero_();
            _free = free.narrow(0, first, count);
            _values = values.narrow(0, first, count).t();
            torch.Tensor within = lines.narrow(1, first, count);
            _coordinates = [.. Enumerable.Range(0, count).Select(k => (within.select(0, k), free.select(0, first + k), values.select(0, first + k)))];
        }

        public void Step(torch.Tensor values, torch.Tensor? moves)
        {
            _free.addmm_(_across, values, beta: 1, alpha: -1);
            foreach ((torch.Tensor within, torch.Tensor free, torch.Tensor own) in _coordinates)
            {
                free.addmv_(_values, within, beta: 1, alpha: -1);
                if (moves is null)
                {
                    own.copy_(free).clamp_min_(0);
                    continue;
                }

                using DisposeScope scope = torch.NewDisposeScope();
                own.copy_(torch.where(moves, free.clamp_min(0), own));
            }
        }
    }
}
