using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Numbers as operands of TorchSharp's calls. TorchSharp passes the native handle of a <see cref="Scalar"/> on without keeping the object alive, so the garbage
/// collector may free one that a call has made by itself while libtorch still reads it (seen as "Expected false to be true", raised from toDouble).
/// Therefore no number is converted in a call: it is one of the fields here, or from <see cref="Of(double)"/> in a using variable that outlives the
/// call; and operators and overloads that convert one inside TorchSharp (<c>a + b</c>, <c>a.add_(b)</c>, <c>a - 1</c>) give way to those that take it.
/// </summary>
internal static class TorchScalars
{
    /// <summary>0.</summary>
    public static readonly Scalar Zero = 0;

    /// <summary>1.</summary>
    public static readonly Scalar One = 1;

    /// <summary>½.</summary>
    public static readonly Scalar Half = 0.5;

    /// <summary>The upper bound of powers (<see cref="MultiplicativeRule.LargestPower"/>).</summary>
    public static readonly Scalar LargestPower = MultiplicativeRule.LargestPower;

    /// <summary>The largest float32.</summary>
    public static readonly Scalar LargestFloat = float.MaxValue;

    /// <summary>A number for a using variable.</summary>
    public static Scalar Of(double value) => value;

    /// <summary>A whole number for a using variable.</summary>
    public static Scalar Of(long value) => value;
}
