using System.Runtime.InteropServices;
using System.Text;
using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>An operation with a backward pass of its own. Of tensors among the arguments, gradients are returned in their order.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            private static readonly T _instance = new();

            public abstract string Name { get; }

            public static unsafe List<Tensor> apply_internal(params object[] vars)
            {
                var inputs = vars.OfType<Tensor>().Where(tensor => !tensor.IsInvalid).ToArray();
                bool records = is_grad_enabled() && inputs.Any(input => input.requires_grad);
                var context = new AutogradContext([.. vars.Select(value => value is Tensor { IsInvalid: false })]);
                List<Tensor> outputs;
                using (no_grad())
                    outputs = _instance.Forward(context, vars);
                if (!records)
                    return outputs.ConvertAll(output => output.alias());

                context.Saved(outputs, _instance.Backward);
                nint[] from = [.. outputs.Select(output => output.Handle)], to = [.. inputs.Select(input => input.Handle)], results = new nint[from.Length];
                nint handle = GCHandle.ToIntPtr(GCHandle.Alloc(context));
                fixed (nint* o = from, i = to, r = results)
                    NativeMethods.Check(NativeMethods.autograd_function(o, from.Length, i, to.Length, &Run, &Release, handle, r));
                GC.KeepAlive(outputs);
                return [.. results.Select(result => new Tensor(result))];
            }

            internal abstract List<Tensor> Forward(AutogradContext context, object[] vars);

            internal abstract List<Tensor?> Backward(AutogradContext context, List<Tensor> grads);
        }

        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> Forward(AutogradContext context, object[] vars) => [forward(context, vars)];

            internal sealed override List<Tensor?> Backward(AutogradContext context, List<Tensor> grads) => backward(context, grads[0])!;
        }

        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal sealed override List<Tensor> Forward(AutogradContext context, object[] vars) => forward(context, vars);

            internal sealed override List<Tensor?> Backward(AutogradContext context, List<Tensor> grads) => backward(context, grads)!;
        }

        [UnmanagedCallersOnly]
        private static unsafe int Run(nint context, nint* grads, int gradCount, nint* results, int resultCount, byte* error, int errorLength)
        {
            try
            {
                var given = new ReadOnlySpan<nint>(grads, gradCount);
                ((AutogradContext)GCHandle.FromIntPtr(context).Target!).Run(given, new(results, resultCount));
                return 0;
            }
            catch (Exception e)
            {
                Encoding.UTF8.TryGetBytes(e.Message, new Span<byte>(error, errorLength - 1), out _);
                return -1;
            }
        }

        [UnmanagedCallersOnly]
        private static void Release(nint context)
        {
            var handle = GCHandle.FromIntPtr(context);
            ((AutogradContext)handle.Target!).Dispose();
            handle.Free();
        }
    }
}
