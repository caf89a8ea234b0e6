using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace TorchSharp.Offline;

/// <summary>The native library's functions (Native/*.cpp). Those that can fail return a value for it; <see cref="Throw"/> says why.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "LibTorchSharp";

    /// <summary>The exception of TorchSharp for an error of libtorch, with the message of this thread's last failed call.</summary>
    [DoesNotReturn]
    public static void Throw() => throw new ExternalException(Marshal.PtrToStringUTF8((nint)torch_last_error()));

    /// <summary>Throws where a call failed.</summary>
    public static void Check(int status)
    {
        if (status < 0)
            Throw();
    }

    [LibraryImport(Library)] private static partial byte* torch_last_error();
    [LibraryImport(Library)] public static partial nint torch_operator(byte* name, byte* overload);
    [LibraryImport(Library)] public static partial int torch_call(nint op, NativeValue* arguments, int count, NativeValue** results);

    [LibraryImport(Library)] public static partial void tensor_free(nint tensor);
    [LibraryImport(Library)] public static partial nint tensor_alias(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] public static partial long tensor_dim(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] public static partial long tensor_numel(nint tensor);
    [LibraryImport(Library)] public static partial long tensor_size(nint tensor, long dim);
    [LibraryImport(Library)] public static partial long tensor_stride(nint tensor, long dim);
    [LibraryImport(Library)] public static partial long tensor_storage_offset(nint tensor);
    [LibraryImport(Library)] public static partial long tensor_element_size(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] public static partial int tensor_dtype(nint tensor);
    [LibraryImport(Library)] public static partial int tensor_device_type(nint tensor);
    [LibraryImport(Library)] public static partial int tensor_device_index(nint tensor);
    [LibraryImport(Library)] public static partial int tensor_flags(nint tensor);
    [LibraryImport(Library)] public static partial nint tensor_data(nint tensor);
    [LibraryImport(Library)] public static partial int tensor_item(nint tensor, NativeValue* value);
    [LibraryImport(Library)] public static partial nint tensor_from_memory(nint data, long* sizes, int count, int dtype, delegate* unmanaged<nint, void> release, nint context);
    [LibraryImport(Library)] public static partial nint tensor_index(nint tensor, NativeValue* indices, int count);
    [LibraryImport(Library)] public static partial int tensor_index_put(nint tensor, NativeValue* indices, int count, NativeValue* value);

    [LibraryImport(Library)] public static partial int tensor_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] public static partial nint tensor_grad(nint tensor);
    [LibraryImport(Library)] public static partial int tensor_set_grad(nint tensor, nint grad);
    [LibraryImport(Library)] public static partial int tensor_retain_grad(nint tensor);
    [LibraryImport(Library)] public static partial int autograd_backward(nint* tensors, int tensorCount, nint* grads, int gradCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)] public static partial int autograd_grad(nint* outputs, int outputCount, nint* inputs, int inputCount, nint* grads, int gradCount, int retainGraph, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Library)] public static partial int autograd_function(nint* outputs, int outputCount, nint* inputs, int inputCount, delegate* unmanaged<nint, nint*, int, nint*, int, byte*, int, int> backward, delegate* unmanaged<nint, void> release, nint context, nint* results);
    [LibraryImport(Library)] public static partial int grad_mode_get();
    [LibraryImport(Library)] public static partial void grad_mode_set(int enabled);
    [LibraryImport(Library)] public static partial int inference_mode_get();
    [LibraryImport(Library)] public static partial nint inference_mode_enter(int enabled);
    [LibraryImport(Library)] public static partial void inference_mode_leave(nint guard);

    [LibraryImport(Library)] public static partial int cuda_device_count();
    [LibraryImport(Library)] public static partial int cuda_is_cudnn_available();
    [LibraryImport(Library)] public static partial int cuda_synchronize(long index);
    [LibraryImport(Library)] public static partial int cublas_allow_tf32_get();
    [LibraryImport(Library)] public static partial void cublas_allow_tf32_set(int value);
    [LibraryImport(Library)] public static partial int cudnn_allow_tf32_get();
    [LibraryImport(Library)] public static partial void cudnn_allow_tf32_set(int value);

    [LibraryImport(Library)] public static partial int threads_get();
    [LibraryImport(Library)] public static partial int threads_set(int count);
    [LibraryImport(Library)] public static partial int interop_threads_get();
    [LibraryImport(Library)] public static partial int interop_threads_set(int count);

    [LibraryImport(Library)] public static partial nint generator_default();
    [LibraryImport(Library)] public static partial nint generator_new(ulong seed);
    [LibraryImport(Library)] public static partial int cuda_manual_seed(long seed, int index);
    [LibraryImport(Library)] public static partial int cuda_current_device();
    [LibraryImport(Library)] public static partial void generator_free(nint generator);
    [LibraryImport(Library)] public static partial void generator_seed(nint generator, long seed);
    [LibraryImport(Library)] public static partial long generator_initial_seed(nint generator);
    [LibraryImport(Library)] public static partial nint generator_get_state(nint generator);
    [LibraryImport(Library)] public static partial int generator_set_state(nint generator, nint state);
}
