using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class ShapeTests
{
    [TorchFact]
    public void Views_share_memory()
    {
        using var scope = NewDisposeScope();
        var a = arange(6, dtype: float32);
        var view = a.view(2, 3);
        view.t()[2, 1] = 9f;
        Assert.Equal([0f, 1f, 2f, 3f, 4f, 9f], a.data<float>().ToArray());
        a.narrow(0, 1, 2).fill_(7);
        Assert.Equal([0f, 7f, 7f, 3f, 4f, 9f], a.data<float>().ToArray());
    }

    [TorchFact]
    public void Shapes_change_as_they_say()
    {
        using var scope = NewDisposeScope();
        var a = zeros(2, 3, 4);
        Assert.Equal([2L, 4L, 3L], a.transpose(1, 2).shape);
        Assert.Equal([4L, 2L, 3L], a.permute(2, 0, 1).shape);
        Assert.Equal([6L, 4L], a.reshape(-1, 4).shape);
        Assert.Equal([2L, 1L, 3L, 4L], a.unsqueeze(1).shape);
        Assert.Equal([2L, 3L], zeros(2, 1, 3).squeeze(1).shape);
        Assert.Equal([2L, 3L], zeros(2, 1, 3, 1).squeeze().shape);
        Assert.Equal([5L, 3L], zeros(1, 3).expand(5, 3).shape);
        Assert.Equal([5L, 3L], zeros(1, 3).expand_as(zeros(5, 3)).shape);
        Assert.Equal([2L, 12L], a.flatten(1).shape);
        Assert.Equal([4L, 3L], zeros(2, 3).repeat(2, 1).shape);
        Assert.Equal([4L, 3L], zeros(2, 3).repeat_interleave(2, 0).shape);
        Assert.Equal([2L, 3L], zeros(3).broadcast_to(2, 3).shape);
        Assert.Equal([3L, 2L], zeros(2, 3).T.shape);
    }

    [TorchFact]
    public void Tensors_are_joined_and_split()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(2, 3), zeros(1, 3));
        Assert.Equal([3L, 3L], cat([a, b]).shape);
        Assert.Equal([2L, 2L, 3L], stack([a, a]).shape);
        Assert.Equal([3L, 3L], vstack([a, b]).shape);
        var parts = arange(5).split(2);
        Assert.Equal([2L, 2L, 1L], parts.Select(part => part.numel()));
        Assert.Equal([1L, 4L], arange(5).split([1L, 4L]).Select(part => part.numel()));
        Assert.Equal(3, arange(5).chunk(3).Length);
        Assert.NotSame(a, cat([a]));
    }

    [TorchFact]
    public void Triangles_and_diagonals_are_cut_out()
    {
        using var scope = NewDisposeScope();
        var a = arange(9, dtype: float32).reshape(3, 3);
        Assert.Equal([0f, 0f, 0f, 3f, 4f, 0f, 6f, 7f, 8f], a.tril().data<float>().ToArray());
        Assert.Equal([0f, 1f, 2f, 0f, 0f, 5f, 0f, 0f, 0f], a.triu(1).data<float>().ToArray());
        Assert.Equal([0f, 4f, 8f], a.diagonal().data<float>().ToArray());
        Assert.Equal([0f, 4f, 8f], a.diag().data<float>().ToArray());
        Assert.Equal([3L, 3L], ones(3).diag().shape);
        Assert.Equal([2L, 3L, 3L], ones(2, 3).diag_embed().shape);
        Assert.Equal(12f, a.trace().item<float>());
        Assert.Throws<ArgumentException>(() => a.diagonal(0, 1, 1));
        Assert.Equal([2f, 1f, 0f], a[0].flip(0).data<float>().ToArray());
        Assert.Equal([2f, 0f, 1f], a[0].roll(1).data<float>().ToArray());
    }
}
