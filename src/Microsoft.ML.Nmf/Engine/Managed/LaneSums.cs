using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The sums over the lanes of sixteen vectors at once, as the lanes of one: 30 shuffles and 15 additions, where sixteen sums one by one take 64 and 64. By the
/// 512-bit instructions of x86 alone, which rearrange two vectors at a time.
/// </summary>
/// <remarks>
/// Four vectors become one with <see cref="OfFour"/>, whose every 128 bits have a part of each of the four sums; two of those become one of eight sums in two
/// parts each with <see cref="OfPairs"/>, and two of those the sixteen sums with <see cref="OfPairs"/> again.
/// </remarks>
internal static class LaneSums
{
    /// <summary>Whether the processor has the instructions; the methods throw where it has not.</summary>
    public static bool AreFast => Avx512F.IsSupported;

    /// <summary>Of vectors a, b, c, d: in every 128 bits the sums of the same 128 bits of a, b, c and d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfFour(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<double> ab = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b)).AsDouble();
        Vector512<double> cd = (Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d)).AsDouble();
        return Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle();
    }

    /// <summary>Of vectors a and b of four times 128 bits each: a₀ + a₁, a₂ + a₃, b₀ + b₁, b₂ + b₃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfPairs(Vector512<float> a, Vector512<float> b)
        => Avx512F.Shuffle4x128(a, b, 0b10_00_10_00) + Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
}
