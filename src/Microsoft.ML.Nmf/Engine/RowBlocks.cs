namespace Microsoft.ML.Nmf.Engine;

/// <summary>The fixed cut of n rows into blocks of <see cref="ExampleMatrix.BlockRows"/>; it depends on nothing but n.</summary>
internal static class RowBlocks
{
    /// <summary>The number of blocks that n rows make.</summary>
    public static int Count(int rows) => (rows + ExampleMatrix.BlockRows - 1) / ExampleMatrix.BlockRows;

    /// <summary>The first row of a block and how many rows it has.</summary>
    public static (int First, int Count) Range(int block, int rows)
    {
        int first = block * ExampleMatrix.BlockRows;
        return (first, Math.Min(ExampleMatrix.BlockRows, rows - first));
    }
}
