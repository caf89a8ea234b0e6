using static TorchSharp.torch;

namespace TorchSharp.Contract.Algebra;

public sealed class ProductTests
{
    private static readonly float[,] _a = Matrices.Random(4, 6);
    private static readonly float[,] _b = Matrices.Random(6, 5, 2);

    [TorchFact]
    public void Products_do_what_loops_do()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(_a), tensor(_b));
        var expected = Matrices.Product(_a, _b);
        Matrices.Equal(expected, a.mm(b));
        Matrices.Equal(expected, a.matmul(b));
        Matrices.Equal(expected, torch.mm(a, b));
        Matrices.Equal(expected, b.t().mm(a.t()).t());
        Matrices.Equal(expected, einsum("ij,jk->ik", a, b));
        Matrices.Equal(Matrices.Product(_a, Matrices.Random(6, 1, 2)), a.mv(tensor(Matrices.Random(6, 1, 2)).squeeze()).unsqueeze(1));
        Assert.Equal(a.square().sum().item<float>(), a.flatten().dot(a.flatten()).item<float>(), 1e-4f);
        Assert.Equal([2L, 3L], ones(2).outer(ones(3)).shape);
    }

    [TorchFact]
    public void Addmm_in_place_adds_or_overwrites()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(_a), tensor(_b));
        var product = Matrices.Product(_a, _b);
        var sum = ones(4, 5);
        Assert.Same(sum, sum.addmm_(a, b, beta: 2, alpha: 3));
        Matrices.Equal(Matrices.Map(product, product, (x, _) => 2 + 3 * x), sum);
        var overwritten = full(4, 5, float.NaN);
        overwritten.addmm_(a, b, beta: 0, alpha: 1);
        Matrices.Equal(product, overwritten);
    }

    [TorchFact]
    public void Addmm_in_place_takes_transposed_views()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(_a), tensor(_b));
        var gram = empty(6, 6);
        gram.addmm_(a.t(), a, beta: 0, alpha: 1);
        Matrices.Equal(a.t().mm(a), gram, 1e-5);
        var into = zeros(5, 4);
        into.t().addmm_(a, b, beta: 0, alpha: 1);
        Matrices.Equal(a.mm(b), into.t(), 1e-5);
    }

    [TorchFact]
    public void Products_of_batches_are_those_of_their_matrices()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(3, 4, 6), rand(3, 6, 5));
        var products = a.bmm(b);
        for (int i = 0; i < 3; i++)
            Matrices.Equal(a[i].mm(b[i]), products[i], 1e-5);
        var sum = zeros(4, 5).addbmm_(a, b, beta: 0, alpha: 1);
        Matrices.Equal(products.sum(0L), sum, 1e-4);
        var vector = zeros(4).addmv_(a[0], ones(6), beta: 0, alpha: 1);
        Matrices.Equal(a[0].sum(1), vector, 1e-5);
    }
}
