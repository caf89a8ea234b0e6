using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>The entries of compressed rows that fall into a tile.</summary>
internal static class SparseTile
{
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

            WeightedRows.Add(weights[..columns.Length], columns, other.Values, numerator.Slice(i * other.Stride, other.Stride));
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
}
