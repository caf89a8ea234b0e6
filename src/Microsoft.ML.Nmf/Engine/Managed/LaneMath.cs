using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Logarithm, exponential and powers of sixteen float32, inlined into the kernel that calls them. The methods of <see cref="Vector512"/> are compiled by
/// themselves, start without optimisation even where their caller is optimised, and take ten times as long (3.5 ns an entry against 0.32). Without fused
/// multiply-add errors are up to a tenth larger than said here.
/// </summary>
internal static class LaneMath
{
    // Of 2/3: mantissas are taken from [2/3, 4/3), about 1.
    private const uint LeastMantissa = 0x3F2AAAAB;

    // Of 3/4: mantissas are taken from [3/4, 3/2) for log₂.
    private const uint ThreeQuarters = 0x3F400000;

    private const float SmallestNormal = 1.17549435e-38f;

    private const int MantissaBits = 23;

    private const int ExponentBias = 127;

    // The processor's code for the same range.
    private const byte MantissaFromThreeQuarters = 3;

    // e^x is no normal float32 below, and no float32 above.
    private const float LeastExponent = -87.33654f;
    private const float MostExponent = 88.72284f;

    /// <summary>log x for x ≥ 0, right to one unit in the last place; −∞ for 0 and below the smallest normal value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        // x = 2ⁿ (1 + r) with 1 + r from 2/3 to 4/3, log(1 + r) = r − r²/2 + r³ P(r); P is fitted to 1.5e-8 of the logarithm.
        Vector512<uint> bits = x.AsUInt32() - Vector512.Create(LeastMantissa);
        Vector512<float> n = Vector512.ConvertToSingle(Vector512.ShiftRightArithmetic(bits.AsInt32(), MantissaBits));
        Vector512<float> r = ((bits & Vector512.Create((1u << MantissaBits) - 1)) + Vector512.Create(LeastMantissa)).AsSingle() - Vector512<float>.One;
        Vector512<float> square = r * r;
        Vector512<float> p01 = Add(Vector512.Create(-0.24999192f), r, Vector512.Create(0.33333322f));
        Vector512<float> p23 = Add(Vector512.Create(-0.16707101f), r, Vector512.Create(0.20005545f));
        Vector512<float> p45 = Add(Vector512.Create(-0.11823015f), r, Vector512.Create(0.14074248f));
        Vector512<float> p67 = Add(Vector512.Create(-0.14437172f), r, Vector512.Create(0.13682672f));
        Vector512<float> p = Add(Add(Add(p67, square, p45), square, p23), square, p01);
        Vector512<float> logarithm = Add(Add(p, r, Vector512.Create(-0.5f)), square, r);
        logarithm = Add(n, Vector512.Create(0.6931472f), logarithm);
        Vector512<float> isNormal = Vector512.GreaterThanOrEqual(x, Vector512.Create(SmallestNormal));
        return Vector512.ConditionalSelect(isNormal, logarithm, Vector512.Create(float.NegativeInfinity));
    }

    /// <summary>eˣ, right to two units in the last place up to x = 88.3 and to 1e-5 up to the largest; 0 where it would be below the smallest normal value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // x = n log 2 + r with |r| ≤ log(2)/2, e^r = 1 + r + r² Q(r); Q is fitted to 5e-9 of the power. log 2 is taken off in two parts.
        Vector512<float> bounded = Vector512.Min(Vector512.Max(x, Vector512.Create(LeastExponent)), Vector512.Create(MostExponent));
        Vector512<float> n = Vector512.Min(Vector512.Round(bounded * Vector512.Create(1.44269504f)), Vector512.Create((float)ExponentBias));
        Vector512<float> r = Add(n, Vector512.Create(-0.693359375f), bounded);
        r = Add(n, Vector512.Create(2.12194440e-4f), r);
        Vector512<float> q = Add(Vector512.Create(0.0013889453f), r, Vector512.Create(0.0083679175f));
        q = Add(q, r, Vector512.Create(0.041667145f));
        q = Add(q, r, Vector512.Create(0.16666527f));
        q = Add(q, r, Vector512.Create(0.49999997f));
        Vector512<float> power = Add(q, r * r, r) + Vector512<float>.One;
        Vector512<float> scale = Vector512.ShiftLeft(Vector512.ConvertToInt32(n) + Vector512.Create(ExponentBias), MantissaBits).AsSingle();
        power = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(LeastExponent)), Vector512<float>.Zero, power * scale);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(MostExponent)), Vector512.Create(float.PositiveInfinity), power);
    }

    /// <summary>
    /// xᵖ for x ≥ 0 and p ≠ 0, right to two units in the last place; a power below the smallest normal value may become 0, and x below it counts as 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> p)
    {
        // x = 2ⁿ (1 + f) with 1 + f from 3/4 to 3/2, log₂(1 + f) = f L(f). What n + log₂(1 + f) and its product with p lose by rounding is carried along.
        Vector512<float> n, f, one = Vector512<float>.One;
        if (Avx512F.IsSupported)
        {
            f = Avx512F.GetMantissa(x, MantissaFromThreeQuarters) - one;
            n = Avx512F.GetExponent(x);
            n = Vector512.ConditionalSelect(Vector512.LessThan(f, Vector512<float>.Zero), n + one, n);
        }
        else
        {
            Vector512<uint> bits = x.AsUInt32() - Vector512.Create(ThreeQuarters);
            n = Vector512.ConvertToSingle(Vector512.ShiftRightArithmetic(bits.AsInt32(), MantissaBits));
            f = ((bits & Vector512.Create((1u << MantissaBits) - 1)) + Vector512.Create(ThreeQuarters)).AsSingle() - one;
        }

        Vector512<float> l = Add(Vector512.Create(-0.064607714f), f, Vector512.Create(0.151067132f));
        l = Add(l, f, Vector512.Create(-0.190450247f));
        l = Add(l, f, Vector512.Create(0.209093905f));
        l = Add(l, f, Vector512.Create(-0.240130292f));
        l = Add(l, f, Vector512.Create(0.28838235f));
        l = Add(l, f, Vector512.Create(-0.360675361f));
        l = Add(l, f, Vector512.Create(0.480900823f));
        l = Add(l, f, Vector512.Create(-0.721347534f));
        l = Add(l, f, Vector512.Create(1.44269503f)) * f;
        Vector512<float> logarithm = n + l;
        Vector512<float> lost = l - (logarithm - n);
        Vector512<float> z = p * logarithm;
        Vector512<float> lostOfProduct = Add(p, lost, LostOf(p, logarithm, z));

        // 2ᶻ = 2ᵐ 2^g with |g| ≤ ½.
        Vector512<float> m = Avx512F.IsSupported ? Avx512F.RoundScale(z, 0) : Vector512.Round(z);
        Vector512<float> g = z - m + lostOfProduct;
        Vector512<float> q = Add(Vector512.Create(1.535336188e-4f), g, Vector512.Create(1.339887440e-3f));
        q = Add(q, g, Vector512.Create(9.618437357e-3f));
        q = Add(q, g, Vector512.Create(5.550332548e-2f));
        q = Add(q, g, Vector512.Create(2.402264791e-1f));
        q = Add(q, g, Vector512.Create(6.931472028e-1f));
        q = Add(q, g, one);
        Vector512<float> power = Avx512F.IsSupported ? Avx512F.Scale(q, m) : Vector512.ConditionalSelect(Vector512.Equals(x, x), Scale(q, m), x);
        Vector512<float> isTiny = Vector512.LessThan(x, Vector512.Create(SmallestNormal));
        Vector512<float> isPositive = Vector512.GreaterThan(p, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(
            isTiny, Vector512.ConditionalSelect(isPositive, Vector512<float>.Zero, Vector512.Create(float.PositiveInfinity)), power);
    }

    /// <summary>1/√x for a normal x, right to two units in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> InverseRoot(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
            return Vector512<float>.One / Vector512.Sqrt(x);
        // An estimate to 14 bits and a step of Newton's method, which a processor does while it waits for a division.
        Vector512<float> root = Avx512F.ReciprocalSqrt14(x);
        Vector512<float> error = Add(-(x * root), root, Vector512<float>.One);
        return Add(root * Vector512.Create(0.5f), error, root);
    }

    // q 2ᵐ for q from ½ to 2. 2¹²⁸ is no float32, half of it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> q, Vector512<float> m)
    {
        Vector512<float> isLarge = Vector512.GreaterThan(m, Vector512.Create((float)ExponentBias));
        m -= isLarge & Vector512<float>.One;
        q += isLarge & q;
        Vector512<float> bounded = Vector512.Min(Vector512.Max(m, Vector512.Create(-(float)ExponentBias)), Vector512.Create((float)ExponentBias));
        Vector512<float> scale = Vector512.ShiftLeft(Vector512.ConvertToInt32(bounded) + Vector512.Create(ExponentBias), MantissaBits).AsSingle();
        return Vector512.ConditionalSelect(
            Vector512.GreaterThan(m, Vector512.Create((float)ExponentBias)), Vector512.Create(float.PositiveInfinity), q * scale);
    }

    // a·b − z for the rounded product z, exactly. Without fused multiply-add it comes from two halves of each factor (Dekker 1971).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LostOf(Vector512<float> a, Vector512<float> b, Vector512<float> z)
    {
        if (Fma.IsSupported || AdvSimd.IsSupported)
            return Vector512.FusedMultiplyAdd(a, b, -z);
        Vector512<float> highOfA = HighHalf(a), highOfB = HighHalf(b), lowOfA = a - highOfA, lowOfB = b - highOfB;
        return (highOfA * highOfB - z + highOfA * lowOfB + lowOfA * highOfB) + lowOfA * lowOfB;
    }

    // The value rounded to half of its digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> HighHalf(Vector512<float> value)
    {
        Vector512<float> large = value * Vector512.Create(4097f);
        return large - (large - value);
    }

    // a·b + c.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.MultiplyAddEstimate(a, b, c);
}
