using Microsoft.ML.Nmf.Engine.Managed;
using TorchSharp;

namespace Microsoft.ML.Nmf.Engine.Torch;

/// <summary>
/// Coordinate descent on all rows at once, a coordinate after the other: the twin of the managed kernel, with its rule of when a unit of rows has had enough sweeps, which is taken
/// here by not moving the rows of the unit any more. Cost p·r² a sweep, in r products of a matrix with a vector.
/// </summary>
internal static class TorchCoordinateDescent
{
    /// <summary>Descends from F.</summary>
    /// <param name="factor">F, changed in place.</param>
    /// <param name="gram">G.</param>
    /// <param name="product">One b a row.</param>
    /// <param name="penalty">The penalty on F.</param>
    /// <param name="sweeps">The most sweeps.</param>
    public static void Descend(torch.Tensor factor, torch.Tensor gram, torch.Tensor product, Penalty penalty, int sweeps)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int rows = (int)factor.size(0), rank = (int)factor.size(1), unit = CoordinateDescentKernel.UnitRows;
        int units = (rows + unit - 1) / unit;
        torch.Tensor quadratic = gram + torch.full(rank, rank, penalty.Orthogonality, dtype: torch.ScalarType.Float32, device: factor.device);
        quadratic.diagonal().copy_(gram.diagonal() + (torch.ones(rank, device: factor.device) * penalty.L2));
        torch.Tensor curvature = quadratic.diagonal();
        // A component that is zero everywhere has no curvature and no gradient: it keeps its value.
        torch.Tensor inverse = torch.where(curvature.gt(0), curvature.reciprocal(), torch.zeros_like(curvature));

        // Components in rows, so that each is one run of memory; the last unit is filled up with rows of zeros.
        torch.Tensor values = torch.zeros(rank, (long)units * unit, dtype: torch.ScalarType.Float32, device: factor.device);
        values.narrow(1, 0, rows).copy_(factor.t());
        torch.Tensor targets = torch.zeros_like(values);
        targets.narrow(1, 0, rows).copy_(product.t());
        if (penalty.L1 != 0)
            targets.narrow(1, 0, rows).sub_(penalty.L1);
        torch.Tensor gradient = torch.empty((long)units * unit, dtype: torch.ScalarType.Float32, device: factor.device);
        torch.Tensor gain = torch.zeros_like(gradient);
        torch.Tensor transposed = values.t();
        torch.Tensor? firstGain = null, moves = null;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            gain.zero_();
            for (int k = 0; k < rank; k++)
            {
                using DisposeScope step = torch.NewDisposeScope();
                torch.Tensor own = values.select(0, k);
                gradient.copy_(targets.select(0, k));
                gradient.addmv_(transposed, quadratic.select(0, k), beta: -1, alpha: 1);
                torch.Tensor moved = (own - (gradient * inverse.select(0, k))).clamp_min_(0).sub_(own);
                if (moves is not null)
                    moved.mul_(moves);
                own.add_(moved);
                gain.sub_(moved.mul_(gradient));
            }

            torch.Tensor unitGain = gain.view(units, unit).sum(1L);
            firstGain ??= unitGain;
            // A unit whose sweep gained little stays where it is from then on.
            torch.Tensor goesOn = unitGain.gt(firstGain * CoordinateDescentKernel.WorthwhileGain);
            torch.Tensor spread = goesOn.to(torch.ScalarType.Float32).unsqueeze(1).expand(units, unit).reshape((long)units * unit);
            moves = moves is null ? spread : moves * spread;
        }

        factor.copy_(values.narrow(1, 0, rows).t());
    }
}
