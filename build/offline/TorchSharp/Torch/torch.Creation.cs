using System.Runtime.InteropServices;
using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Create(Aten.eye_m, [rows, columns == -1 ? rows : columns], dtype, device, requires_grad, names);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        bool integral = is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type);
        return Create(Aten.arange_start_step, [start, stop, step], dtype ?? (integral ? ScalarType.Int64 : get_default_dtype()), device, requires_grad);
    }

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => Create(Aten.linspace, [start, end, steps], dtype, device, requires_grad);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
        => Create(Aten.randperm_generator, [n, generator], dtype ?? ScalarType.Int64, device, false);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => input.zeros_like(dtype, device, requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => input.ones_like(dtype, device, requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => input.empty_like(dtype, device, requires_grad);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => input.full_like(value, dtype, device, requires_grad);

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.rand_like(dtype, device, requires_grad);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => input.randn_like(dtype, device, requires_grad);

    /// <summary>A sparse tensor in coordinate form; not coalesced unless it is used as if it were.</summary>
    public static Tensor sparse_coo_tensor(Tensor indices, Tensor values, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Create(Aten.sparse_coo_tensor_indices_size, [indices, values, size], dtype ?? values.dtype, device, requires_grad, names);

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device ?? CPU);

    /// <summary>A tensor over an array's own memory, as long as no other type or device is asked for.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
        => FromArray(rawArray, [.. Enumerable.Range(0, rawArray.Rank).Select(rawArray.GetLongLength)], dtype, device, requires_grad, names);

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device, false);

    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>Part of a one-dimensional array's own memory.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength)
            throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count < 0)
            count = rawArray.LongLength - offset;
        if (count > rawArray.LongLength - offset)
            throw new IndexOutOfRangeException($"element count is too large: {count}");
        var tensor = Over(rawArray, [count], ToScalarType(rawArray.GetType().GetElementType()!), offset);
        tensor.requires_grad = requires_grad;
        return tensor.dtype == dtype ? tensor : tensor.to_type(dtype);
    }

    /// <summary>A new tensor from an operator whose arguments end with type, layout, device and whether the memory is pinned.</summary>
    internal static Tensor Create(Operator op, ReadOnlySpan<Argument> first, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names = null)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("The offline stand-in has no named dimensions.");
        device = InitializeDevice(device);
        ReadOnlySpan<Argument> all = [.. first, dtype ?? get_default_dtype(), Argument.None, device, Argument.None];
        Tensor tensor;
        try
        {
            tensor = op.Call(all);
        }
        catch (ExternalException)
        {
            // The collector knows nothing of the memory that forgotten tensors hold.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            tensor = op.Call(all);
        }

        if (requiresGrad)
            tensor.requires_grad = true;
        return tensor;
    }

    private static Tensor FromArray(Array array, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("The offline stand-in has no named dimensions.");
        long count = 1;
        foreach (long size in sizes)
            count *= size;
        if (count > array.LongLength)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {count} vs. {array.LongLength}");
        device = InitializeDevice(device);
        var own = ToScalarType(array.GetType().GetElementType()!);
        var tensor = Over(array, sizes, own, 0);
        bool moves = device.type != DeviceType.CPU;
        tensor.requires_grad = requiresGrad && !moves;
        if (!moves && (dtype ?? own) == own)
            return tensor;
        var result = tensor.to(dtype ?? own, device);
        tensor.Dispose();
        if (moves)
            result.requires_grad = requiresGrad;
        return result;
    }

    /// <summary>A tensor over an array's memory, which stays where it is until no tensor uses it any more.</summary>
    private static unsafe Tensor Over(Array array, ReadOnlySpan<long> sizes, ScalarType type, long offset)
    {
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        nint data = pin.AddrOfPinnedObject() + (nint)(offset * Buffer.ByteLength(array) / Math.Max(1, array.LongLength));
        fixed (long* first = sizes)
        {
            nint handle = NativeMethods.tensor_from_memory(data, first, sizes.Length, (int)type, &Release, GCHandle.ToIntPtr(pin));
            if (handle != 0)
                return new(handle);
        }

        pin.Free();
        NativeMethods.Throw();
        return null;
    }

    [UnmanagedCallersOnly]
    private static void Release(nint pin) => GCHandle.FromIntPtr(pin).Free();
}
