using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

/// <summary>What does something else than it says: overloads that literals choose, and arguments that do not count.</summary>
public sealed class SurpriseTests
{
    [TorchFact]
    public void Sum_of_a_literal_int_0_is_a_full_sum_of_bytes()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        var wrong = a.sum(0);
        Assert.Empty(wrong.shape);
        Assert.Equal(ScalarType.Byte, wrong.dtype);
        Assert.Equal(ScalarType.Byte, torch.sum(a, 0).dtype);
        Assert.Equal(ScalarType.Byte, a.prod(0).dtype);
        var right = a.sum(0L);
        Assert.Equal([5f, 7f, 9f], right.data<float>().ToArray());
        Assert.Equal([5f, 7f, 9f], torch.sum(a, 0L).data<float>().ToArray());
        Assert.Equal([6f, 15f], a.sum(1).data<float>().ToArray());
    }

    [TorchFact]
    public void Norm_of_a_literal_int_is_along_that_dimension()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[,] { { 3, 4 }, { 6, 8 } });
        Assert.Equal([5f, 10f], a.norm(1).data<float>().ToArray());
        Assert.Equal(21f, a.norm(1f).item<float>());
    }

    [TorchFact]
    public void Baddbmm_takes_its_arguments_in_another_order()
    {
        using var scope = NewDisposeScope();
        var (a, b1, b2) = (rand(2, 3, 4), rand(2, 4, 5), rand(2, 3, 5));
        Matrices.Equal(b2 + a.matmul(b1), a.baddbmm(b1, b2), 1e-5);
    }

    [TorchFact]
    public void The_static_quotient_ignores_its_rounding_mode()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(7f), tensor(2f));
        Assert.Equal(3.5f, torch.div(a, b, RoundingMode.floor).item<float>());
        Assert.Equal(3f, a.div(b, RoundingMode.floor).item<float>());
        Assert.Equal(-3f, (-a).div(b, RoundingMode.trunc).item<float>());
    }

    [TorchFact]
    public void The_static_clamp_min_in_place_is_not_in_place()
    {
        using var a = tensor(-1f);
        using var b = torch.clamp_min_(a, 0);
        Assert.Equal(-1f, a.item<float>());
        Assert.Equal(0f, b.item<float>());
    }

    [TorchFact]
    public void The_variance_of_everything_is_always_unbiased()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 1f, 2f, 3f });
        Assert.Equal(1f, a.var(unbiased: false).item<float>(), 1e-6f);
        Assert.Equal(2f / 3, a.var(0L, unbiased: false).item<float>(), 1e-6f);
        Assert.Equal(MathF.Sqrt(2f / 3), a.std(unbiased: false).item<float>(), 1e-6f);
    }

    [TorchFact]
    public void Mean_takes_its_dimensions_as_an_array()
    {
        using var a = tensor(new float[,] { { 1, 2 }, { 3, 6 } });
        using var mean = a.mean([0L], keepdim: true);
        Assert.Equal([1L, 2L], mean.shape);
        Assert.Equal([2f, 4f], mean.data<float>().ToArray());
    }

    [TorchFact]
    public void Numbers_become_tensors_of_their_own_types()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, tensor(1f).dtype);
        Assert.Equal(ScalarType.Float64, tensor(1.0).dtype);
        Assert.Equal(ScalarType.Int32, tensor(1).dtype);
        Assert.Equal(ScalarType.Int64, tensor(1L).dtype);
        Assert.Equal(ScalarType.Bool, tensor(true).dtype);
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(3f).dtype);
        Assert.Equal(ScalarType.Float32, zeros(2).dtype);
        Assert.Equal(ScalarType.Int64, ((Scalar)1).Type);
        Assert.Equal(ScalarType.Float64, ((Scalar)1f).Type);
    }
}
