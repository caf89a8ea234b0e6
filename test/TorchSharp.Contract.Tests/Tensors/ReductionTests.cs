using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class ReductionTests
{
    private static readonly float[,] _values = { { 3, 1, 2 }, { 6, 5, 4 } };

    [TorchFact]
    public void Sums_and_means_are_over_all_or_along_dimensions()
    {
        using var scope = NewDisposeScope();
        var a = tensor(_values);
        Assert.Equal(21f, a.sum().item<float>());
        Assert.Equal([6f, 15f], a.sum(1).data<float>().ToArray());
        Assert.Equal([1L, 3L], a.sum(0L, keepdim: true).shape);
        Assert.Equal(21f, a.sum([0L, 1L]).item<float>());
        Assert.Equal(ScalarType.Float64, a.sum(ScalarType.Float64).dtype);
        Assert.Equal(3.5f, a.mean().item<float>());
        Assert.Equal([6f, 120f], a.prod(1).data<float>().ToArray());
        Assert.Equal(720f, a.prod().item<float>());
        Assert.Equal([3f, 4f, 6f, 6f, 11f, 15f], a.cumsum(1).data<float>().ToArray());
        Assert.Equal(ScalarType.Int64, ones(2, dtype: int32).sum().dtype);
    }

    [TorchFact]
    public void Extremes_come_with_their_places()
    {
        using var scope = NewDisposeScope();
        var a = tensor(_values);
        Assert.Equal(6f, a.max().item<float>());
        var (values, indexes) = a.max(1);
        Assert.Equal([3f, 6f], values.data<float>().ToArray());
        Assert.Equal([0L, 0L], indexes.data<long>().ToArray());
        Assert.Equal([1L, 2L], a.argmin(1).data<long>().ToArray());
        Assert.Equal([6f, 5f, 4f], a.amax(0L).data<float>().ToArray());
        Assert.Equal([1f, 4f], a.amin([1L], keepdim: true).data<float>().ToArray());
        Assert.Equal([3f, 5f, 4f], a[1].min(tensor(new[] { 3f, 9f, 9f })).data<float>().ToArray());
    }

    [TorchFact]
    public void Values_are_sorted_with_their_places()
    {
        using var scope = NewDisposeScope();
        var a = tensor(_values)[0];
        var (sorted, places) = a.sort();
        Assert.Equal([1f, 2f, 3f], sorted.data<float>().ToArray());
        Assert.Equal([1L, 2L, 0L], places.data<long>().ToArray());
        Assert.Equal([0L, 2L, 1L], a.argsort(descending: true).data<long>().ToArray());
        var (top, where) = a.topk(2);
        Assert.Equal([3f, 2f], top.data<float>().ToArray());
        Assert.Equal([0L, 2L], where.data<long>().ToArray());
    }

    [TorchFact]
    public void Spread_norms_and_counts_are_as_defined()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 1f, 2f, 3f, 4f });
        Assert.Equal(5f / 3, a.var().item<float>(), 1e-6f);
        Assert.Equal(MathF.Sqrt(1.25f), a.std(unbiased: false).item<float>(), 1e-6f);
        Assert.Equal(MathF.Sqrt(30), a.norm().item<float>(), 1e-5f);
        Assert.Equal(3L, (a > 1).count_nonzero().item<long>());
        Assert.Equal(MathF.Log(MathF.Exp(1) + MathF.Exp(2) + MathF.Exp(3) + MathF.Exp(4)), a.logsumexp(0).item<float>(), 1e-5f);
        Assert.Equal([1L, 0L, 2L], tensor(new[] { 0L, 2L, 2L }).bincount(null).data<long>().ToArray());
        Assert.Equal([0.5f, 0f, 3f], bincount(tensor(new[] { 0L, 2L, 2L }), tensor(new[] { 0.5f, 1f, 2f })).data<float>().ToArray());
        Assert.Equal(1f, a.softmax(0).sum().item<float>(), 1e-6f);
        Assert.True(a.log_softmax(0).exp().allclose(a.softmax(0)));
    }
}
