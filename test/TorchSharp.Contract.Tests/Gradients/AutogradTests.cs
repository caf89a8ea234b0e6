using static TorchSharp.torch;

namespace TorchSharp.Contract.Gradients;

public sealed class AutogradTests
{
    [TorchFact]
    public void A_network_has_the_gradients_that_differences_say()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var x = rand(6, 4, dtype: float64);
        var y = tensor(new[] { 0L, 1L, 2L, 0L, 1L, 2L });
        var w1 = randn(4, 5, dtype: float64).requires_grad_();
        var w2 = randn(5, 3, dtype: float64).requires_grad_();
        Tensor Loss() => nn.functional.cross_entropy(x.mm(w1).sigmoid().mm(w2), y) + w1.square().mean() * 0.1;
        Loss().backward();
        foreach (var w in new[] { w1, w2 })
        {
            var grad = w.grad;
            Assert.NotNull(grad);
            for (int i = 0; i < w.size(0); i++)
            {
                for (int j = 0; j < w.size(1); j++)
                    Assert.Equal(Difference(Loss, w, i, j), grad[i, j].item<double>(), 1e-6);
            }
        }
    }

    [TorchFact]
    public void Gradients_go_through_solutions_products_and_picked_elements()
    {
        using var scope = NewDisposeScope();
        var a = Matrices.PositiveDefinite(3).requires_grad_();
        var b = tensor(Matrices.Random(3, 2)).to(float64);
        Tensor Loss() => linalg.solve(a.mm(a), b)[TensorIndex.Slice(0, 2)].square().sum();
        Loss().backward();
        var grad = a.grad!;
        Assert.Equal(Difference(Loss, a, 0, 1), grad[0, 1].item<double>(), 1e-6);
        Assert.Equal(Difference(Loss, a, 2, 2), grad[2, 2].item<double>(), 1e-6);
    }

    [TorchFact]
    public void Gradients_add_up_until_they_are_taken_away()
    {
        using var scope = NewDisposeScope();
        var w = ones(2).requires_grad_();
        Assert.Null(w.grad);
        (w * 3).sum().backward();
        (w * 3).sum().backward();
        Assert.Equal([6f, 6f], w.grad!.data<float>().ToArray());
        Assert.NotSame(w.grad, w.grad);
        w.grad = null;
        Assert.Null(w.grad);
    }

    [TorchFact]
    public void Gradients_are_computed_without_storing_them_too()
    {
        using var scope = NewDisposeScope();
        var w = tensor(new[] { 1f, 2f }).requires_grad_();
        var first = autograd.grad([w.pow(3).sum()], [w], create_graph: true)[0];
        Assert.Equal([3f, 12f], first.data<float>().ToArray());
        var second = autograd.grad([first.sum()], [w])[0];
        Assert.Equal([6f, 12f], second.data<float>().ToArray());
        Assert.Null(w.grad);
        var weighted = autograd.grad([w * w], [w], [tensor(new[] { 1f, 10f })])[0];
        Assert.Equal([2f, 40f], weighted.data<float>().ToArray());
    }

    [TorchFact]
    public void A_graph_is_freed_by_its_backward_pass_unless_it_is_retained()
    {
        using var scope = NewDisposeScope();
        var w = ones(2).requires_grad_();
        var loss = w.square().sum();
        loss.backward(retain_graph: true);
        loss.backward();
        Assert.Equal([4f, 4f], w.grad!.data<float>().ToArray());
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => loss.backward());
    }

    [TorchFact]
    public void Nothing_is_recorded_without_gradients()
    {
        using var scope = NewDisposeScope();
        var w = ones(2).requires_grad_();
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((w * 2).requires_grad);
            w.add_(1);
            using (enable_grad())
                Assert.True((w * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }

        Assert.True(is_grad_enabled());
        using (inference_mode())
            Assert.False((w * 2).requires_grad);
        Assert.True((w * 2).requires_grad);
        Assert.False((w * 2).detach().requires_grad);
        Assert.True(w.is_leaf);
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => w.add_(1));
    }

    private static double Difference(Func<Tensor> loss, Tensor w, int i, int j)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        const double Step = 1e-5;
        double At(double by)
        {
            w[i, j] = w[i, j] + by;
            double value = loss().item<double>();
            w[i, j] = w[i, j] - by;
            return value;
        }

        return (At(Step) - At(-Step)) / (2 * Step);
    }
}
