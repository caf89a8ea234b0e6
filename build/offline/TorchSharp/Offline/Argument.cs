using static TorchSharp.torch;

namespace TorchSharp.Offline;

/// <summary>An argument of an operator of libtorch, of whatever type.</summary>
internal readonly struct Argument
{
    private Argument(NativeKind kind, long bits = 0, object? reference = null)
    {
        Kind = kind;
        Bits = bits;
        Reference = reference;
    }

    public NativeKind Kind { get; }

    public long Bits { get; }

    public object? Reference { get; }

    /// <summary>Nothing, where an operator's argument is optional.</summary>
    public static Argument None => default;

    public static implicit operator Argument(Tensor? value) => value is null ? default : new(NativeKind.Tensor, value.Handle, value);

    public static implicit operator Argument(Scalar? value) => value is null ? default : new(value.Kind, value.Bits);

    public static implicit operator Argument(long value) => new(NativeKind.Int, value);

    public static implicit operator Argument(long? value) => value is { } some ? some : default(Argument);

    public static implicit operator Argument(double value) => new(NativeKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(double? value) => value is { } some ? some : default(Argument);

    public static implicit operator Argument(bool value) => new(NativeKind.Bool, value ? 1 : 0);

    public static implicit operator Argument(ScalarType value) => new(NativeKind.Int, (long)value);

    public static implicit operator Argument(ScalarType? value) => value is { } some ? some : default(Argument);

    public static implicit operator Argument(string? value) => value is null ? default : new(NativeKind.String, 0, value);

    public static implicit operator Argument(long[]? value) => value is null ? default : new(NativeKind.IntList, value.Length, value);

    public static implicit operator Argument(ReadOnlySpan<long> value) => value.ToArray();

    public static implicit operator Argument(Tensor?[] value) => new(NativeKind.TensorList, value.Length, value);

    public static implicit operator Argument(Device value) => new(NativeKind.Device, value.index, value);

    public static implicit operator Argument(Generator? value) => value is null ? default : new(NativeKind.Generator, value.Handle, value);
}
