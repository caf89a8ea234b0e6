namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Reads the rows of training data one by one, without a copy, whether they are stored dense or sparse; of a row with holes, what was observed, zeros too.
/// </summary>
/// <param name="examples">X.</param>
internal sealed class ExampleRows(ExampleMatrix examples)
{
    private readonly CompressedRows? _stored = (examples as SparseExamples)?.Data ?? (examples as ObservedExamples)?.Data;
    private readonly int[] _all = examples is DenseExamples ? [.. Enumerable.Range(0, examples.Columns)] : [];
    private int _block;
    private int _first;

    /// <summary>The entries of the row.</summary>
    public int Count { get; private set; }

    /// <summary>The feature of each entry, ascending.</summary>
    public ReadOnlySpan<int> Features => _stored is null ? _all : _stored.Blocks[_block].Columns.AsSpan(_first, Count);

    /// <summary>The value of each entry; zeros too where the data is dense.</summary>
    public ReadOnlySpan<float> Values => _stored is null
        ? ((DenseExamples)examples).Row(_block, _first)
        : _stored.Blocks[_block].Values.AsSpan(_first, Count);

    /// <summary>Goes to a row.</summary>
    public void Read(int row)
    {
        (_block, int place) = Math.DivRem(row, ExampleMatrix.BlockRows);
        if (_stored is not null)
        {
            CompressedBlock block = _stored.Blocks[_block];
            (_first, Count) = (block.Starts[place], block.Starts[place + 1] - block.Starts[place]);
        }
        else
        {
            (_first, Count) = (place, examples.Columns);
        }
    }
}
