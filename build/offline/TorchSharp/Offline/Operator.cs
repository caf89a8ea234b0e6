using System.Runtime.CompilerServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp.Offline;

/// <summary>An operator of libtorch: looked up by its name at its first call, then only called.</summary>
internal sealed unsafe class Operator(string name, string overload = "")
{
    /// <summary>What fits on the stack: arguments and the numbers of their lists.</summary>
    private const int StackWords = 64;

    private nint _handle;

    /// <summary>An operator with one result, as a new tensor.</summary>
    public Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        var results = Invoke(arguments, true);
        return TensorOf(results[0]);
    }

    public (Tensor, Tensor) Call2(params ReadOnlySpan<Argument> arguments)
    {
        var results = Invoke(arguments, true);
        return (TensorOf(results[0]), TensorOf(results[1]));
    }

    public (Tensor, Tensor, Tensor) Call3(params ReadOnlySpan<Argument> arguments)
    {
        var results = Invoke(arguments, true);
        return (TensorOf(results[0]), TensorOf(results[1]), TensorOf(results[2]));
    }

    public (Tensor, Tensor, Tensor, Tensor) Call4(params ReadOnlySpan<Argument> arguments)
    {
        var results = Invoke(arguments, true);
        return (TensorOf(results[0]), TensorOf(results[1]), TensorOf(results[2]), TensorOf(results[3]));
    }

    public Tensor[] CallList(params ReadOnlySpan<Argument> arguments)
    {
        var results = Invoke(arguments, true);
        // Copied first: the memory is the native library's until its next call.
        var handles = results.ToArray();
        return Array.ConvertAll(handles, TensorOf);
    }

    public bool CallBool(params ReadOnlySpan<Argument> arguments) => Invoke(arguments, true)[0].Integer != 0;

    /// <summary>An operator that changes its first argument, which is what it returns.</summary>
    public Tensor InPlace(params ReadOnlySpan<Argument> arguments)
    {
        Invoke(arguments, false);
        return (Tensor)arguments[0].Reference!;
    }

    /// <summary>Whether this libtorch has the operator.</summary>
    public bool Exists()
    {
        fixed (byte* n = Utf8("aten::" + name), o = Utf8(overload))
            return NativeMethods.torch_operator(n, o) != 0;
    }

    public override string ToString() => overload.Length == 0 ? name : name + "." + overload;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static Tensor TensorOf(NativeValue value) => new(value.Pointer);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint Find()
    {
        InitializeDeviceType(DeviceType.CPU);
        fixed (byte* n = Utf8("aten::" + name), o = Utf8(overload))
            _handle = NativeMethods.torch_operator(n, o);
        if (_handle == 0)
            NativeMethods.Throw();
        return _handle;
    }

    [SkipLocalsInit]
    private ReadOnlySpan<NativeValue> Invoke(ReadOnlySpan<Argument> arguments, bool wantsResults)
    {
        nint handle = _handle != 0 ? _handle : Find();
        int words = 2 * arguments.Length;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Kind is NativeKind.IntList or NativeKind.TensorList)
                words += (int)argument.Bits;
            else if (argument.Kind == NativeKind.String)
                words += (((string)argument.Reference!).Length + 8) / 8;
        }

        long* stack = stackalloc long[StackWords];
        fixed (long* heap = words > StackWords ? new long[words] : null)
        {
            var values = (NativeValue*)(heap != null ? heap : stack);
            long* lists = (long*)(values + arguments.Length);
            for (int i = 0; i < arguments.Length; i++)
                lists = Write(arguments[i], values + i, lists);
            NativeValue* results = null;
            int count = NativeMethods.torch_call(handle, values, arguments.Length, wantsResults ? &results : null);
            if (count < 0)
                NativeMethods.Throw();
            return new(results, count);
        }
    }

    /// <summary>Writes an argument, and what it points to where the next free word is; returns the free word after that.</summary>
    private static long* Write(in Argument argument, NativeValue* value, long* free)
    {
        value->Kind = argument.Kind;
        switch (argument.Kind)
        {
            case NativeKind.IntList:
                ((long[])argument.Reference!).CopyTo(new Span<long>(free, (int)argument.Bits));
                break;
            case NativeKind.TensorList:
                var tensors = (Tensor?[])argument.Reference!;
                for (int i = 0; i < tensors.Length; i++)
                    free[i] = tensors[i]?.Handle ?? 0;
                break;
            case NativeKind.String:
                string text = (string)argument.Reference!;
                for (int i = 0; i < text.Length; i++)
                    ((byte*)free)[i] = (byte)text[i];
                ((byte*)free)[text.Length] = 0;
                value->Pointer = (nint)free;
                return free + (text.Length + 8) / 8;
            case NativeKind.Device:
                value->Count = (int)((Device)argument.Reference!).type;
                value->Integer = argument.Bits;
                return free;
            default:
                value->Integer = argument.Bits;
                return free;
        }

        value->Count = (int)argument.Bits;
        value->Pointer = (nint)free;
        return free + argument.Bits;
    }
}
