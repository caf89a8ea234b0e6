using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Torch;
using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.Nmf;

/// <summary>
/// The layer q(X, A) = argmin over S ≥ 0 of ‖X − S Aᵀ‖²_F as a TorchSharp module, for networks of one's own: X is n × m, one row per example, A, m × r, is its
/// parameter, and S is n × r. It is differentiable in X and A by TorchSharp's own autograd.
/// </summary>
/// <remarks>
/// The supports of all rows are found without gradient, by block principal pivoting (<see href="https://doi.org/10.1137/110821172">Kim and Park
/// 2011</see>); S is then the solution of one differentiable batch of systems, with the Gram matrix AᵀA in which rows and columns off the support are those
/// of the identity. Both are in double, whatever the types of X and A, and with the columns of A scaled to about the same length: neither the unit of A nor
/// that of a column matters. S has the type of X, and satisfies the conditions of optimality as <see cref="NonnegativeLeastSquares"/> states them. Memory
/// n·r² doubles, cost n·r³/3 per forward pass and the same again backward. To learn parts, keep A ≥ 0 with <see cref="ProjectNonnegative"/> after each step
/// of an optimizer; q itself does not need it. The application must have a native package of TorchSharp, as for any module.
/// </remarks>
public sealed class NonnegativeLeastSquaresModule : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private const string Name = "templates";

    /// <summary>A layer with random templates, uniform between 0 and 2/√m.</summary>
    /// <param name="features">m, at least 1.</param>
    /// <param name="components">r, at least 1.</param>
    /// <param name="device">Where the templates lie; null for the processor.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InvalidOperationException">TorchSharp has no native library here, or cannot run.</exception>
    public NonnegativeLeastSquaresModule(int features, int components, torch.Device? device = null)
        : base(Check(nameof(NonnegativeLeastSquaresModule)))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        using (torch.no_grad())
        {
            using Scalar largest = TorchScalars.Of(2 / Math.Sqrt(features));
            torch.Tensor start = torch.rand(features, components, device: device).mul_(largest);
            var templates = new Parameter(start.DetachFromDisposeScope());
            templates.DetachFromDisposeScope();
            register_parameter(Name, templates);
        }
    }

    /// <summary>A, m × r: the parameter "templates".</summary>
    public Parameter Templates => get_parameter(Name)!;

    /// <summary>S for given X and A, both of which may require a gradient.</summary>
    /// <param name="data">X, n × m, float32 or float64.</param>
    /// <param name="templates">A, m × r.</param>
    /// <returns>S, n × r, of the type of X.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    /// <exception cref="InvalidOperationException">A row cannot be solved to the tolerance in the type of X, or a value is not finite.</exception>
    public static torch.Tensor Solve(torch.Tensor data, torch.Tensor templates)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(templates);
        if (data.dim() != 2 || templates.dim() != 2 || data.size(1) != templates.size(0))
        {
            throw new ArgumentException(
                $"data is [{string.Join(", ", data.shape)}] and templates are [{string.Join(", ", templates.shape)}], but they must be n × m and m × r.",
                nameof(data));
        }

        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor scales = ScalesOf(templates);
        torch.Tensor a = templates.to(torch.ScalarType.Float64) * scales, x = data.to(torch.ScalarType.Float64);
        torch.Tensor gram = a.t().mm(a), target = x.mm(a);
        torch.Tensor support;
        using (torch.no_grad())
        {
            torch.Tensor detached = target.detach();
            torch.Tensor none = torch.zeros_like(detached).gt(TorchScalars.Zero);
            support = new TorchLeastSquares(gram.detach(), PivotingRule.DependentInDouble).Solve(none, detached).Minimisers.gt(TorchScalars.Zero);
        }

        torch.Tensor scaled = new TorchLeastSquares(gram, PivotingRule.DependentInDouble).SolveOnSupport(support, target);
        torch.Tensor solution = (scaled * scales).to(data.dtype);
        using (torch.no_grad())
            CheckOptimal(solution.detach().to(torch.ScalarType.Float64) / scales, gram.detach(), target.detach(), x.detach());
        return solution.MoveToOuterDisposeScope();
    }

    /// <summary>S for X.</summary>
    /// <param name="input">X, n × m, float32 or float64.</param>
    /// <returns>S, n × r, of the type of X.</returns>
    /// <exception cref="ArgumentException">X does not have m columns.</exception>
    /// <exception cref="InvalidOperationException">A row cannot be solved to the tolerance in the type of X, or a value is not finite.</exception>
    public override torch.Tensor forward(torch.Tensor input) => Solve(input, Templates);

    // For each column the power of two that brings its length to between 1 and 2.
    private static torch.Tensor ScalesOf(torch.Tensor templates)
    {
        using var _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor columns = templates.detach().to(torch.ScalarType.Float64), largest = columns.abs().amax([0L]);
        // Squares of what is left by the first scale neither overflow nor vanish.
        torch.Tensor first = PowersOfTwo(largest);
        torch.Tensor scaled = columns * first;
        return (first * PowersOfTwo((scaled * scaled).sum(0L).sqrt())).MoveToOuterDisposeScope();
    }

    // 2^−e for sizes from 2^e to 2^(e+1); 1 where a size is zero or not finite.
    private static torch.Tensor PowersOfTwo(torch.Tensor sizes)
    {
        double[] values = sizes.cpu().data<double>().ToArray();
        for (int k = 0; k < values.Length; k++)
            values[k] = values[k] > 0 && double.IsFinite(values[k]) ? Math.ScaleB(1, -Math.ILogB(values[k])) : 1;
        return torch.tensor(values).to(sizes.device);
    }

    private static void CheckOptimal(torch.Tensor scaled, torch.Tensor gram, torch.Tensor target, torch.Tensor data)
    {
        torch.Tensor lengths = gram.diagonal().sqrt(), gradient = scaled.mm(gram).sub_(target);
        torch.Tensor violation = torch.where(scaled.gt(TorchScalars.Zero), gradient.abs(), gradient.neg());
        // The length of a row, from its share of its largest entry, whose square does not overflow.
        using Scalar least = TorchScalars.Of(double.Epsilon), tolerance = TorchScalars.Of(NonnegativeLeastSquares.OptimalityTolerance);
        torch.Tensor largest = data.abs().amax([1L], keepdim: true).clamp_min_(least), shares = data / largest;
        torch.Tensor size = (largest * (shares * shares).sum(1L, keepdim: true).sqrt()).add_(scaled.mv(lengths).unsqueeze(1), TorchScalars.One);
        torch.Tensor isMissed = violation.le((size * lengths).mul_(tolerance)).logical_and(scaled.isfinite()).logical_not().any(1L);
        if (!isMissed.any().item<bool>())
            return;
        throw new InvalidOperationException($"Row {isMissed.nonzero()[0].item<long>()} of the solution misses the conditions of optimality by more than "
            + NonnegativeLeastSquares.OptimalityTolerance.ToString("G2", CultureInfo.InvariantCulture) + ": a value is not finite, columns of the templates "
            + "nearly depend on each other, or the solution "
            + "does not fit the type of the data. Leave such columns out, or bring data and templates to a similar scale.");
    }

    /// <summary>A ← max(A, 0).</summary>
    public void ProjectNonnegative()
    {
        using (torch.no_grad())
            Templates.clamp_min_(TorchScalars.Zero);
    }

    // TorchSharp fails for good when its first call fails: asked before the base class makes that call.
    private static string Check(string name) => TorchRuntime.Problem is { } problem
        ? throw new InvalidOperationException($"{name} needs TorchSharp, but {problem}.")
        : name;
}
