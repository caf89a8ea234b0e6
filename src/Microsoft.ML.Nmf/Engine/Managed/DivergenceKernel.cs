using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Σ d_β(x ‖ x̂) over a tile. Each entry's divergence is computed by itself: separate sums of its terms would cancel in float32 where the fit is good.
/// Entries are summed in float32 within a row of the tile, rows in double. An entry is right to 1e-7 over its relative residual.
/// </summary>
internal static partial class DivergenceKernel
{
    private const int Lane = ManagedFactor.Lane;

    // A row of this divergence beside Σ x̂^β has relative residuals of 0.06.
    private const double WellFitted = 0.002;

    /// <summary>The working memory of a sum, in floats.</summary>
    public const int ScratchSize = 2 * PieceWidth;

    /// <summary>Entries that are summed in float32.</summary>
    public const int PieceWidth = 128;

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

    /// <summary>The sum over up to <see cref="PieceWidth"/> entries of a row, each times a weight of its own.</summary>
    /// <param name="x">X, in whole vectors, at least its least value.</param>
    /// <param name="approximation">X̂, above 0.</param>
    /// <param name="power">X̂^(β−1); not read for β = 1 or 2.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="width">The number of entries.</param>
    /// <param name="beta">β.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchSize"/>.</param>
    public static double WeightedSum(ReadOnlySpan<float> x, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power, ReadOnlySpan<float> weights,
        int width, double beta, Span<float> scratch)
    {
        switch (beta)
        {
            case 2: return Row<Euclidean>(x, approximation, default, default, width, 2, weights);
            case 1: return Row<One>(x, approximation, default, default, width, 1, weights);
            case 0.5: return Row<Half>(x, approximation, power, default, width, 0.5f, weights);
            case 1.5: return Row<ThreeHalves>(x, approximation, power, default, width, 1.5f, weights);
        }

        if (Math.Abs(beta - 1) < DivergenceRule.Close)
            return Row<AboutOne>(x, approximation, power, default, width, (float)beta, weights);
        if (Math.Abs(beta) < DivergenceRule.Close)
            return Row<AboutZero>(x, approximation, power, default, width, (float)beta, weights);
        Span<float> dataPower = scratch[..x.Length];
        PowerKernel.Raise(x, dataPower, beta);
        return Row<Any>(x, approximation, power, dataPower, width, (float)beta, weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Piece(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> power, int width, double beta, Span<float> dataPower)
    {
        switch (beta)
        {
            case 2: return Row<Euclidean>(x, y, default, default, width, 2);
            case 0.5: return Row<Half>(x, y, power, default, width, 0.5f);
            case 1.5: return Row<ThreeHalves>(x, y, power, default, width, 1.5f);
        }

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
        // Whether it reads what depends on β alone.
        static abstract bool ReadsCoefficients { get; }

        // d_β(x ‖ y) of sixteen entries, given power = y^(β−1) and dataPower = x^β.
        static abstract Vector512<float> Of(Vector512<float> x, Vector512<float> y, Vector512<float> power, Vector512<float> dataPower, in Coefficients c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Row<TDivergence>(ReadOnlySpan<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power,
        ReadOnlySpan<float> dataPower, int width, float beta, ReadOnlySpan<float> weights = default)
        where TDivergence : struct, IDivergence
    {
        ref float x = ref MemoryMarshal.GetReference(data);
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float p = ref MemoryMarshal.GetReference(power.IsEmpty ? data : power);
        ref float z = ref MemoryMarshal.GetReference(dataPower.IsEmpty ? data : dataPower);
        // Where none is read, none is made.
        Unsafe.SkipInit(out Coefficients c);
        if (TDivergence.ReadsCoefficients)
            c = new Coefficients(beta);
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

            if (!weights.IsEmpty)
                part *= Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(weights[j..]));
            sum += part;
        }

        return Vector512.Sum(sum);
    }
}
