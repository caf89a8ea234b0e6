using TorchSharp.Modules;
using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Shortens all gradients together to a greatest norm; returns the norm that they had.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                using var mode = no_grad();
                var grads = tensors.Select(tensor => tensor.grad).OfType<Tensor>().ToArray();
                if (grads.Length == 0)
                    return 0;
                var norms = stack(grads.Select(grad => Aten.linalg_vector_norm.Call(grad, norm_type)));
                double norm = Aten.linalg_vector_norm.Call(norms, norm_type).ToDouble();
                double share = Math.Min(1, max_norm / (norm + 1e-6));
                foreach (var grad in grads)
                    grad.mul_(share);
                return norm;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var scope = NewDisposeScope();
                foreach (var grad in tensors.Select(tensor => tensor.grad).OfType<Tensor>())
                    grad.clamp_(-clip_value, clip_value);
            }
        }
    }
}
