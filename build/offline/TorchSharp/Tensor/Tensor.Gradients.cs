using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Whether operations are recorded, and what comes of it.</summary>
    public partial class Tensor
    {
        /// <summary>The gradient of a leaf: a new wrapper at every call, null before the first backward pass.</summary>
        public Tensor? grad
        {
            get => Kept(NativeMethods.tensor_grad(Handle)) is var handle and not 0 ? new(handle) : null;
            set => NativeMethods.Check(Kept(NativeMethods.tensor_set_grad(Handle, value?.Handle ?? 0)));
        }

        public bool requires_grad
        {
            get => Has(RequiresGradFlag);
            set => NativeMethods.Check(Kept(NativeMethods.tensor_set_requires_grad(Handle, value ? 1 : 0)));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => NativeMethods.Check(Kept(NativeMethods.tensor_retain_grad(Handle)));

        public void backward() => autograd.backward(this);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null)
            => autograd.backward(new[] { this }, grad_tensors, retain_graph, create_graph, inputs);

        public Tensor detach() => Aten.detach.Call(this);

        public Tensor detach_() => Aten.detach_.InPlace(this);
    }
}
