namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The product of dense data, or of its transpose, with a factor, one block of result rows at a time. The depth is cut into blocks of
/// <see cref="ExampleMatrix.BlockRows"/>, whose part of the factor stays in the cache. Cost p·q·r.
/// </summary>
internal static class DenseProduct
{
    /// <summary>The rows of one block of the result ← data · other.</summary>
    /// <param name="data">The data or its transpose.</param>
    /// <param name="block">Which block of <see cref="ExampleMatrix.BlockRows"/> rows of <paramref name="data"/>.</param>
    /// <param name="other">A factor with one row for each column of <paramref name="data"/>.</param>
    /// <param name="result">The padded rows of the block; all of it is overwritten.</param>
    public static void Multiply(DenseData data, int block, ManagedFactor other, Span<float> result)
    {
        (int first, int rows) = RowBlocks.Range(block, data.Rows);
        int stride = other.Stride;
        int features = data.Source.Columns;
        result.Clear();
        for (int d = 0; d < RowBlocks.Count(data.Columns); d++)
        {
            (int start, int depth) = RowBlocks.Range(d, data.Columns);
            MatrixKernel.Left left = data.IsTransposed
                ? new(data.Source.Blocks[d].AsSpan(first), 1, features)
                : new(data.Source.Blocks[block].AsSpan(start), features, 1);
            MatrixKernel.MultiplyAdd(left, other.RowRange(start, depth), stride, result, stride, rows, depth, stride);
        }
    }
}
