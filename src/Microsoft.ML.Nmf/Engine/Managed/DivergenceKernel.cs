using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Σ d_β(x ‖ x̂) over a tile. Each entry's divergence is computed by itself: separate sums of its terms would cancel in float32 where the fit is good.
/// Entries are summed in float32 within a row of the tile, rows in double. An entry is right to 1e-7 over its relative residual.
/// </summary>
internal static class DivergenceKernel
{
    private const int Lane = ManagedFactor.Lane;

    // A row of this divergence beside Σ x̂^β has relative residuals of 0.06.
    private const double WellFitted = 0.002;

    // 1/7!, …, 1/1!.
    private static ReadOnlySpan<float> InverseFactorials => [1f / 5040, 1f / 720, 1f / 120, 1f / 24, 1f / 6, 1f / 2, 1f];

    /// <summary>The working memory of a sum, in floats.</summary>
    public const int ScratchSize = 2 * PieceWidth;

    // Entries that are summed in float32.
    private const int PieceWidth = 128;

    /// <summary>The divergence of a tile.</summary>
    /// <param name="data">X; beyond its last column there are zeros up to a whole vector.</param>
    /// <param name="dataStride">Floats from one row of X to the next.</param>
    /// <param name="dataFloor">The least value of X: smaller ones count as this one.</param>
    /// <param name="approximation">X̂, above 0.</param>
    /// <param name="power">X̂^(β−1); not read for β = 1 or 2.</param>
    /// <param name="ratio">X / X̂ for β = 1; not read for any other.</param>
    /// <param name="stride">Floats from one row of all but X to the next.</param>
    /// <param name="rows">The rows of the tile.</param>
    /// <param name="width">The columns of the tile.</param>
    /// <param name="beta">β.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchSize"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(ReadOnlySpan<float> data, int dataStride, float dataFloor, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power,
        ReadOnlySpan<float> ratio, int stride, int rows, int width, double beta, Span<float> scratch)
    {
        if (beta == 1)
            return KullbackLeibler(data, dataStride, approximation, ratio, stride, rows, width);
        bool readsPower = beta != 2;
        double sum = 0;
        for (int i = 0; i < rows; i++)
        {
            for (int column = 0; column < width; column += PieceWidth)
            {
                int piece = Math.Min(PieceWidth, width - column), padded = ManagedFactor.Padded(piece), at = i * stride + column;
                ReadOnlySpan<float> x = data.Slice(i * dataStride + column, padded);
                if (dataFloor > 0)
                {
                    Span<float> floored = scratch.Slice(PieceWidth, padded);
                    x.CopyTo(floored);
                    PowerKernel.AtLeast(floored, dataFloor);
                    x = floored;
                }

                sum += Piece(x, approximation.Slice(at, padded), readsPower ? power.Slice(at, padded) : default, piece, beta, scratch[..padded]);
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Piece(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> power, int width, double beta, Span<float> dataPower)
    {
        if (beta == 2)
            return Row<Euclidean>(x, y, default, default, width, 2);
        if (Math.Abs(beta - 1) < DivergenceRule.Close)
            return Row<AboutOne>(x, y, power, default, width, (float)beta);
        if (Math.Abs(beta) < DivergenceRule.Close)
            return AboutZeroRow(x, y, power, width, beta);
        PowerKernel.Raise(x, dataPower, beta);
        return Row<Any>(x, y, power, dataPower, width, (float)beta);
    }

    // For β = 1 the short form x log(x / x̂) + x̂ − x, unless a piece fits so well that it is mostly rounding.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double KullbackLeibler(
        ReadOnlySpan<float> data, int dataStride, ReadOnlySpan<float> approximation, ReadOnlySpan<float> ratio, int stride, int rows, int width)
    {
        Vector512<double> low = default, high = default;
        double wellFitted = 0;
        for (int i = 0; i < rows; i++)
        {
            for (int column = 0; column < width; column += PieceWidth)
            {
                int piece = Math.Min(PieceWidth, width - column), padded = ManagedFactor.Padded(piece), at = i * stride + column;
                ReadOnlySpan<float> x = data.Slice(i * dataStride + column, padded), y = approximation.Slice(at, padded), u = ratio.Slice(at, padded);
                (Vector512<float> sum, Vector512<float> least) = KullbackLeibler(x, y, u, piece);
                if (Vector512.Sum(sum - least) > 0)
                {
                    (Vector512<double> sumLow, Vector512<double> sumHigh) = Vector512.Widen(sum);
                    low += sumLow;
                    high += sumHigh;
                }
                else
                {
                    wellFitted += Row<One>(x, y, default, default, piece, 1);
                }
            }
        }

        return Vector512.Sum(low + high) + wellFitted;
    }

    // The sum of the short form, and what it must exceed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Sum, Vector512<float> Least) KullbackLeibler(
        ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> ratio, int width)
    {
        ref float x = ref MemoryMarshal.GetReference(data);
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float u = ref MemoryMarshal.GetReference(ratio);
        Vector512<float> sum = default, total = default;
        for (int j = 0; j < width; j += Lane)
        {
            nuint at = (nuint)j;
            Vector512<float> values = Vector512.LoadUnsafe(ref x, at), fitted = Vector512.LoadUnsafe(ref y, at), share = Vector512.LoadUnsafe(ref u, at);
            if (width - j < Lane)
            {
                // Of a share of 1 nothing is left.
                Vector512<float> isColumn = IsColumn(width - j);
                fitted = Vector512.ConditionalSelect(isColumn, fitted, values);
                share = Vector512.ConditionalSelect(isColumn, share, Vector512<float>.One);
            }

            sum += Vector512.MultiplyAddEstimate(values, LogarithmOf(share), fitted - values);
            total += fitted;
        }

        return (sum, total * (float)WellFitted);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> IsColumn(int columns) => Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)columns));

    // For β = 0 the short form, unless the row fits so well that it is mostly rounding.
    private static double AboutZeroRow(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, int width, double beta)
    {
        double divergence = beta == 0 ? Row<ItakuraSaito>(data, approximation, default, default, width, 0) : 0;
        return divergence > WellFitted * width ? divergence : Row<AboutZero>(data, approximation, power, default, width, (float)beta);
    }

    private interface IDivergence
    {
        // d_β(x ‖ y) of sixteen entries, given power = y^(β−1) and dataPower = x^β.
        static abstract Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Row<TDivergence>(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power,
        ReadOnlySpan<float> dataPower, int width, float beta)
        where TDivergence : struct, IDivergence
    {
        ref float x = ref MemoryMarshal.GetReference(data);
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float p = ref MemoryMarshal.GetReference(power.IsEmpty ? data : power);
        ref float z = ref MemoryMarshal.GetReference(dataPower.IsEmpty ? data : dataPower);
        var c = new Coefficients(beta);
        Vector512<float> sum = default;
        for (int j = 0; j < width; j += Lane)
        {
            nuint at = (nuint)j;
            Vector512<float> part = TDivergence.Of(Vector512.LoadUnsafe(ref x, at), Vector512.LoadUnsafe(ref y, at),
                Vector512.LoadUnsafe(ref p, at), Vector512.LoadUnsafe(ref z, at), c);
            if (width - j < Lane)
            {
                part = Vector512.ConditionalSelect(IsColumn(width - j), part, Vector512<float>.Zero);
            }

            sum += part;
        }

        return Vector512.Sum(sum);
    }

    private readonly struct Euclidean : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            Vector512<float> residual = x - y;
            return residual * residual * 0.5f;
        }
    }

    private readonly struct ItakuraSaito : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
            => x / y - Vector512<float>.One - LogarithmOfRatio(x, y);
    }

    // (x^β + (β − 1) y^β − β x y^(β−1)) / (β (β − 1)).
    private readonly struct Any : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
        {
            return Choose((x - y) / y, c, power * y, (dataPower - power * x + c.Less * power * (y - x)) * c.InverseOfProduct);
        }
    }

    // y^β (u log(u) E((β − 1) log u) − v) / β with u = x / y, v = u − 1 and E(t) = (exp(t) − 1) / t: the same, without the division of 0 by 0 at β = 1.
    private readonly struct AboutOne : IDivergence
    {
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
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c)
            => AboutOne.Of(x, y, Vector512<float>.One, dataPower, c);
    }

    // y^β (log(u) E(β log u) − v) / (β − 1): the same, without the division of 0 by 0 at β = 0; at x = 0 and β > 0 it is y^β / β.
    private readonly struct AboutZero : IDivergence
    {
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
