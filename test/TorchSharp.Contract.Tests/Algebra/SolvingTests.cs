using static TorchSharp.torch;

namespace TorchSharp.Contract.Algebra;

public sealed class SolvingTests
{
    [TorchFact]
    public void A_cholesky_factor_gives_the_matrix_back_in_batches_too()
    {
        using var scope = NewDisposeScope();
        var a = Matrices.PositiveDefinite(4, 5);
        var factor = linalg.cholesky(a);
        Matrices.Equal(a, factor.matmul(factor.transpose(1, 2)));
        var (same, info) = linalg.cholesky_ex(a);
        Matrices.Equal(factor, same);
        Assert.Equal(new int[5], info.data<int>().ToArray());
        Matrices.Equal(factor[2].mm(factor[2].t()), a[2].cholesky().mm(a[2].cholesky().t()));
    }

    [TorchFact]
    public void Cholesky_tells_what_is_not_positive_definite()
    {
        using var scope = NewDisposeScope();
        var a = stack([eye(3), -eye(3)]);
        var (_, info) = linalg.cholesky_ex(a);
        Assert.Equal([0, 1], info.data<int>().ToArray());
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => linalg.cholesky(a));
    }

    [TorchFact]
    public void Solutions_solve_in_batches_too()
    {
        using var scope = NewDisposeScope();
        var a = Matrices.PositiveDefinite(4, 5);
        var b = tensor(Matrices.Random(20, 2)).to(float64).reshape(5, 4, 2);
        Matrices.Equal(b, a.matmul(linalg.solve(a, b)));
        var (x, info) = linalg.solve_ex(a, b);
        Matrices.Equal(b, a.matmul(x));
        Assert.Equal(new int[5], info.data<int>().ToArray());
        var factor = linalg.cholesky(a);
        Matrices.Equal(b, a.matmul(b.cholesky_solve(factor)));
        Matrices.Equal(b, factor.matmul(linalg.solve_triangular(factor, b, upper: false)));
        var right = b.transpose(1, 2);
        Matrices.Equal(right, linalg.solve(a, right, left: false).matmul(a));
    }

    [TorchFact]
    public void Inverses_are_inverse()
    {
        using var scope = NewDisposeScope();
        var a = Matrices.PositiveDefinite(4);
        Matrices.Equal(eye(4, dtype: float64), a.mm(linalg.inv(a)));
        Matrices.Equal(linalg.inv(a), linalg.cholesky(a).cholesky_inverse());
        Matrices.Equal(linalg.inv(a), linalg.pinv(a));
        Assert.Equal(Math.Log(linalg.det(a).item<double>()), linalg.slogdet(a).Item2.item<double>(), 1e-8);
    }

    [TorchFact]
    public void Inv_ex_is_in_truth_a_cholesky_factorization()
    {
        using var scope = NewDisposeScope();
        var a = Matrices.PositiveDefinite(3);
        Matrices.Equal(linalg.cholesky(a), linalg.inv_ex(a).L);
    }

    [TorchFact]
    public void Factorizations_multiply_to_the_matrix()
    {
        using var scope = NewDisposeScope();
        var a = tensor(Matrices.Random(5, 3)).to(float64);
        var (q, r) = linalg.qr(a);
        Assert.Equal([5L, 3L], q.shape);
        Matrices.Equal(a, q.mm(r));
        var (u, s, vh) = linalg.svd(a, fullMatrices: false);
        Assert.Equal([5L, 3L], u.shape);
        Matrices.Equal(a, (u * s).mm(vh));
        Matrices.Equal(s, linalg.svdvals(a));
        Assert.Equal([5L, 5L], linalg.svd(a).U.shape);
        var symmetric = Matrices.PositiveDefinite(4);
        var (values, vectors) = linalg.eigh(symmetric);
        Matrices.Equal(symmetric, (vectors * values).mm(vectors.t()));
        Matrices.Equal(values, linalg.eigvalsh(symmetric));
    }

    [TorchFact]
    public void Least_squares_leave_a_residual_that_is_orthogonal()
    {
        using var scope = NewDisposeScope();
        var a = tensor(Matrices.Random(6, 2)).to(float64);
        var b = tensor(Matrices.Random(6, 1, 3)).to(float64);
        var x = linalg.lstsq(a, b).Solution;
        Assert.True(a.t().mm(b - a.mm(x)).abs().max().item<double>() < 1e-8);
    }

    [TorchFact]
    public void Norms_are_as_defined()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new double[,] { { 3, 0 }, { 0, -4 } });
        Assert.Equal(5.0, linalg.norm(a).item<double>(), 1e-12);
        Assert.Equal(4.0, linalg.norm(a, 2).item<double>(), 1e-12);
        Assert.Equal(7.0, linalg.norm(a, "nuc").item<double>(), 1e-12);
        Assert.Equal(7.0, linalg.vector_norm(a, 1).item<double>(), 1e-12);
        Assert.Equal([3.0, 4.0], linalg.vector_norm(a, 2, [1L]).data<double>().ToArray());
    }
}
