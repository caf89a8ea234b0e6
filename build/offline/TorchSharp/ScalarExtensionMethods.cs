using TorchSharp.Offline;

namespace TorchSharp;

/// <summary>Numbers to <see cref="Scalar"/>s and back.</summary>
public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => ((long)value).ToScalar();

    public static Scalar ToScalar(this sbyte value) => ((long)value).ToScalar();

    public static Scalar ToScalar(this short value) => ((long)value).ToScalar();

    public static Scalar ToScalar(this int value) => ((long)value).ToScalar();

    public static Scalar ToScalar(this long value) => new(NativeKind.Int, value);

    public static Scalar ToScalar(this Half value) => ((double)value).ToScalar();

    public static Scalar ToScalar(this float value) => ((double)value).ToScalar();

    public static Scalar ToScalar(this double value) => new(NativeKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static Scalar ToScalar(this bool value) => new(NativeKind.Bool, value ? 1 : 0);

    public static Half ToHalf(this Scalar value) => (Half)value.Number;

    public static float ToSingle(this Scalar value) => (float)value.Number;

    public static double ToDouble(this Scalar value) => value.Number;

    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Integer;

    public static byte ToByte(this Scalar value) => (byte)value.Integer;

    public static short ToInt16(this Scalar value) => (short)value.Integer;

    public static int ToInt32(this Scalar value) => (int)value.Integer;

    public static long ToInt64(this Scalar value) => value.Integer;

    public static bool ToBoolean(this Scalar value) => value.Number != 0;
}
