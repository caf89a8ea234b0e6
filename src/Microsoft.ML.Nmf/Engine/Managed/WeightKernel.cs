using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The weights X ∘ X̂^(β−2) and X̂^(β−1) of the numerator and the denominator of the multiplicative update, for a tile of X̂. All are at most
/// <see cref="MultiplicativeRule.LargestPower"/>, so that sums of them stay finite.
/// </summary>
internal static class WeightKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>A tile of X and of X̂, all of the same shape; rows of X̂ and of the weights are as far apart.</summary>
    public readonly ref struct Tile
    {
        /// <summary>X.</summary>
        public ReadOnlySpan<float> Data { get; init; }

        /// <summary>Floats from one row of X to the next.</summary>
        public int DataStride { get; init; }

        /// <summary>X̂, raised to the floor.</summary>
        public Span<float> Approximation { get; init; }

        /// <summary>Receives X ∘ X̂^(β−2); may be the memory of X̂.</summary>
        public Span<float> Numerator { get; init; }

        /// <summary>Receives X̂^(β−1); not written for β = 1, where all are 1.</summary>
        public Span<float> Denominator { get; init; }

        /// <summary>Floats from one row to the next of all but X.</summary>
        public int Stride { get; init; }

        /// <summary>The number of rows.</summary>
        public int Rows { get; init; }

        /// <summary>The number of columns, in whole vectors.</summary>
        public int Vectors { get; init; }
    }

    /// <summary>Computes the weights of a tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="floor">The least value of X̂.</param>
    /// <param name="dataFloor">The least value of X.</param>
    /// <param name="beta">β.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(in Tile tile, float floor, float dataFloor, double beta)
    {
        switch (beta)
        {
            case 1: Weigh<KullbackLeibler>(tile, floor, dataFloor, 0); break;
            case 0: Weigh<ItakuraSaito>(tile, floor, dataFloor, -1); break;
            case 0.5: Weigh<Half>(tile, floor, dataFloor, -0.5f); break;
            case 1.5: Weigh<ThreeHalves>(tile, floor, dataFloor, 0.5f); break;
            case 2: Weigh<Power<PowerKernel.Identity>>(tile, floor, dataFloor, 1); break;
            case 2.5: Weigh<Power<PowerKernel.RootOfCube>>(tile, floor, dataFloor, 1.5f); break;
            case 3: Weigh<Power<PowerKernel.Square>>(tile, floor, dataFloor, 2); break;
            case 4: Weigh<Power<PowerKernel.Cube>>(tile, floor, dataFloor, 3); break;
            default: Weigh<Power<PowerKernel.Any>>(tile, floor, dataFloor, (float)(beta - 1)); break;
        }
    }

    private interface IWeights
    {
        // Whether there are weights of the denominator.
        static abstract bool HasDenominator { get; }

        // The weights, not yet bounded, of x and y = x̂; the exponent is β − 1.
        static abstract void Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> exponent, out Vector512<float> numerator, out Vector512<float> denominator);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh<TWeights>(in Tile tile, float floor, float dataFloor, float exponent)
        where TWeights : struct, IWeights
    {
        int columns = tile.Vectors * Lane;
        if (tile.Rows == 0 || columns == 0)
            return;
        long last = (long)(tile.Rows - 1) * tile.Stride + columns;
        MatrixKernel.Check(tile.Data.Length, (long)(tile.Rows - 1) * tile.DataStride + columns);
        MatrixKernel.Check(tile.Approximation.Length, last);
        MatrixKernel.Check(tile.Numerator.Length, last);
        MatrixKernel.Check(TWeights.HasDenominator ? tile.Denominator.Length : int.MaxValue, last);
        ref float x = ref MemoryMarshal.GetReference(tile.Data);
        ref float y = ref MemoryMarshal.GetReference(tile.Approximation);
        ref float a = ref MemoryMarshal.GetReference(tile.Numerator);
        ref float b = ref MemoryMarshal.GetReference(TWeights.HasDenominator ? tile.Denominator : tile.Numerator);
        Vector512<float> least = Vector512.Create(floor), leastData = Vector512.Create(dataFloor), e = Vector512.Create(exponent);
        Vector512<float> largest = Vector512.Create(MultiplicativeRule.LargestPower);
        nint step = tile.Stride, dataStep = tile.DataStride;
        for (int i = tile.Rows; i > 0; i--)
        {
            for (nint j = 0; j < columns; j += Lane)
            {
                // Bounds come first, so that of a value that is not a number none is made. What follows in the row belongs to the next tile.
                CacheLine.Fetch(ref Unsafe.Add(ref x, j + columns));
                Vector512<float> approximation = Vector512.MaxNative(least, Vector512.LoadUnsafe(ref y, (nuint)j));
                Vector512<float> data = Vector512.MaxNative(leastData, Vector512.LoadUnsafe(ref x, (nuint)j));
                TWeights.Of(data, approximation, e, out Vector512<float> numerator, out Vector512<float> denominator);
                approximation.StoreUnsafe(ref y, (nuint)j);
                Vector512.MinNative(largest, numerator).StoreUnsafe(ref a, (nuint)j);
                if (TWeights.HasDenominator)
                    Vector512.MinNative(largest, denominator).StoreUnsafe(ref b, (nuint)j);
            }

            x = ref Unsafe.Add(ref x, dataStep);
            y = ref Unsafe.Add(ref y, step);
            a = ref Unsafe.Add(ref a, step);
            b = ref Unsafe.Add(ref b, step);
        }
    }

    private readonly struct KullbackLeibler : IWeights
    {
        public static bool HasDenominator => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> exponent, out Vector512<float> numerator, out Vector512<float> denominator)
            => (numerator, denominator) = (x / y, default);
    }

    private readonly struct ItakuraSaito : IWeights
    {
        public static bool HasDenominator => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> exponent, out Vector512<float> numerator, out Vector512<float> denominator)
        {
            denominator = Vector512<float>.One / y;
            numerator = x * (denominator * denominator);
        }
    }

    // β = ½, without a division.
    private readonly struct Half : IWeights
    {
        public static bool HasDenominator => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> exponent, out Vector512<float> numerator, out Vector512<float> denominator)
        {
            denominator = LaneMath.InverseRoot(y);
            numerator = x * (denominator * denominator * denominator);
        }
    }

    // β = 3/2, without a division.
    private readonly struct ThreeHalves : IWeights
    {
        public static bool HasDenominator => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> exponent, out Vector512<float> numerator, out Vector512<float> denominator)
        {
            Vector512<float> inverse = LaneMath.InverseRoot(y);
            denominator = y * inverse;
            numerator = x * inverse;
        }
    }

    private readonly struct Power<TPower> : IWeights
        where TPower : struct, PowerKernel.IPower
    {
        public static bool HasDenominator => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(
            Vector512<float> x, Vector512<float> y, Vector512<float> exponent, out Vector512<float> numerator, out Vector512<float> denominator)
        {
            // Bounded first: an infinite one would make a weight of 0 times infinity.
            denominator = Vector512.MinNative(Vector512.Create(MultiplicativeRule.LargestPower), TPower.Of(y, exponent));
            numerator = x * (denominator / y);
        }
    }
}
