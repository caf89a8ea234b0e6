namespace Microsoft.ML.Trainers.Offline;

/// <summary>Some examples, their values both row by row and feature by feature.</summary>
internal sealed class RowBlock
{
    /// <summary>So few rows that what is computed for each of them and each class stays in the cache.</summary>
    public const int MaximumCount = 4096;

    /// <param name="labels">The class of each row.</param>
    /// <param name="weights">The weight of each row.</param>
    /// <param name="rows">The values of each row, with their features.</param>
    public RowBlock(int[] labels, float[] weights, SparseLines rows)
    {
        (Labels, Weights, Rows) = (labels, weights, rows);
        Features = rows.DistinctIndices();
        Columns = rows.Transpose(Features);
    }

    public int Count => Labels.Length;

    public int[] Labels { get; }

    public float[] Weights { get; }

    public SparseLines Rows { get; }

    /// <summary>The features that occur, in order.</summary>
    public int[] Features { get; }

    /// <summary>The values of each feature that occurs, with their rows.</summary>
    public SparseLines Columns { get; }
}
