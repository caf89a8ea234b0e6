using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>The entries of compressed rows that fall into a tile.</summary>
internal static class SparseTile
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Writes a tile of X, zeros included, and zeros up to a whole vector.</summary>
    /// <param name="data">X.</param>
    /// <param name="first">The first row of the tile; all of them are in one block.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="column">The first column.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="target">Receives the tile.</param>
    /// <param name="stride">Floats from one row of the target to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load(CompressedRows data, int first, int rows, int column, int width, Span<float> target, int stride)
    {
        (int index, int place) = Math.DivRem(first, ExampleMatrix.BlockRows);
        CompressedBlock block = data.Blocks[index];
        for (int i = 0; i < rows; i++)
        {
            Span<float> row = target.Slice(i * stride, ManagedFactor.Padded(width));
            row.Clear();
            (int start, int end) = Entries(block, place + i, column, width);
            for (int p = start; p < end; p++)
                row[block.Columns[p] - column] = block.Values[p];
        }
    }

    /// <summary>Adds x · min(X̂^(β−1) / X̂) times the row of O to the numerator, for every entry x of a tile.</summary>
    /// <param name="data">X.</param>
    /// <param name="first">The first row of the tile; all of them are in one block.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="column">The first column.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="approximation">X̂ of the tile.</param>
    /// <param name="power">X̂^(β−1).</param>
    /// <param name="stride">Floats from one row of X̂ to the next.</param>
    /// <param name="other">O.</param>
    /// <param name="numerator">The padded rows of the numerator.</param>
    /// <param name="weights">Working memory for the weights of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddNumerators(CompressedRows data, int first, int rows, int column, int width, ReadOnlySpan<float> approximation,
        ReadOnlySpan<float> power, int stride, ManagedFactor other, Span<float> numerator, Span<float> weights)
    {
        (int index, int place) = Math.DivRem(first, ExampleMatrix.BlockRows);
        CompressedBlock block = data.Blocks[index];
        for (int i = 0; i < rows; i++)
        {
            (int start, int end) = Entries(block, place + i, column, width);
            if (start == end)
                continue;
            ReadOnlySpan<int> columns = block.Columns.AsSpan(start, end - start);
            for (int p = 0; p < columns.Length; p++)
            {
                int at = i * stride + columns[p] - column;
                weights[p] = Math.Min(block.Values[start + p] * (power[at] / approximation[at]), MultiplicativeRule.LargestPower);
            }

            Span<float> row = numerator.Slice(i * other.Stride, other.Stride);
            for (int k = 0; k < other.Stride; k += 4 * Lane)
            {
                switch (Math.Min(other.Stride - k, 4 * Lane) / Lane)
                {
                    case 4: AddRows<FourVectors>(columns, weights, other.Values[k..], other.Stride, row[k..]); break;
                    case 3: AddRows<ThreeVectors>(columns, weights, other.Values[k..], other.Stride, row[k..]); break;
                    case 2: AddRows<TwoVectors>(columns, weights, other.Values[k..], other.Stride, row[k..]); break;
                    default: AddRows<OneVector>(columns, weights, other.Values[k..], other.Stride, row[k..]); break;
                }
            }
        }
    }

    // The entries of a row in some columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Start, int End) Entries(in CompressedBlock block, int row, int column, int width)
    {
        int start = LowerBound(block.Columns, block.Starts[row], block.Starts[row + 1], column);
        return (start, LowerBound(block.Columns, start, block.Starts[row + 1], column + width));
    }

    // The first entry from a start to an end whose column is at least the given one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int LowerBound(int[] columns, int start, int end, int column)
    {
        while (start < end)
        {
            int middle = start + (end - start) / 2;
            if (columns[middle] < column)
                start = middle + 1;
            else
                end = middle;
        }

        return start;
    }

    // row += Σ weights_p O[columns_p], for some vectors of components.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<TWidth>(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, ReadOnlySpan<float> other, int stride, Span<float> row)
        where TWidth : struct, IVectorCount
    {
        ref float sum = ref MemoryMarshal.GetReference(row);
        ref float from = ref MemoryMarshal.GetReference(other);
        Vector512<float> s0 = Vector512.LoadUnsafe(ref sum);
        Vector512<float> s1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref sum, Lane) : default;
        Vector512<float> s2 = TWidth.Count > 2 ? Vector512.LoadUnsafe(ref sum, 2 * Lane) : default;
        Vector512<float> s3 = TWidth.Count > 3 ? Vector512.LoadUnsafe(ref sum, 3 * Lane) : default;
        for (int p = 0; p < columns.Length; p++)
        {
            ref float o = ref Unsafe.Add(ref from, (nint)columns[p] * stride);
            Vector512<float> weight = Vector512.Create(weights[p]);
            s0 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref o), s0);
            if (TWidth.Count > 1) s1 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref o, Lane), s1);
            if (TWidth.Count > 2) s2 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref o, 2 * Lane), s2);
            if (TWidth.Count > 3) s3 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref o, 3 * Lane), s3);
        }

        s0.StoreUnsafe(ref sum);
        if (TWidth.Count > 1) s1.StoreUnsafe(ref sum, Lane);
        if (TWidth.Count > 2) s2.StoreUnsafe(ref sum, 2 * Lane);
        if (TWidth.Count > 3) s3.StoreUnsafe(ref sum, 3 * Lane);
    }
}
