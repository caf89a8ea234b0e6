using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

internal sealed partial class TorchEngine
{
    /// <inheritdoc />
    public override void Combine(double a, Factor first, double b, Factor second, Factor result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Scalar left = TorchScalars.Of((float)a), right = TorchScalars.Of((float)b);
        torch.Tensor target = Of(result);
        if (ReferenceEquals(first, result) && a == 1)
            target.add_(Of(second), right);
        else if (ReferenceEquals(second, result) && b == 1)
            target.add_(Of(first), left);
        else if (b == 0)
            target.copy_(Of(first).mul(left));
        else
            target.copy_(Of(first).mul(left).add_(Of(second), right));
    }

    /// <inheritdoc />
    public override void AtLeast(Factor factor, float least)
    {
        using Scalar bound = TorchScalars.Of(least);
        Of(factor).clamp_min_(bound);
    }

    /// <inheritdoc />
    public override void KeepWhere(Factor factor, Factor pattern, Factor result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor f = Of(factor);
        Of(result).copy_(torch.where(Of(pattern).gt(TorchScalars.Zero), f, torch.zeros_like(f)));
    }

    /// <inheritdoc />
    public override double[] ColumnSums(Factor factor)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return Of(factor).sum(0L, type: torch.ScalarType.Float64).cpu().data<double>().ToArray();
    }

    /// <inheritdoc />
    public override void RemoveAlong(Factor factor, Factor direction)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor f = Of(factor), d = Of(direction);
        torch.Tensor lengths = ColumnInner(d, d);
        torch.Tensor share = torch.where(lengths.gt(TorchScalars.Zero), ColumnInner(f, d) / lengths, torch.zeros_like(lengths));
        f.sub_(d * share.to(torch.ScalarType.Float32));
    }

    /// <inheritdoc />
    public override void TakeColumnNorms(Factor factor, Factor pattern)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor f = Of(factor), p = Of(pattern);
        torch.Tensor has = ColumnInner(f, f), takes = ColumnInner(p, p);
        torch.Tensor by = (takes / has).sqrt();
        // A column of zeros, or one too small to scale in float32, takes the pattern's values. NaN compares false, so 0/0 is among them.
        torch.Tensor isThere = by.le(TorchScalars.LargestFloat);
        torch.Tensor scale = torch.where(isThere, by, torch.ones_like(by)).to(torch.ScalarType.Float32);
        f.copy_(torch.where(isThere.unsqueeze(0), f * scale, p));
    }

    /// <inheritdoc />
    public override void AdamUpdate(Factor factor, Factor gradient, (Factor First, Factor Second) moments, AdamRule rule)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor g = Of(gradient), m = Of(moments.First), v = Of(moments.Second);
        using Scalar newFirst = TorchScalars.Of(1 - rule.FirstDecay), newSecond = TorchScalars.Of(1 - rule.SecondDecay);
        using Scalar correction = TorchScalars.Of(rule.SecondCorrection), rate = TorchScalars.Of(-rule.LearningRate * rule.FirstCorrection);
        m.mul_(Constant(rule.FirstDecay)).add_(g, newFirst);
        v.mul_(Constant(rule.SecondDecay)).addcmul_(g, g, newSecond);
        torch.Tensor divisor = v.mul(correction).sqrt_().add_(Constant(Math.Max(rule.Epsilon, AdamRule.LeastEpsilon)), TorchScalars.One);
        Of(factor).addcdiv_(m, divisor, rate).clamp_min_(TorchScalars.Zero);
    }

    /// <inheritdoc />
    public override double SquaredError(Factor target, Factor factor, Factor small)
    {
        torch.Tensor t = Of(target), f = Of(factor), s = Of(small);
        int rows = target.Rows, step = _memory.RowsAtOnce(rows, 3L * sizeof(float) * target.Rank);
        double sum = 0;
        for (int first = 0; first < rows; first += step)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            int count = Math.Min(step, rows - first);
            torch.Tensor difference = t.narrow(0, first, count) - f.narrow(0, first, count).mm(s.t());
            sum += difference.mul_(difference).sum(torch.ScalarType.Float64).item<double>();
        }

        return sum;
    }

    /// <inheritdoc />
    public override double PenaltyOf(Factor factor, Penalty penalty)
    {
        if (penalty.IsNone)
            return 0;
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor f = Of(factor).to(torch.ScalarType.Float64);
        torch.Tensor sums = f.sum(1L), squares = (f * f).sum(1L);
        double value = 0;
        if (penalty.L1 != 0)
            value += penalty.L1 * sums.sum().item<double>();
        if (penalty.L2 != 0)
            value += 0.5 * penalty.L2 * squares.sum().item<double>();
        if (penalty.Orthogonality != 0)
            value += 0.5 * penalty.Orthogonality * ((sums * sums) - squares).sum().item<double>();
        return value;
    }

    private static torch.Tensor ColumnInner(torch.Tensor first, torch.Tensor second) => (first * second).sum(0L, type: torch.ScalarType.Float64);
}
