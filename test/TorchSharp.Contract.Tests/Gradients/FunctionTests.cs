using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TorchSharp.Contract.Gradients;

public sealed class FunctionTests
{
    [TorchFact]
    public void A_function_computes_its_gradients_itself()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }).requires_grad_();
        var y = Scaled.apply(x, 3.0);
        Assert.True(y.requires_grad);
        Assert.Equal([3f, 6f], y.data<float>().ToArray());
        (y * y).sum().backward();
        // The true gradient would be 18 x; the function says ten times its part of it.
        Assert.Equal([180f, 360f], x.grad!.data<float>().ToArray());
    }

    [TorchFact]
    public void A_function_of_several_tensors_gets_zeros_for_what_is_not_used()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(2f).requires_grad_(), tensor(5f).requires_grad_());
        var both = ProductAndSum.apply(a, b);
        Assert.Equal([10f, 7f], both.Select(tensor => tensor.item<float>()));
        both[0].backward();
        Assert.Equal(5f, a.grad!.item<float>());
        Assert.Equal(2f, b.grad!.item<float>());
    }

    [TorchFact]
    public void What_a_function_saved_outlives_the_scope_of_its_forward_pass()
    {
        using var x = tensor(new[] { 1f, 2f }).requires_grad_();
        Tensor y;
        using (NewDisposeScope())
            y = Scaled.apply(x, 2.0).MoveToOuterDisposeScope();
        using (NewDisposeScope())
        {
            y.sum().backward();
            Assert.Equal([20f, 20f], x.grad!.data<float>().ToArray());
        }

        y.Dispose();
    }

    [TorchFact]
    public void A_function_of_constants_records_nothing()
    {
        using var scope = NewDisposeScope();
        var x = ones(2);
        Assert.False(Scaled.apply(x, 3.0).requires_grad);
        using (no_grad())
            Assert.False(Scaled.apply(x.requires_grad_(), 3.0).requires_grad);
    }

    private sealed class Scaled : SingleTensorFunction<Scaled>
    {
        public override string Name => nameof(Scaled);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_data("factor", vars[1]);
            ctx.save_for_backward([x]);
            Assert.False(is_grad_enabled());
            return x * (double)vars[1];
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            Assert.Equal([1f, 2f], ctx.get_saved_variables()[0].data<float>().ToArray());
            return [grad_output * (10 * (double)ctx.get_data("factor")!), null!];
        }
    }

    private sealed class ProductAndSum : MultiTensorFunction<ProductAndSum>
    {
        public override string Name => nameof(ProductAndSum);

        public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
        {
            var (a, b) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([a, b]);
            return [a * b, a + b];
        }

        public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var saved = ctx.get_saved_variables();
            Assert.Equal(0f, grad_outputs[1].item<float>());
            return [grad_outputs[0] * saved[1] + grad_outputs[1], grad_outputs[0] * saved[0] + grad_outputs[1]];
        }
    }
}
