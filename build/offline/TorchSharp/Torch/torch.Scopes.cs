using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.CurrentDisposeScope;

    /// <summary>A scope inside the current one, and from now on itself the current one.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.NewDisposeScope();

    /// <summary>Computes a tensor and disposes of all that was made on the way.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    public static int get_num_threads() => NativeMethods.threads_get();

    public static void set_num_threads(int num) => NativeMethods.Check(NativeMethods.threads_set(num));

    public static int get_num_interop_threads() => NativeMethods.interop_threads_get();

    public static void set_num_interop_threads(int num) => NativeMethods.Check(NativeMethods.interop_threads_set(num));
}
