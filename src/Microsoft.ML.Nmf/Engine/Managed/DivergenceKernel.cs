using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Σ d_β(x ‖ x̂) over a tile. Each entry's divergence is computed by itself: separate sums of its terms would cancel in float32 where the fit is good.
/// Entries are summed in float32 within a row of the tile, rows in double.
/// </summary>
internal static class DivergenceKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>The divergence of a tile.</summary>
    /// <param name="data">X, in padded rows.</param>
    /// <param name="approximation">X̂, above 0, in rows of the same length.</param>
    /// <param name="power">X̂^(β−1); not read for β = 0, 1 or 2.</param>
    /// <param name="padded">The length of a row in floats, a multiple of the lane.</param>
    /// <param name="width">The columns of the tile; the rest of a row is padding.</param>
    /// <param name="beta">β.</param>
    /// <param name="dataPower">Working memory of the size of <paramref name="data"/>.</param>
    public static double Sum(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, int padded, int width, double beta,
        Span<float> dataPower)
    {
        if (beta is not (0 or 1 or 2))
            PowerKernel.Raise(data, dataPower, beta);
        double sum = 0;
        for (int at = 0; at < data.Length; at += padded)
        {
            ReadOnlySpan<float> x = data.Slice(at, padded), y = approximation.Slice(at, padded);
            sum += beta switch
            {
                2 => Row<Euclidean>(x, y, default, default, width, 0),
                1 => Row<KullbackLeibler>(x, y, default, default, width, 0),
                0 => Row<ItakuraSaito>(x, y, default, default, width, 0),
                _ => Row<Any>(x, y, power.Slice(at, padded), dataPower.Slice(at, padded), width, (float)beta) / (beta * (beta - 1)),
            };
        }

        return sum;
    }

    private interface IDivergence
    {
        // d_β(x ‖ y) of sixteen entries, given power = y^(β−1) and dataPower = x^β.
        static abstract Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta);
    }

    private static double Row<TDivergence>(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power,
        ReadOnlySpan<float> dataPower, int width, float beta)
        where TDivergence : struct, IDivergence
    {
        ref float x = ref MemoryMarshal.GetReference(data);
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float p = ref MemoryMarshal.GetReference(power.IsEmpty ? data : power);
        ref float z = ref MemoryMarshal.GetReference(dataPower.IsEmpty ? data : dataPower);
        Vector512<float> b = Vector512.Create(beta);
        Vector512<float> sum = default;
        for (int j = 0; j < width; j += Lane)
        {
            nuint at = (nuint)j;
            Vector512<float> part = TDivergence.Of(Vector512.LoadUnsafe(ref x, at), Vector512.LoadUnsafe(ref y, at),
                Vector512.LoadUnsafe(ref p, at), Vector512.LoadUnsafe(ref z, at), b);
            if (width - j < Lane)
            {
                Vector512<float> isColumn = Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)(width - j)));
                part = Vector512.ConditionalSelect(isColumn, part, Vector512<float>.Zero);
            }

            sum += part;
        }

        return Vector512.Sum(sum);
    }

    private readonly struct Euclidean : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
        {
            Vector512<float> residual = x - y;
            return residual * residual * 0.5f;
        }
    }

    private readonly struct KullbackLeibler : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
        {
            // x log(x / y) is 0 at x = 0, where log would give −∞ and the product NaN.
            Vector512<float> safe = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), x / y, Vector512<float>.One);
            return x * Vector512.Log(safe) + (y - x);
        }
    }

    private readonly struct ItakuraSaito : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
        {
            Vector512<float> ratio = x / y;
            return ratio - Vector512<float>.One - Vector512.Log(ratio);
        }
    }

    // x^β + (β − 1) y^β − β x y^(β−1), arranged so that large terms cancel before they are summed; Sum divides by β (β − 1).
    private readonly struct Any : IDivergence
    {
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, Vector512<float> beta)
            => dataPower - power * x + (beta - Vector512<float>.One) * power * (y - x);
    }
}
