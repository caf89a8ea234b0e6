using TorchSharp.Offline;

namespace TorchSharp;

/// <summary>A number, as libtorch keeps it: a <see cref="long"/>, a <see cref="double"/> or a <see cref="bool"/>.</summary>
public sealed class Scalar : IDisposable
{
    private readonly NativeKind _kind;
    private readonly long _bits;
    private bool _disposed;

    internal Scalar(NativeKind kind, long bits)
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        _kind = kind;
        _bits = bits;
    }

    public torch.ScalarType Type => Kind switch
    {
        NativeKind.Int => torch.ScalarType.Int64,
        NativeKind.Bool => torch.ScalarType.Bool,
        _ => torch.ScalarType.Float64,
    };

    internal NativeKind Kind => _disposed ? throw new InvalidOperationException("Scalar invalid -- empty handle.") : _kind;

    /// <summary>The integer, or the bits of the number.</summary>
    internal long Bits => _bits;

    internal double Number => Kind == NativeKind.Double ? BitConverter.Int64BitsToDouble(_bits) : _bits;

    internal long Integer => Kind == NativeKind.Double ? (long)BitConverter.Int64BitsToDouble(_bits) : _bits;

    public static implicit operator Scalar(byte value) => value.ToScalar();

    public static implicit operator Scalar(sbyte value) => value.ToScalar();

    public static implicit operator Scalar(short value) => value.ToScalar();

    public static implicit operator Scalar(int value) => value.ToScalar();

    public static implicit operator Scalar(long value) => value.ToScalar();

    public static implicit operator Scalar(Half value) => value.ToScalar();

    public static implicit operator Scalar(float value) => value.ToScalar();

    public static implicit operator Scalar(double value) => value.ToScalar();

    public static implicit operator Scalar(bool value) => value.ToScalar();

    public void Dispose() => _disposed = true;
}
