using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>A part of D_β of one entry that is a function of x̂, with its derivatives by x̂, for sixteen entries whose x̂ is above 0.</summary>
internal interface IRowDivergence
{
    /// <summary>The first derivative, and an estimate of the second that is not negative.</summary>
    static abstract (Vector512<float> Slope, Vector512<float> Curvature) Derivatives(Vector512<float> x, Vector512<float> approximation, float beta);

    /// <summary>The value at another x̂ less that at the first, without cancellation.</summary>
    static abstract Vector512<float> Change(Vector512<float> x, Vector512<float> from, Vector512<float> to, float beta);
}

/// <summary>β = 1 without x̂, whose sum follows from the column sums of the templates: −x log x̂. Zero where x is.</summary>
internal readonly struct LogarithmPart : IRowDivergence
{
    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Slope, Vector512<float> Curvature) Derivatives(Vector512<float> x, Vector512<float> approximation, float beta)
    {
        Vector512<float> inverse = Vector512<float>.One / approximation;
        Vector512<float> ratio = x * inverse;
        return (-ratio, ratio * inverse);
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Change(Vector512<float> x, Vector512<float> from, Vector512<float> to, float beta)
        => -x * RowDivergence.LogarithmOfRatio(from, to);
}

/// <summary>1 &lt; β &lt; 2: x̂^β / β − x x̂^(β−1) / (β − 1).</summary>
internal readonly struct PowerDifference : IRowDivergence
{
    // Of the mean of the row, which is near 1. Below it the curvature of x̂^β / β counts as it is there: its pole at zero would hold steps back.
    private const float LeastForCurvature = 0.1f;

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Slope, Vector512<float> Curvature) Derivatives(Vector512<float> x, Vector512<float> approximation, float beta)
    {
        Vector512<float> power = LaneMath.Exp((beta - 2) * LaneMath.Log(approximation));
        Vector512<float> bounded = Vector512.Min(power, LaneMath.Exp(Vector512.Create((beta - 2) * MathF.Log(LeastForCurvature))));
        return (power * (approximation - x), (2 - beta) * (power * (x / approximation)) + (beta - 1) * bounded);
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Change(Vector512<float> x, Vector512<float> from, Vector512<float> to, float beta)
    {
        // With L = log(to / from), to^β − from^β = from^β (exp(β L) − 1), and the same for β − 1.
        Vector512<float> logarithm = RowDivergence.LogarithmOfRatio(from, to);
        Vector512<float> power = LaneMath.Exp((beta - 1) * LaneMath.Log(from));
        Vector512<float> first = from * RowDivergence.RelativeGrowth(beta * logarithm);
        return power * logarithm * (first - x * RowDivergence.RelativeGrowth((beta - 1) * logarithm));
    }
}

/// <summary>
/// D_β of one row as a function of its approximation, in whole vectors. Below the floor of x̂ it goes on as a straight line: its slope there is the one of
/// multiplicative updates, which count such an x̂ as the floor.
/// </summary>
internal static class RowDivergence
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Computes the derivatives of every entry.</summary>
    /// <param name="x">The row.</param>
    /// <param name="approximation">x̂.</param>
    /// <param name="floor">The least value of x̂.</param>
    /// <param name="beta">β.</param>
    /// <param name="slope">Receives the first derivatives.</param>
    /// <param name="curvature">Receives the second ones.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Derivatives<TDivergence>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> approximation, float floor, double beta, Span<float> slope, Span<float> curvature)
        where TDivergence : struct, IRowDivergence
    {
        int width = x.Length;
        ref float data = ref MemoryMarshal.GetReference(x);
        ref float y = ref MemoryMarshal.GetReference(approximation[..width]);
        ref float first = ref MemoryMarshal.GetReference(slope[..width]);
        ref float second = ref MemoryMarshal.GetReference(curvature[..width]);
        Vector512<float> least = Vector512.Create(floor), largest = Vector512.Create(MultiplicativeRule.LargestPower);
        for (int j = 0; j < width; j += Lane)
        {
            Vector512<float> bounded = Vector512.Max(Vector512.LoadUnsafe(ref y, (nuint)j), least);
            (Vector512<float> s, Vector512<float> c) = TDivergence.Derivatives(Vector512.LoadUnsafe(ref data, (nuint)j), bounded, (float)beta);
            s.StoreUnsafe(ref first, (nuint)j);
            Vector512.Min(c, largest).StoreUnsafe(ref second, (nuint)j);
        }
    }

    /// <summary>The divergence at x̂ + length (next − x̂) less that at x̂.</summary>
    /// <param name="x">The row.</param>
    /// <param name="approximation">x̂.</param>
    /// <param name="next">The other approximation.</param>
    /// <param name="length">How far to go towards it.</param>
    /// <param name="floor">The least value of x̂.</param>
    /// <param name="beta">β.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Change<TDivergence>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> approximation, ReadOnlySpan<float> next, double length, float floor, double beta)
        where TDivergence : struct, IRowDivergence
    {
        int width = x.Length;
        ref float data = ref MemoryMarshal.GetReference(x);
        ref float y = ref MemoryMarshal.GetReference(approximation[..width]);
        ref float n = ref MemoryMarshal.GetReference(next[..width]);
        Vector512<float> least = Vector512.Create(floor), step = Vector512.Create((float)length);
        Vector512<double> low = default, high = default;
        for (int j = 0; j < width; j += Lane)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref data, (nuint)j), from = Vector512.LoadUnsafe(ref y, (nuint)j);
            Vector512<float> to = Vector512.MultiplyAddEstimate(step, Vector512.LoadUnsafe(ref n, (nuint)j) - from, from);
            Vector512<float> change = TDivergence.Change(value, Vector512.Max(from, least), Vector512.Max(to, least), (float)beta);
            Vector512<float> below = Vector512.Min(to, least) - Vector512.Min(from, least);
            if (below != Vector512<float>.Zero)
                change += below * TDivergence.Derivatives(value, least, (float)beta).Slope;
            (Vector512<double> a, Vector512<double> b) = Vector512.Widen(change);
            low += a;
            high += b;
        }

        return Vector512.Sum(low + high);
    }

    /// <summary>
    /// The part of a step from x̂ to another approximation, at most 1, that keeps a twentieth of x̂ where x is not zero. For β from above 1 to below 2 the
    /// slope has a pole at zero from which no step comes back, though the divergence is finite there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double LongestStep(ReadOnlySpan<float> x, ReadOnlySpan<float> approximation, ReadOnlySpan<float> next)
    {
        int width = x.Length;
        ref float data = ref MemoryMarshal.GetReference(x);
        ref float y = ref MemoryMarshal.GetReference(approximation[..width]);
        ref float n = ref MemoryMarshal.GetReference(next[..width]);
        Vector512<float> longest = Vector512<float>.One;
        for (int j = 0; j < width; j += Lane)
        {
            Vector512<float> from = Vector512.LoadUnsafe(ref y, (nuint)j), to = Vector512.LoadUnsafe(ref n, (nuint)j);
            Vector512<float> binds = Vector512.GreaterThan(Vector512.LoadUnsafe(ref data, (nuint)j), Vector512<float>.Zero)
                & Vector512.LessThan(to, 0.05f * from);
            longest = Vector512.ConditionalSelect(binds, Vector512.Min(longest, 0.95f * from / (from - to)), longest);
        }

        float least = 1;
        for (int k = 0; k < Lane; k++)
            least = Math.Min(least, longest[k]);
        return least;
    }

    /// <summary>approximation ← approximation + length (next − approximation).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Move(Span<float> approximation, ReadOnlySpan<float> next, double length)
    {
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float n = ref MemoryMarshal.GetReference(next[..approximation.Length]);
        Vector512<float> step = Vector512.Create((float)length);
        for (int j = 0; j < approximation.Length; j += Lane)
        {
            Vector512<float> from = Vector512.LoadUnsafe(ref y, (nuint)j);
            Vector512.MultiplyAddEstimate(step, Vector512.LoadUnsafe(ref n, (nuint)j) - from, from).StoreUnsafe(ref y, (nuint)j);
        }
    }

    /// <summary>log(to / from).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LogarithmOfRatio(Vector512<float> from, Vector512<float> to)
    {
        // Near 1 the rounding of the quotient would be all that is left: there log(1 + t) is t times log(u) / (u − 1), with the rounded 1 + t as u.
        Vector512<float> excess = (to - from) / from, sum = Vector512<float>.One + excess, rounded = sum - Vector512<float>.One;
        Vector512<float> isSmall = Vector512.LessThan(Vector512.Abs(excess), Vector512.Create(0.5f));
        Vector512<float> ratio = Vector512.Max(Vector512.ConditionalSelect(isSmall, sum, to / from), Vector512.Create(DivergenceRule.SmallestRatio));
        Vector512<float> logarithm = LaneMath.Log(ratio);
        logarithm = Vector512.ConditionalSelect(isSmall, logarithm * (excess / rounded), logarithm);
        return Vector512.ConditionalSelect(Vector512.Equals(rounded, Vector512<float>.Zero), excess, logarithm);
    }

    /// <summary>(exp(t) − 1) / t, which is 1 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> RelativeGrowth(Vector512<float> t)
    {
        Vector512<float> series = Vector512.MultiplyAddEstimate(t, Vector512.Create(1 / 5040f), Vector512.Create(1 / 720f));
        series = Vector512.MultiplyAddEstimate(series, t, Vector512.Create(1 / 120f));
        series = Vector512.MultiplyAddEstimate(series, t, Vector512.Create(1 / 24f));
        series = Vector512.MultiplyAddEstimate(series, t, Vector512.Create(1 / 6f));
        series = Vector512.MultiplyAddEstimate(series, t, Vector512.Create(1 / 2f));
        series = Vector512.MultiplyAddEstimate(series, t, Vector512<float>.One);
        Vector512<float> isSmall = Vector512.LessThan(Vector512.Abs(t), Vector512.Create(0.5f));
        return Vector512.ConditionalSelect(isSmall, series, (LaneMath.Exp(t) - Vector512<float>.One) / t);
    }
}
