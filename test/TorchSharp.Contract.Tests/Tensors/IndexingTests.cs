using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class IndexingTests
{
    [TorchFact]
    public void Rows_elements_and_slices_are_views()
    {
        using var scope = NewDisposeScope();
        var a = arange(12, dtype: float32).reshape(3, 4);
        Assert.Equal([4f, 5f, 6f, 7f], a[1].data<float>().ToArray());
        Assert.Equal(6f, a[1, 2].item<float>());
        Assert.Equal(11f, a[-1, -1].item<float>());
        Assert.Equal([1f, 5f, 9f], a[TensorIndex.Colon, TensorIndex.Single(1)].data<float>().ToArray());
        Assert.Equal([4f, 6f], a[TensorIndex.Single(1), TensorIndex.Slice(0, 4, 2)].data<float>().ToArray());
        Assert.Equal([2L, 2L], a[1.., ..2].shape);
        Assert.Equal([3L, 1L], a[TensorIndex.Ellipsis, TensorIndex.Slice(-1)].shape);
        Assert.Equal([3L, 1L, 4L], a[TensorIndex.Colon, TensorIndex.None].shape);
        a[0] = zeros(4);
        a[1, 1] = 100f;
        a[2.., 2..] = tensor(-1f);
        Assert.Equal([0f, 0f, 0f, 0f, 4f, 100f, 6f, 7f, 8f, 9f, -1f, -1f], a.data<float>().ToArray());
    }

    [TorchFact]
    public void Indexing_makes_a_new_wrapper_every_time()
    {
        using var a = ones(2, 2);
        using var first = a[0];
        using var second = a[0];
        Assert.NotSame(first, second);
    }

    [TorchFact]
    public void Tensors_of_indices_and_masks_pick_elements()
    {
        using var scope = NewDisposeScope();
        var a = arange(12, dtype: float32).reshape(3, 4);
        var rows = tensor(new[] { 2L, 0L });
        Assert.Equal([8f, 9f, 10f, 11f, 0f, 1f, 2f, 3f], a.index_select(0, rows).data<float>().ToArray());
        Assert.Equal([8f, 9f, 10f, 11f, 0f, 1f, 2f, 3f], a[rows].data<float>().ToArray());
        Assert.Equal([11f, 0f], a[rows, tensor(new[] { 3L, 0L })].data<float>().ToArray());
        Assert.Equal([10f, 11f], a[a > 9].data<float>().ToArray());
        Assert.Equal([10f, 11f], a.masked_select(a > 9).data<float>().ToArray());
        Assert.Equal([1f, 6f, 8f], a.gather(1, tensor(new long[,] { { 1 }, { 2 }, { 0 } })).data<float>().ToArray());
        Assert.Equal([2L, 2L], (a > 9).nonzero().shape);
        Assert.Throws<ArgumentException>(() => a.masked_select(a));
    }

    [TorchFact]
    public void Tensors_of_indices_place_and_add_elements()
    {
        using var scope = NewDisposeScope();
        var index = tensor(new[] { 0L, 2L, 0L });
        var source = tensor(new[] { 1f, 2f, 3f });
        Assert.Equal([4f, 0f, 2f], zeros(3).index_add_(0, index, source, 1).data<float>().ToArray());
        Assert.Equal([-4f, 0f, -2f], zeros(3).index_add_(0, index, source, -1).data<float>().ToArray());
        Assert.Equal([4f, 0f, 2f], zeros(3).scatter_add_(0, index, source).data<float>().ToArray());
        Assert.Equal([4f, 0f, 2f], zeros(3).index_put_(source, [TensorIndex.Tensor(index)], true).data<float>().ToArray());
        Assert.Equal([0f, 5f, 6f], zeros(3).index_copy_(0, tensor(new[] { 1L, 2L }), tensor(new[] { 5f, 6f })).data<float>().ToArray());
        Assert.Equal([0f, 5f, 5f], zeros(3).index_put_((Scalar)5, tensor(new[] { 1L, 2L })).data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => zeros(3).index_add_(0, index.to(int32), source, 1));
    }

    [TorchFact]
    public void One_hot_rows_have_a_one_each()
    {
        using var scope = NewDisposeScope();
        var rows = nn.functional.one_hot(tensor(new[] { 1L, 0L }), 3);
        Assert.Equal([0L, 1L, 0L, 1L, 0L, 0L], rows.data<long>().ToArray());
    }
}
