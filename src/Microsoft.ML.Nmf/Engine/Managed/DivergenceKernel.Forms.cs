using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

internal static partial class DivergenceKernel
{
    // 1/7!, …, 1/1!.
    private static ReadOnlySpan<float> InverseFactorials => [1f / 5040, 1f / 720, 1f / 120, 1f / 24, 1f / 6, 1f / 2, 1f];

    private readonly struct Euclidean : IDivergence
    {
        public static bool ReadsCoefficients => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            Vector512<float> residual = x - y;
            return residual * residual * 0.5f;
        }
    }

    // β = ½: 2 (√x − √y)² / √y, with the difference of the roots as that of the values over their sum, which does not cancel.
    private readonly struct Half : IDivergence
    {
        public static bool ReadsCoefficients => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            Vector512<float> difference = (x - y) / (Vector512.Sqrt(x) + y * power);
            return difference * difference * (power + power);
        }
    }

    // β = 3/2: 4/3 (√x − √y)² (√x + √y / 2), likewise.
    private readonly struct ThreeHalves : IDivergence
    {
        public static bool ReadsCoefficients => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            Vector512<float> root = Vector512.Sqrt(x), difference = (x - y) / (root + power);
            return difference * difference * Vector512.MultiplyAddEstimate(root, Vector512.Create(4f / 3), power * (2f / 3));
        }
    }

    private readonly struct ItakuraSaito : IDivergence
    {
        public static bool ReadsCoefficients => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
            => x / y - Vector512<float>.One - LogarithmOfRatio(x, y);
    }

    // (x^β + (β − 1) y^β − β x y^(β−1)) / (β (β − 1)).
    private readonly struct Any : IDivergence
    {
        public static bool ReadsCoefficients => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            return Choose((x - y) / y, c, power * y, (dataPower - power * x + c.Less * power * (y - x)) * c.InverseOfProduct);
        }
    }

    // y^β (u log(u) E((β − 1) log u) − v) / β with u = x / y, v = u − 1 and E(t) = (exp(t) − 1) / t: the same, without the division of 0 by 0 at β = 1.
    private readonly struct AboutOne : IDivergence
    {
        public static bool ReadsCoefficients => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            Vector512<float> logarithm = LogarithmOfRatio(x, y);
            Vector512<float> far = Vector512.MultiplyAddEstimate(x * logarithm, RelativeGrowth(c.Less * logarithm), y - x);
            return Choose((x - y) / y, c, power * y, power * far / c.Beta);
        }
    }

    // The same for β = 1 itself, where the power is 1.
    private readonly struct One : IDivergence
    {
        public static bool ReadsCoefficients => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
            => AboutOne.Of(x, y, Vector512<float>.One, dataPower, c);
    }

    // y^β (log(u) E(β log u) − v) / (β − 1): the same, without the division of 0 by 0 at β = 0; at x = 0 and β > 0 it is y^β / β.
    private readonly struct AboutZero : IDivergence
    {
        public static bool ReadsCoefficients => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            Vector512<float> logarithm = LogarithmOfRatio(x, y);
            Vector512<float> far = Vector512.MultiplyAddEstimate(y * logarithm, RelativeGrowth(c.Beta * logarithm), y - x);
            Vector512<float> isNormal = Vector512.GreaterThan(x / y, Vector512.Create(DivergenceRule.SmallestRatio));
            return Choose((x - y) / y, c, power * y, Vector512.ConditionalSelect(isNormal, power * far / c.Less, power * y / c.Beta));
        }
    }

    // Where x and y are close the forms above are mostly rounding, and the divergence is y^β times a series in v = (x − y) / y:
    // v²/2 (1 + (β − 2)/3 v (1 + (β − 3)/4 v (…))). It has as many terms as it takes up to where it is left for the other form.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Choose(Vector512<float> v, in Coefficients c, Vector512<float> powerOfApproximation, Vector512<float> far)
    {
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> series = Vector512.MultiplyAddEstimate(c.Of9, v, one);
        series = Vector512.MultiplyAddEstimate(c.Of8 * v, series, one);
        series = Vector512.MultiplyAddEstimate(c.Of7 * v, series, one);
        series = Vector512.MultiplyAddEstimate(c.Of6 * v, series, one);
        series = Vector512.MultiplyAddEstimate(c.Of5 * v, series, one);
        series = Vector512.MultiplyAddEstimate(c.Of4 * v, series, one);
        series = Vector512.MultiplyAddEstimate(c.Of3 * v, series, one);
        series = Vector512.MultiplyAddEstimate(c.Of2 * v, series, one);
        Vector512<float> isClose = Vector512.LessThan(Vector512.Abs(v), c.Close);
        return Vector512.ConditionalSelect(isClose, powerOfApproximation * v * v * series * 0.5f, far);
    }

    // What depends on β alone, made once a row.
    private readonly struct Coefficients(float beta)
    {
        public readonly Vector512<float> Beta = Vector512.Create(beta);
        public readonly Vector512<float> Less = Vector512.Create(beta - 1);
        public readonly Vector512<float> InverseOfProduct = Vector512.Create((float)(1 / ((double)beta * ((double)beta - 1))));

        // Where the series is used.
        public readonly Vector512<float> Close = Vector512.Create(0.6f / (Math.Abs(beta) + 2));

        // (β − k) / (k + 1).
        public readonly Vector512<float> Of2 = Vector512.Create((beta - 2) / 3);
        public readonly Vector512<float> Of3 = Vector512.Create((beta - 3) / 4);
        public readonly Vector512<float> Of4 = Vector512.Create((beta - 4) / 5);
        public readonly Vector512<float> Of5 = Vector512.Create((beta - 5) / 6);
        public readonly Vector512<float> Of6 = Vector512.Create((beta - 6) / 7);
        public readonly Vector512<float> Of7 = Vector512.Create((beta - 7) / 8);
        public readonly Vector512<float> Of8 = Vector512.Create((beta - 8) / 9);
        public readonly Vector512<float> Of9 = Vector512.Create((beta - 9) / 10);
    }

    // log(x / y), and 0 where x is zero or its share of y denormal, times which it counts as nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogarithmOfRatio(Vector512<float> x, Vector512<float> y)
        => LogarithmOf(x / y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogarithmOf(Vector512<float> ratio)
    {
        Vector512<float> isNormal = Vector512.GreaterThan(ratio, Vector512.Create(DivergenceRule.SmallestRatio));
        return Vector512.ConditionalSelect(isNormal, LaneMath.Log(ratio), Vector512<float>.Zero);
    }

    // E(t) = (exp(t) − 1) / t, by its series for |t| up to ½.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> RelativeGrowth(Vector512<float> t)
    {
        Vector512<float> series = Vector512.Create(1f / 40320);
        for (int k = 0; k < InverseFactorials.Length; k++)
            series = Vector512.MultiplyAddEstimate(series, t, Vector512.Create(InverseFactorials[k]));
        Vector512<float> isSmall = Vector512.LessThanOrEqual(Vector512.Abs(t), Vector512.Create(0.5f));
        return Vector512.ConditionalSelect(isSmall, series, (LaneMath.Exp(t) - Vector512<float>.One) / t);
    }
}
