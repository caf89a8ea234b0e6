namespace Microsoft.ML.Nmf.Engine;

/// <summary>Training data of which only the entries that are not zero are stored, as compressed rows.</summary>
internal sealed class SparseExamples : ExampleMatrix
{
    /// <summary>Takes over the rows.</summary>
    public SparseExamples(CompressedRows data, double sum, double sumOfSquares)
        : base(data.Rows, data.Columns, data.NonZeros, sum, sumOfSquares) => Data = data;

    /// <summary>The compressed rows.</summary>
    public CompressedRows Data { get; }

    /// <inheritdoc />
    public override long Bytes => Data.Bytes;
}
