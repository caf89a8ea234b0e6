namespace Microsoft.ML.Nmf.Engine;

/// <summary>One block of up to <see cref="ExampleMatrix.BlockRows"/> compressed rows.</summary>
/// <param name="Starts">Row i has the entries from Starts[i] to Starts[i + 1] − 1; one value more than there are rows.</param>
/// <param name="Columns">The column of each entry, ascending within a row.</param>
/// <param name="Values">The value of each entry, never zero.</param>
internal readonly record struct CompressedBlock(int[] Starts, int[] Columns, float[] Values)
{
    /// <summary>The number of rows in the block.</summary>
    public int Rows => Starts.Length - 1;
}

/// <summary>
/// A sparse matrix in compressed rows (CSR), in blocks of <see cref="ExampleMatrix.BlockRows"/> rows, so that the number of entries may exceed an array's size.
/// </summary>
internal sealed class CompressedRows
{
    /// <summary>Takes over the blocks, without a copy.</summary>
    public CompressedRows(CompressedBlock[] blocks, int rows, int columns)
    {
        Blocks = blocks;
        Rows = rows;
        Columns = columns;
        NonZeros = blocks.Sum(block => (long)block.Values.Length);
    }

    /// <summary>The blocks, in the order of their rows.</summary>
    public CompressedBlock[] Blocks { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The number of stored entries.</summary>
    public long NonZeros { get; }

    /// <summary>The bytes that the entries and row starts take.</summary>
    public long Bytes => NonZeros * (sizeof(int) + sizeof(float)) + (long)Rows * sizeof(int);

    /// <summary>The transpose. Cost: two passes over the entries.</summary>
    public CompressedRows Transpose()
    {
        int[] counts = new int[Columns];
        foreach (CompressedBlock block in Blocks)
        {
            foreach (int column in block.Columns)
                counts[column]++;
        }

        var transposed = new CompressedBlock[RowBlocks.Count(Columns)];
        for (int b = 0; b < transposed.Length; b++)
        {
            (int first, int rows) = RowBlocks.Range(b, Columns);
            int[] starts = new int[rows + 1];
            for (int i = 0; i < rows; i++)
                starts[i + 1] = checked(starts[i] + counts[first + i]);
            transposed[b] = new CompressedBlock(starts, new int[starts[rows]], new float[starts[rows]]);
        }

        // From here on, counts[j] is where the next entry of row j of the transpose goes.
        for (int b = 0; b < transposed.Length; b++)
            transposed[b].Starts.AsSpan(0, transposed[b].Rows).CopyTo(counts.AsSpan(b * ExampleMatrix.BlockRows));
        for (int b = 0; b < Blocks.Length; b++)
        {
            CompressedBlock block = Blocks[b];
            for (int i = 0; i < block.Rows; i++)
            {
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                {
                    int row = block.Columns[p];
                    CompressedBlock target = transposed[row / ExampleMatrix.BlockRows];
                    int place = counts[row]++;
                    target.Columns[place] = b * ExampleMatrix.BlockRows + i;
                    target.Values[place] = block.Values[p];
                }
            }
        }

        return new CompressedRows(transposed, Columns, Rows);
    }
}
