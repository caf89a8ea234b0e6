using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the optimizers have in common: groups of parameters, and tensors that are kept from step to step.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    private readonly Dictionary<(nint Handle, string Name), Tensor> _kept = [];

    public OptimizerHelper()
    {
    }

    /// <summary>Computes the loss, if there is one, and then lets every group take a step, unrecorded and in a scope of its own.</summary>
    protected Tensor _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using (enable_grad())
                loss = loss_closure();
        }

        using var mode = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _parameter_groups)
            body((T)group);
        return loss!;
    }

    /// <summary>A tensor of a parameter that is kept, made at its first use.</summary>
    private protected Tensor Kept(Parameter parameter, string name, Func<Tensor> make)
    {
        if (!_kept.TryGetValue((parameter.Handle, name), out var tensor))
            _kept[(parameter.Handle, name)] = tensor = make().DetachFromDisposeScope();
        return tensor;
    }

    private protected bool IsKept(Parameter parameter, string name) => _kept.ContainsKey((parameter.Handle, name));

    private protected void DisposeKept()
    {
        foreach (var tensor in _kept.Values)
            tensor.Dispose();
        _kept.Clear();
    }
}
