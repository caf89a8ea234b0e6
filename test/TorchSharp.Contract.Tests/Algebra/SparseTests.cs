using static TorchSharp.torch;

namespace TorchSharp.Contract.Algebra;

public sealed class SparseTests
{
    private static readonly float[,] _dense = { { 0, 2, 0, 1 }, { 0, 0, 0, 0 }, { 5, 0, 3, 0 } };

    private static Tensor Sparse()
    {
        using var indices = tensor(new long[,] { { 0, 0, 2, 2 }, { 1, 3, 0, 2 } });
        using var values = tensor(new[] { 2f, 1f, 5f, 3f });
        return sparse_coo_tensor(indices, values, [3, 4]);
    }

    [TorchFact]
    public void A_sparse_tensor_is_its_indices_and_values()
    {
        using var scope = NewDisposeScope();
        var sparse = Sparse();
        Assert.True(sparse.is_sparse);
        Assert.Equal([3L, 4L], sparse.shape);
        Assert.Equal([0L, 0L, 2L, 2L, 1L, 3L, 0L, 2L], sparse.SparseIndices.data<long>().ToArray());
        Assert.Equal([2f, 1f, 5f, 3f], sparse.SparseValues.data<float>().ToArray());
        Assert.Equal(11f, sparse.SparseValues.sum().item<float>());
        Matrices.Equal(_dense, sparse.to_dense());
    }

    [TorchFact]
    public void Products_with_a_sparse_first_operand_are_dense()
    {
        using var scope = NewDisposeScope();
        var sparse = Sparse();
        var b = Matrices.Random(4, 5);
        var product = sparse.mm(tensor(b));
        Assert.False(product.is_sparse);
        Matrices.Equal(Matrices.Product(_dense, b), product);
        var into = full(3, 5, 7f);
        into.addmm_(sparse, tensor(b), beta: 0, alpha: 1);
        Matrices.Equal(Matrices.Product(_dense, b), into);
        into.addmm_(sparse, tensor(b), beta: 1, alpha: -1);
        Assert.True(into.abs().max().item<float>() < 1e-5f);
    }

    [TorchFact]
    public void A_transposed_sparse_tensor_multiplies_too()
    {
        using var scope = NewDisposeScope();
        var transposed = Sparse().t();
        Assert.True(transposed.is_sparse);
        Assert.Equal([4L, 3L], transposed.shape);
        var b = tensor(Matrices.Random(3, 2));
        Matrices.Equal(tensor(_dense).t().mm(b), transposed.mm(b), 1e-5);
    }
}
