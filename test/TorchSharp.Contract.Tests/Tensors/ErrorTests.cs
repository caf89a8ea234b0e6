using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class ErrorTests
{
    [TorchFact]
    public void Shapes_that_do_not_fit_are_told_with_their_numbers()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(2, 3), ones(2, 3));
        var error = Assert.Throws<ExternalException>(() => a.mm(b));
        Assert.Contains("(2x3 and 2x3)", error.Message);
        Assert.Contains("size of tensor", Assert.Throws<ExternalException>(() => a.add_(ones(2, 4))).Message);
        Assert.Contains("must match the existing size", Assert.Throws<ExternalException>(() => a.expand(3, 3)).Message);
        Assert.Throws<ExternalException>(() => a.view(4, 4));
        Assert.Throws<ExternalException>(() => a.size(2));
        Assert.Throws<ExternalException>(() => a[5]);
        Assert.Throws<ExternalException>(() => cat([a, ones(2, 4)]));
    }

    [TorchFact]
    public void Types_that_do_not_fit_are_told()
    {
        using var scope = NewDisposeScope();
        var a = ones(2, dtype: int64);
        Assert.Contains("can't be cast", Assert.Throws<ExternalException>(() => a.mul_(0.5)).Message);
        Assert.Throws<ExternalException>(() => ones(2, 2).mm(ones(2, 2, dtype: float64)));
        Assert.Throws<ExternalException>(() => a.requires_grad_());
    }

    [TorchFact]
    public void After_an_error_everything_goes_on()
    {
        using var scope = NewDisposeScope();
        var a = ones(2, 3);
        Assert.Throws<ExternalException>(() => a.mm(a));
        Assert.Equal(6f, a.sum().item<float>());
        Assert.Equal(2, scope.DisposablesCount);
    }

    [TorchFact]
    public void A_disposed_tensor_is_told_before_libtorch_sees_it()
    {
        var a = ones(2);
        a.Dispose();
        Assert.True(a.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => a.Handle);
        Assert.Throws<InvalidOperationException>(() => a.add_(1));
        using var b = ones(2);
        Assert.Throws<InvalidOperationException>(() => b.add_(a));
    }
}
