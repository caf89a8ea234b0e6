using static TorchSharp.torch;

namespace TorchSharp.Contract.Scopes;

public sealed class ScopeTests
{
    [TorchFact]
    public void Scope_disposes_what_it_made()
    {
        Tensor a, b;
        using (NewDisposeScope())
        {
            a = ones(2, 3);
            b = a + 1;
            Assert.False(b.IsInvalid);
        }

        Assert.True(a.IsInvalid);
        Assert.True(b.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => a.numel());
    }

    [TorchFact]
    public void Scope_leaves_what_was_made_before_it()
    {
        using var before = ones(2);
        using (NewDisposeScope())
            before.add_(1);
        Assert.Equal([2f, 2f], before.data<float>().ToArray());
    }

    [TorchFact]
    public void Moved_out_of_the_outermost_scope_a_tensor_belongs_to_none()
    {
        Tensor kept;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope())
                kept = ones(2).MoveToOuterDisposeScope();
            Assert.False(kept.IsInvalid);
            Assert.True(outer.Contains(kept));
            Assert.Same(kept, kept.MoveToOuterDisposeScope());
            Assert.False(outer.Contains(kept));
        }

        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [TorchFact]
    public void A_tensor_moves_to_the_scope_of_another()
    {
        using var outer = NewDisposeScope();
        var there = ones(1);
        Tensor moved;
        using (NewDisposeScope())
            moved = ones(2).MoveToOtherDisposeScope(there);
        Assert.False(moved.IsInvalid);
        Assert.Equal(2, outer.DisposablesCount);
    }

    [TorchFact]
    public void Detached_a_tensor_outlives_its_scope_and_attached_it_does_not()
    {
        Tensor detached;
        using var attached = ones(2);
        using (var scope = NewDisposeScope())
        {
            detached = ones(2).DetachFromDisposeScope();
            scope.Attach(attached);
        }

        Assert.False(detached.IsInvalid);
        Assert.True(attached.IsInvalid);
        detached.Dispose();
    }

    [TorchFact]
    public void Everything_but_what_is_kept_can_be_disposed_before_the_end()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(1), ones(1));
        Assert.Same(b, scope.DisposeEverythingBut(b));
        Assert.True(a.IsInvalid);
        Assert.False(b.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [TorchFact]
    public void A_disposed_scope_takes_no_more()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        scope.Dispose();
        using var tensor = ones(1);
        Assert.Throws<ObjectDisposedException>(() => scope.Attach(tensor));
        Assert.Null(CurrentDisposeScope);
    }

    [TorchFact]
    public void Scopes_are_of_one_thread()
    {
        using var scope = NewDisposeScope();
        (DisposeScope? Scope, Tensor? Tensor) elsewhere = (scope, null);
        var thread = new Thread(() => elsewhere = (CurrentDisposeScope, ones(1)));
        thread.Start();
        thread.Join();
        Assert.Null(elsewhere.Scope);
        Assert.False(scope.Contains(elsewhere.Tensor!));
        elsewhere.Tensor!.Dispose();
    }

    [TorchFact]
    public void An_in_place_operation_returns_its_tensor_and_zero_a_new_wrapper()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(2);
        Assert.Same(tensor, tensor.mul_(2).add_(1).clamp_min_(0));
        Assert.Equal(1, scope.DisposablesCount);
        var zeroed = tensor.zero_();
        Assert.NotSame(tensor, zeroed);
        Assert.Equal(2, scope.DisposablesCount);
        Assert.Equal([0f, 0f], tensor.data<float>().ToArray());
    }

    [TorchFact]
    public void A_compound_assignment_makes_a_new_tensor()
    {
        using var scope = NewDisposeScope();
        var first = ones(2);
        var second = first;
        second *= 2;
        Assert.NotSame(first, second);
        Assert.Equal([1f, 1f], first.data<float>().ToArray());
        Assert.Equal([2f, 2f], second.data<float>().ToArray());
    }

    [TorchFact]
    public void A_wrapped_expression_keeps_only_its_result()
    {
        using var scope = NewDisposeScope();
        var inner = new List<Tensor>();
        var result = WrappedTensorDisposeScope(() =>
        {
            inner.Add(ones(2));
            return inner[0] + 1;
        });
        Assert.True(inner[0].IsInvalid);
        Assert.Equal([2f, 2f], result.data<float>().ToArray());
        Assert.Equal(1, scope.DisposablesCount);
    }
}
