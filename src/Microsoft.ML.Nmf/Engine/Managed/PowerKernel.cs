using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Powers of non-negative values, entry by entry; exponents −1, ±0.5, 0, 1, 1.5, 2 and 3 need no logarithm. Results are at most
/// <see cref="MultiplicativeRule.LargestPower"/>, so that sums of them stay finite.
/// </summary>
internal static class PowerKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>target ← source^exponent; 0⁰ is 1, and 0 to a negative power is <see cref="MultiplicativeRule.LargestPower"/>.</summary>
    /// <param name="source">Non-negative values, in whole vectors.</param>
    /// <param name="target">Receives as many values.</param>
    /// <param name="exponent">Any finite exponent.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Raise(ReadOnlySpan<float> source, Span<float> target, double exponent)
    {
        switch (exponent)
        {
            case 0: Map<Unit>(source, target, 0); break;
            case 1: Map<Identity>(source, target, 1); break;
            case 2: Map<Square>(source, target, 2); break;
            case 3: Map<Cube>(source, target, 3); break;
            case 1.5: Map<RootOfCube>(source, target, 1.5f); break;
            case 0.5: Map<Root>(source, target, 0.5f); break;
            case -1: Map<Reciprocal>(source, target, -1); break;
            case -0.5: Map<ReciprocalRoot>(source, target, -0.5f); break;
            default: Map<Any>(source, target, (float)exponent); break;
        }
    }

    /// <summary>values ← max(values, least).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AtLeast(Span<float> values, float least)
    {
        CheckWhole(values.Length % Lane == 0);
        ref float x = ref MemoryMarshal.GetReference(values);
        Vector512<float> bound = Vector512.Create(least);
        for (nuint i = 0; i < (nuint)values.Length; i += Lane)
            Vector512.MaxNative(bound, Vector512.LoadUnsafe(ref x, i)).StoreUnsafe(ref x, i);
    }

    /// <summary>X ← X ∘ X̂^(β−2), the weights of the multiplicative update's numerator, from the X̂^(β−1) that its denominator needs as well.</summary>
    /// <param name="data">X, changed in place.</param>
    /// <param name="approximation">X̂, above 0.</param>
    /// <param name="power">X̂^(β−1).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(Span<float> data, ReadOnlySpan<float> approximation, ReadOnlySpan<float> power)
    {
        CheckWhole(data.Length % Lane == 0 && approximation.Length >= data.Length && power.Length >= data.Length);
        ref float x = ref MemoryMarshal.GetReference(data);
        ref float y = ref MemoryMarshal.GetReference(approximation);
        ref float q = ref MemoryMarshal.GetReference(power);
        Vector512<float> largest = Vector512.Create(MultiplicativeRule.LargestPower);
        for (nuint i = 0; i < (nuint)data.Length; i += Lane)
        {
            Vector512<float> weight = Vector512.LoadUnsafe(ref x, i) * (Vector512.LoadUnsafe(ref q, i) / Vector512.LoadUnsafe(ref y, i));
            Vector512.MinNative(largest, weight).StoreUnsafe(ref x, i);
        }
    }

    private static void CheckWhole(bool isWhole)
    {
        if (!isWhole)
            throw new ArgumentException("Powers are taken of whole vectors, and of as many as there are data.");
    }

    /// <summary>A power as a type.</summary>
    public interface IPower
    {
        /// <summary>xᵖ; the exponent p is read where the type does not say it.</summary>
        static abstract Vector512<float> Of(Vector512<float> x, Vector512<float> exponent);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TPower>(ReadOnlySpan<float> source, Span<float> target, float exponent)
        where TPower : struct, IPower
    {
        CheckWhole(source.Length % Lane == 0 && target.Length >= source.Length);
        ref float from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(target);
        Vector512<float> e = Vector512.Create(exponent);
        Vector512<float> largest = Vector512.Create(MultiplicativeRule.LargestPower);
        for (nuint i = 0; i < (nuint)source.Length; i += Lane)
            Vector512.MinNative(largest, TPower.Of(Vector512.LoadUnsafe(ref from, i), e)).StoreUnsafe(ref to, i);
    }

    // A fill of a span starts without optimisation.
    private readonly struct Unit : IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => Vector512<float>.One;
    }

    /// <summary>x.</summary>
    public readonly struct Identity : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => x;
    }

    /// <summary>x².</summary>
    public readonly struct Square : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => x * x;
    }

    /// <summary>x³.</summary>
    public readonly struct Cube : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => x * x * x;
    }

    /// <summary>x^1.5.</summary>
    public readonly struct RootOfCube : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => x * Vector512.Sqrt(x);
    }

    /// <summary>√x.</summary>
    public readonly struct Root : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => Vector512.Sqrt(x);
    }

    /// <summary>1/x.</summary>
    public readonly struct Reciprocal : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => Vector512<float>.One / x;
    }

    /// <summary>1/√x.</summary>
    public readonly struct ReciprocalRoot : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => Vector512<float>.One / Vector512.Sqrt(x);
    }

    /// <summary>Any other power.</summary>
    public readonly struct Any : IPower
    {
        /// <inheritdoc />
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => LaneMath.Pow(x, exponent);
    }
}
