using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The gradients below which a zero violates optimality, for one row: −<see cref="PivotingRule.Tolerance"/> times max|b|, or times √G_kk max_l(|b_l| / √G_ll)
/// where that is nearer to zero. A column of zeros has no length, and the first bound.
/// </summary>
internal readonly ref struct GradientBounds
{
    private const int Lane = DoubleKernel.Lane;

    private readonly ref double _lengths;
    private readonly double _bound;
    private readonly double _boundOverLength;

    /// <summary>Takes the size of the right side.</summary>
    /// <param name="gram">G.</param>
    /// <param name="target">b, as many values as a padded row of G has.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GradientBounds(PaddedGram gram, ref double target)
    {
        ref double inverseLengths = ref gram.InverseLengths.First;
        Vector512<double> largest = default, largestOverLength = default;
        for (int k = 0; k < gram.Stride; k += Lane)
        {
            Vector512<double> size = Vector512.Abs(Vector512.LoadUnsafe(ref target, (nuint)k));
            largest = Vector512.MaxNative(largest, size);
            largestOverLength = Vector512.MaxNative(largestOverLength, size * Vector512.LoadUnsafe(ref inverseLengths, (nuint)k));
        }

        _lengths = ref gram.Lengths.First;
        _bound = -PivotingRule.Tolerance * LargestOf(largest);
        _boundOverLength = -PivotingRule.Tolerance * LargestOf(largestOverLength);
    }

    /// <summary>The bounds of the variables from k on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> At(int k)
    {
        Vector512<double> length = Vector512.LoadUnsafe(ref _lengths, (nuint)k), bound = Vector512.Create(_bound);
        Vector512<double> own = Vector512.Create(_boundOverLength) * length;
        return Vector512.ConditionalSelect(Vector512.GreaterThan(length, Vector512<double>.Zero), Vector512.MaxNative(bound, own), bound);
    }

    /// <summary>A bit for each of the gradients of the variables from k on that is below its bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Below(Vector512<double> gradient, int k) => Vector512.LessThan(gradient, At(k)).ExtractMostSignificantBits();

    /// <summary>The largest of a vector's values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double LargestOf(Vector512<double> values)
    {
        Vector256<double> four = Vector256.MaxNative(values.GetLower(), values.GetUpper());
        Vector128<double> two = Vector128.MaxNative(four.GetLower(), four.GetUpper());
        return Math.Max(two[0], two[1]);
    }
}
