using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class InPlaceTests
{
    private static readonly float[,] _a = Matrices.Random(5, 7);
    private static readonly float[,] _b = Matrices.Random(5, 7, 2);

    public static TheoryData<string> Operations => [.. Cases.Keys];

    private static Dictionary<string, (Func<Tensor, Tensor, Tensor> Do, Func<float, float, float> Expected)> Cases => new()
    {
        ["add_"] = ((a, b) => a.add_(b), (a, b) => a + b),
        ["add_ times"] = ((a, b) => a.add_(b, 2), (a, b) => a + 2 * b),
        ["add_ number"] = ((a, b) => a.add_(3), (a, b) => a + 3),
        ["sub_"] = ((a, b) => a.sub_(b), (a, b) => a - b),
        ["mul_"] = ((a, b) => a.mul_(b), (a, b) => a * b),
        ["mul_ number"] = ((a, b) => a.mul_(0.5), (a, b) => a / 2),
        ["div_"] = ((a, b) => a.div_(b), (a, b) => a / b),
        ["addcmul_"] = ((a, b) => a.addcmul_(a, b, 2), (a, b) => a + 2 * a * b),
        ["addcdiv_"] = ((a, b) => a.addcdiv_(a, b, -1), (a, b) => a - a / b),
        ["pow_"] = ((a, b) => a.pow_(b), MathF.Pow),
        ["pow_ number"] = ((a, b) => a.pow_(-0.5), (a, b) => 1 / MathF.Sqrt(a)),
        ["sqrt_"] = ((a, b) => a.sqrt_(), (a, b) => MathF.Sqrt(a)),
        ["rsqrt_"] = ((a, b) => a.rsqrt_(), (a, b) => 1 / MathF.Sqrt(a)),
        ["exp_"] = ((a, b) => a.exp_(), (a, b) => MathF.Exp(a)),
        ["log_"] = ((a, b) => a.log_(), (a, b) => MathF.Log(a)),
        ["log1p_"] = ((a, b) => a.log1p_(), (a, b) => MathF.Log(1 + a)),
        ["neg_ and abs_"] = ((a, b) => a.neg_().abs_(), (a, b) => a),
        ["reciprocal_"] = ((a, b) => a.reciprocal_(), (a, b) => 1 / a),
        ["sign_"] = ((a, b) => a.sub_(1).sign_(), (a, b) => MathF.Sign(a - 1)),
        ["clamp_min_"] = ((a, b) => a.clamp_min_(1), (a, b) => MathF.Max(a, 1)),
        ["clamp_max_"] = ((a, b) => a.clamp_max_(1), (a, b) => MathF.Min(a, 1)),
        ["clamp_"] = ((a, b) => a.clamp_(0.8, 1.2), (a, b) => Math.Clamp(a, 0.8f, 1.2f)),
        ["relu_"] = ((a, b) => a.sub_(b).relu_(), (a, b) => MathF.Max(a - b, 0)),
        ["masked_fill_"] = ((a, b) => a.masked_fill_(a < b, 9), (a, b) => a < b ? 9 : a),
        ["copy_"] = ((a, b) => a.copy_(b), (a, b) => b),
        ["fill_"] = ((a, b) => a.fill_(2), (a, b) => 2),
        ["lerp_"] = ((a, b) => a.lerp_(b, 0.25f), (a, b) => a + (b - a) / 4),
        ["sigmoid_"] = ((a, b) => a.sigmoid_(), (a, b) => 1 / (1 + MathF.Exp(-a))),
        ["floor_"] = ((a, b) => a.floor_(), (a, b) => MathF.Floor(a)),
        ["xlogy_"] = ((a, b) => a.xlogy_(b), (a, b) => a * MathF.Log(b)),
        ["remainder_"] = ((a, b) => a.remainder_(0.3), (a, b) => a - 0.3f * MathF.Floor(a / 0.3f)),
    };

    [TorchTheory]
    [MemberData(nameof(Operations))]
    public void An_operation_in_place_does_what_a_loop_does(string operation)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(_a), tensor(_b));
        var result = Cases[operation].Do(a, b);
        Assert.Same(a, result);
        Matrices.Equal(Matrices.Map(_a, _b, Cases[operation].Expected), a);
        if (operation != "copy_")
            Matrices.Equal(_b, b);
    }

    [TorchFact]
    public void Operations_out_of_place_leave_their_operands()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(_a), tensor(_b));
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x + y), a + b);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x - y), a - b);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x * y), a * b);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x / y), a / b);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => 1 - x), 1 - a);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => 1 / x), 1 / a);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => -x), -a);
        Matrices.Equal(Matrices.Map(_a, _b, MathF.Max), maximum(a, b));
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x > y ? x : -y), torch.where(a > b, a, -b));
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x * x), a.square());
        Matrices.Equal(_a, a);
    }

    [TorchFact]
    public void A_tensor_without_dimensions_serves_as_a_number()
    {
        using var scope = NewDisposeScope();
        var a = tensor(_a);
        Matrices.Equal(Matrices.Map(_a, _b, (x, y) => x * 2), a.mul_(tensor(2f)));
        Assert.Equal(ScalarType.Float32, (a * tensor(2.0)).dtype);
    }

    [TorchFact]
    public void Comparisons_make_tensors_of_bool()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 1f, 2f, 3f }), tensor(new[] { 2f, 2f, 2f }));
        Assert.Equal([true, false, false], (a < b).data<bool>().ToArray());
        Assert.Equal([true, true, false], (a <= 2).data<bool>().ToArray());
        Assert.Equal([false, true, false], (a == b).data<bool>().ToArray());
        Assert.Equal([true, false, true], (a != 2).data<bool>().ToArray());
        Assert.Equal([true, false, true], (a > b).logical_or(a < b).data<bool>().ToArray());
        Assert.Equal([false, true, false], (~(a != b)).data<bool>().ToArray());
        Assert.Equal([false, false, true], ((a >= b) & (a > 2)).data<bool>().ToArray());
        Assert.True((a > 0).all().item<bool>());
        Assert.False((a > 3).any().item<bool>());
        Assert.True(a.Equals(a.clone()));
    }

    [TorchFact]
    public void Values_that_are_no_numbers_can_be_found_and_replaced()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity });
        Assert.Equal([false, true, false, false], a.isnan().data<bool>().ToArray());
        Assert.Equal([true, false, false, false], a.isfinite().data<bool>().ToArray());
        Assert.Equal([1f, 0f, 9f, -9f], a.nan_to_num(0, 9, -9).data<float>().ToArray());
    }
}
