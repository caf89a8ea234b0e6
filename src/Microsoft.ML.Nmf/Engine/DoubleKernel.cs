using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Products in double. Every sum is taken by one multiply-add after the other, in one order, so that its bits do not depend on how the work is cut.
/// </summary>
internal static class DoubleKernel
{
    /// <summary>The doubles in a vector.</summary>
    public const int Lane = 8;

    // Rows of C whose sums stay in registers.
    private const int TileRows = 4;

    /// <summary>The columns rounded up to whole vectors.</summary>
    /// <param name="columns">The number of columns, at most that of an array's values.</param>
    public static int Padded(int columns) => (int)(((long)columns + Lane - 1) / Lane * Lane);

    /// <summary>target ← target + factor · source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        int k = 0;
        for (; k + Vector512<double>.Count <= source.Length; k += Vector512<double>.Count)
        {
            Vector512<double> sum =
                Vector512.MultiplyAddEstimate(Vector512.Create(source[k..]), Vector512.Create(factor), Vector512.Create<double>(target[k..]));
            sum.CopyTo(target[k..]);
        }

        for (; k < source.Length; k++)
            target[k] += factor * source[k];
    }

    /// <summary>values ← exp(values − largest).</summary>
    /// <returns>Their sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Exponentiate(Span<double> values, double largest)
    {
        ref double x = ref MemoryMarshal.GetReference(values);
        Vector512<double> sums = default;
        int k = 0;
        for (; k + Lane <= values.Length; k += Lane)
        {
            Vector512<double> power = Vector512.Exp(Vector512.LoadUnsafe(ref x, (nuint)k) - Vector512.Create(largest));
            power.StoreUnsafe(ref x, (nuint)k);
            sums += power;
        }

        double sum = Vector512.Sum(sums);
        for (; k < values.Length; k++)
            sum += values[k] = Math.Exp(values[k] - largest);
        return sum;
    }

    /// <summary>values ← factor · values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(Span<double> values, double factor)
    {
        ref double x = ref MemoryMarshal.GetReference(values);
        int k = 0;
        for (; k + Lane <= values.Length; k += Lane)
            (factor * Vector512.LoadUnsafe(ref x, (nuint)k)).StoreUnsafe(ref x, (nuint)k);
        for (; k < values.Length; k++)
            values[k] *= factor;
    }

    /// <summary>The largest value; not a number where one is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Largest(ReadOnlySpan<double> values)
    {
        ref double x = ref MemoryMarshal.GetReference(values);
        Vector512<double> maxima = Vector512.Create(double.NegativeInfinity);
        int k = 0;
        for (; k + Lane <= values.Length; k += Lane)
            maxima = Vector512.Max(maxima, Vector512.LoadUnsafe(ref x, (nuint)k));
        double largest = double.NegativeInfinity;
        for (int lane = 0; lane < Lane; lane++)
            largest = Math.Max(largest, maxima[lane]);
        for (; k < values.Length; k++)
            largest = Math.Max(largest, values[k]);
        return largest;
    }

    /// <summary>Σ a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Inner(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        ref double a = ref MemoryMarshal.GetReference(first);
        ref double b = ref MemoryMarshal.GetReference(second[..first.Length]);
        Vector512<double> sums = default;
        int k = 0;
        for (; k + Lane <= first.Length; k += Lane)
            sums = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref a, (nuint)k), Vector512.LoadUnsafe(ref b, (nuint)k), sums);
        double sum = Vector512.Sum(sums);
        for (; k < first.Length; k++)
            sum += first[k] * second[k];
        return sum;
    }

    /// <summary>Turns two vectors in their plane: a ← cosine·a − sine·b and b ← sine·a + cosine·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(Span<double> first, Span<double> second, double cosine, double sine)
    {
        ref double a = ref MemoryMarshal.GetReference(first);
        ref double b = ref MemoryMarshal.GetReference(second[..first.Length]);
        int k = 0;
        for (; k + Lane <= first.Length; k += Lane)
        {
            Vector512<double> x = Vector512.LoadUnsafe(ref a, (nuint)k), y = Vector512.LoadUnsafe(ref b, (nuint)k);
            (cosine * x - sine * y).StoreUnsafe(ref a, (nuint)k);
            (sine * x + cosine * y).StoreUnsafe(ref b, (nuint)k);
        }

        for (; k < first.Length; k++)
            (first[k], second[k]) = (cosine * first[k] - sine * second[k], sine * first[k] + cosine * second[k]);
    }

    /// <summary>Σ values².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(ReadOnlySpan<double> values)
    {
        ref double x = ref MemoryMarshal.GetReference(values);
        Vector512<double> sums = default;
        int k = 0;
        for (; k + Lane <= values.Length; k += Lane)
        {
            Vector512<double> value = Vector512.LoadUnsafe(ref x, (nuint)k);
            sums = Vector512.MultiplyAddEstimate(value, value, sums);
        }

        double sum = Vector512.Sum(sums);
        for (; k < values.Length; k++)
            sum += values[k] * values[k];
        return sum;
    }

    /// <summary>C += A B, where the value of A in row i and column k is at i·<paramref name="aRow"/> + k·<paramref name="aColumn"/>.</summary>
    /// <param name="a">A, <paramref name="rows"/> × <paramref name="depth"/>.</param>
    /// <param name="aRow">Doubles from one row of A to the next.</param>
    /// <param name="aColumn">Doubles from one column of A to the next.</param>
    /// <param name="b">B, <paramref name="depth"/> × <paramref name="columns"/>.</param>
    /// <param name="bStride">Doubles from one row of B to the next.</param>
    /// <param name="c">C, <paramref name="rows"/> × <paramref name="columns"/>.</param>
    /// <param name="cStride">Doubles from one row of C to the next.</param>
    /// <param name="rows">The rows of A and C.</param>
    /// <param name="depth">The columns of A, which are the rows of B.</param>
    /// <param name="columns">The columns of B and C, a multiple of <see cref="Lane"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAdd(
        ReadOnlySpan<double> a, int aRow, int aColumn, ReadOnlySpan<double> b, int bStride, Span<double> c, int cStride, int rows, int depth, int columns)
    {
        if (rows == 0 || depth == 0 || columns == 0)
            return;
        bool fits = a.Length > (long)(rows - 1) * aRow + (long)(depth - 1) * aColumn && b.Length >= (long)(depth - 1) * bStride + columns
            && c.Length >= (long)(rows - 1) * cStride + columns && columns % Lane == 0;
        if (!fits)
            throw new ArgumentException("A product takes whole vectors, and operands that hold as many values as it reads.");
        ref double left = ref MemoryMarshal.GetReference(a);
        ref double right = ref MemoryMarshal.GetReference(b);
        ref double target = ref MemoryMarshal.GetReference(c);
        for (int column = 0; column < columns; column += Lane)
        {
            int i = 0;
            for (; i + TileRows <= rows; i += TileRows)
            {
                Tile(ref Unsafe.Add(ref left, (nint)i * aRow), aRow, aColumn, ref Unsafe.Add(ref right, column), bStride,
                    ref Unsafe.Add(ref target, (nint)i * cStride + column), cStride, depth);
            }

            for (; i < rows; i++)
            {
                Row(ref Unsafe.Add(ref left, (nint)i * aRow), aColumn, ref Unsafe.Add(ref right, column), bStride,
                    ref Unsafe.Add(ref target, (nint)i * cStride + column), depth);
            }
        }
    }

    // One vector of each of four rows of C.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(ref double a, nint aRow, nint aColumn, ref double b, nint bStride, ref double c, nint cStride, int depth)
    {
        Vector512<double> s0 = Vector512.LoadUnsafe(ref c), s1 = Vector512.LoadUnsafe(ref Unsafe.Add(ref c, cStride));
        Vector512<double> s2 = Vector512.LoadUnsafe(ref Unsafe.Add(ref c, 2 * cStride)), s3 = Vector512.LoadUnsafe(ref Unsafe.Add(ref c, 3 * cStride));
        for (int k = 0; k < depth; k++)
        {
            Vector512<double> row = Vector512.LoadUnsafe(ref b);
            s0 = Vector512.MultiplyAddEstimate(Vector512.Create(a), row, s0);
            s1 = Vector512.MultiplyAddEstimate(Vector512.Create(Unsafe.Add(ref a, aRow)), row, s1);
            s2 = Vector512.MultiplyAddEstimate(Vector512.Create(Unsafe.Add(ref a, 2 * aRow)), row, s2);
            s3 = Vector512.MultiplyAddEstimate(Vector512.Create(Unsafe.Add(ref a, 3 * aRow)), row, s3);
            a = ref Unsafe.Add(ref a, aColumn);
            b = ref Unsafe.Add(ref b, bStride);
        }

        s0.StoreUnsafe(ref c);
        s1.StoreUnsafe(ref Unsafe.Add(ref c, cStride));
        s2.StoreUnsafe(ref Unsafe.Add(ref c, 2 * cStride));
        s3.StoreUnsafe(ref Unsafe.Add(ref c, 3 * cStride));
    }

    // One vector of one row of C.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(ref double a, nint aColumn, ref double b, nint bStride, ref double c, int depth)
    {
        Vector512<double> sum = Vector512.LoadUnsafe(ref c);
        for (int k = 0; k < depth; k++)
        {
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(a), Vector512.LoadUnsafe(ref b), sum);
            a = ref Unsafe.Add(ref a, aColumn);
            b = ref Unsafe.Add(ref b, bStride);
        }

        sum.StoreUnsafe(ref c);
    }
}
