using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Working memory of a thread that is kept from one primitive to the next. Its contents are arbitrary when it is taken.</summary>
internal sealed class Workspace
{
    private const int Places = 8;

    private readonly AlignedFloats[] _floats = [.. Enumerable.Repeat(AlignedFloats.None, Places)];
    private readonly double[][] _doubles = [[], []];
    private LeastSquaresBlock? _leastSquares;

    /// <summary>Some floats.</summary>
    /// <param name="place">Which, below 8: what is wanted at the same time has places of its own.</param>
    /// <param name="length">The number of floats.</param>
    public Span<float> Floats(int place, int length)
    {
        if (_floats[place].Length < length)
            _floats[place] = new AlignedFloats(length);
        return _floats[place].Span[..length];
    }

    /// <summary>Some doubles.</summary>
    /// <param name="place">Which, below 2.</param>
    /// <param name="length">The number of doubles.</param>
    public Span<double> Doubles(int place, int length)
    {
        if (_doubles[place].Length < length)
            _doubles[place] = new double[length];
        return _doubles[place].AsSpan(0, length);
    }

    /// <summary>What solves a block of least-squares rows of up to a rank.</summary>
    public LeastSquaresBlock LeastSquares(int rank)
    {
        if (_leastSquares is null || _leastSquares.Rank < rank)
            _leastSquares = new LeastSquaresBlock(rank);
        return _leastSquares;
    }

    /// <summary>sums ← values, or sums + values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(ReadOnlySpan<float> values, Span<double> sums, bool add)
    {
        MatrixKernel.Check(sums.Length, values.Length);
        ref float from = ref MemoryMarshal.GetReference(values);
        ref double to = ref MemoryMarshal.GetReference(sums);
        for (nuint i = 0; i < (nuint)values.Length; i += ManagedFactor.Lane)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, i));
            if (add)
            {
                low += Vector512.LoadUnsafe(ref to, i);
                high += Vector512.LoadUnsafe(ref to, i + ManagedFactor.Lane / 2);
            }

            low.StoreUnsafe(ref to, i);
            high.StoreUnsafe(ref to, i + ManagedFactor.Lane / 2);
        }
    }

    /// <summary>values ← sums, in float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(ReadOnlySpan<double> sums, Span<float> values)
    {
        MatrixKernel.Check(sums.Length, values.Length);
        ref double from = ref MemoryMarshal.GetReference(sums);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)values.Length; i += ManagedFactor.Lane)
            Vector512.Narrow(Vector512.LoadUnsafe(ref from, i), Vector512.LoadUnsafe(ref from, i + ManagedFactor.Lane / 2)).StoreUnsafe(ref to, i);
    }
}
