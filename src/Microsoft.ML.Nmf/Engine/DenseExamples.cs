namespace Microsoft.ML.Nmf.Engine;

/// <summary>Training data whose every entry is stored: block b holds rows 256·b onwards, row after row.</summary>
internal sealed class DenseExamples : ExampleMatrix
{
    /// <summary>Takes over the blocks; each has <c>rows of the block × columns</c> values.</summary>
    public DenseExamples(float[][] blocks, int rows, int columns, long nonZeros, double sum, double sumOfSquares)
        : base(rows, columns, nonZeros, sum, sumOfSquares) => Blocks = blocks;

    /// <summary>The values, one array a block of rows.</summary>
    public float[][] Blocks { get; }

    /// <inheritdoc />
    public override long Bytes => (long)Rows * Columns * sizeof(float);
}
