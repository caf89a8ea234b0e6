namespace Microsoft.ML.Nmf.Engine;

/// <summary>Reads the rows of training data one by one, without a copy, whether they are stored dense or sparse.</summary>
/// <param name="examples">X.</param>
internal sealed class ExampleRows(ExampleMatrix examples)
{
    private readonly int[] _all = examples is SparseExamples ? [] : [.. Enumerable.Range(0, examples.Columns)];
    private int _block;
    private int _first;

    /// <summary>The entries of the row.</summary>
    public int Count { get; private set; }

    /// <summary>The feature of each entry, ascending.</summary>
    public ReadOnlySpan<int> Features => examples is SparseExamples sparse ? sparse.Data.Blocks[_block].Columns.AsSpan(_first, Count) : _all;

    /// <summary>The value of each entry; zeros too where the data is dense.</summary>
    public ReadOnlySpan<float> Values => examples is SparseExamples sparse
        ? sparse.Data.Blocks[_block].Values.AsSpan(_first, Count)
        : ((DenseExamples)examples).Row(_block, _first);

    /// <summary>Goes to a row.</summary>
    public void Read(int row)
    {
        (_block, int place) = Math.DivRem(row, ExampleMatrix.BlockRows);
        if (examples is SparseExamples sparse)
        {
            CompressedBlock block = sparse.Data.Blocks[_block];
            (_first, Count) = (block.Starts[place], block.Starts[place + 1] - block.Starts[place]);
        }
        else
        {
            (_first, Count) = (place, examples.Columns);
        }
    }
}
