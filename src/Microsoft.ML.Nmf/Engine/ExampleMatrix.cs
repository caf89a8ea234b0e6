using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The training data X in host memory: n examples × m features, non-negative and finite. Rows are stored in blocks of <see cref="BlockRows"/>, so that the
/// data may be larger than one array can be. Read-only once built. The entries and all totals are those of X over <see cref="Unit"/>: float32 squares and
/// powers then fit, and the guards of every algorithm mean the same, whatever the unit of the data.
/// </summary>
internal abstract class ExampleMatrix
{
    /// <summary>
    /// Rows in a block; the last block may have fewer. Engines sum block by block, so changing this changes results in the last digits.
    /// </summary>
    public const int BlockRows = 256;

    /// <summary>Sets the shape and the totals; the derived class holds the entries.</summary>
    protected ExampleMatrix(int rows, int columns, long nonZeros, double sum, double sumOfSquares, double unit)
    {
        Rows = rows;
        Columns = columns;
        NonZeros = nonZeros;
        Sum = sum;
        SumOfSquares = sumOfSquares;
        Unit = unit;
    }

    /// <summary>The number of examples, n.</summary>
    public int Rows { get; }

    /// <summary>The number of features, m.</summary>
    public int Columns { get; }

    /// <summary>By what X was divided: a power of 4, so that no entry is rounded and its root is a power of 2; 1 for data that is stored as it is.</summary>
    public double Unit { get; }

    /// <summary>The number of entries that are not zero.</summary>
    public long NonZeros { get; }

    /// <summary>The sum of all entries.</summary>
    public double Sum { get; }

    /// <summary>The sum of the squares of all entries, ‖X‖²_F.</summary>
    public double SumOfSquares { get; }

    /// <summary>The mean over all n·m entries, zeros included, or over the observed ones where there are holes; 0 for an empty matrix.</summary>
    public virtual double Mean => Rows == 0 || Columns == 0 ? 0 : Sum / ((double)Rows * Columns);

    /// <summary>The sum of all n·m entries, holes with the mean of the others.</summary>
    public virtual double SumWithHoles => Sum;

    /// <summary>How often rows and columns count; null where all count once.</summary>
    public ExampleWeights? Weights { get; init; }

    /// <summary>
    /// The least value of X̂ when β ≠ 2, and of X when β ≤ 0; smaller values count as this one. It is <see cref="BetaDivergence.Floor"/> times the mean, or
    /// <see cref="BetaDivergence.Floor"/> itself when all entries are zero.
    /// </summary>
    public float FloorOf(double beta) => (float)(BetaDivergence.FloorOf(beta) * (Mean > 0 ? Mean : 1));

    /// <summary>The share of entries that are not zero, from 0 to 1; 0 for an empty matrix.</summary>
    public double Density => Rows == 0 || Columns == 0 ? 0 : NonZeros / ((double)Rows * Columns);

    /// <summary>The bytes that the stored entries and their indices take.</summary>
    public abstract long Bytes { get; }

    /// <summary>The largest entry; 0 for an empty matrix. Cost: a pass over the stored entries.</summary>
    public abstract float Largest();
}

/// <summary>
/// Training data with every entry stored, row after row within each block. A row starts at a cache line and is followed by zeros up to
/// <see cref="Stride"/>, so that kernels read whole vectors of it in place.
/// </summary>
internal sealed class DenseExamples : ExampleMatrix
{
    // Rows at a distance of a multiple of this fall into the same few sets of the cache.
    private const int CrowdedStride = 256;

    /// <summary>Takes over the blocks, without a copy; each is from <see cref="AllocateBlock"/>.</summary>
    public DenseExamples(AlignedFloats[] blocks, int rows, int columns, long nonZeros, double sum, double sumOfSquares, double unit = 1)
        : base(rows, columns, nonZeros, sum, sumOfSquares, unit)
    {
        Blocks = blocks;
        Stride = StrideOf(columns);
    }

    /// <summary>The memory of each block of rows: block b starts with row b·<see cref="ExampleMatrix.BlockRows"/>.</summary>
    public AlignedFloats[] Blocks { get; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; }

    /// <inheritdoc />
    public override long Bytes => (long)Rows * Stride * sizeof(float);

    /// <summary>Zeros for the rows of a block.</summary>
    public static AlignedFloats AllocateBlock(int rows, int columns)
    {
        _ = ArraySize.Of(rows, StrideOf(columns), "A block of dense data");
        return new AlignedFloats(rows, StrideOf(columns));
    }

    /// <summary>Floats from one row of a block to the next.</summary>
    public static int StrideOf(int columns)
    {
        int padded = ManagedFactor.Padded(columns);
        return padded > 0 && padded % CrowdedStride == 0 ? padded + ManagedFactor.Lane : padded;
    }

    /// <summary>The values of a row.</summary>
    /// <param name="block">Its block.</param>
    /// <param name="place">Its place in the block.</param>
    public Span<float> Row(int block, int place) => Blocks[block].Span.Slice(place * Stride, Columns);

    /// <summary>A copy of the values of a block, row after row, without padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float[] CopyOfBlock(int block)
    {
        (_, int count) = RowBlocks.Range(block, Rows);
        var values = new float[ArraySize.Of(count, Columns, "A block of dense data")];
        for (int i = 0; i < count; i++)
            Row(block, i).CopyTo(values.AsSpan(i * Columns));
        return values;
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float Largest()
    {
        float largest = 0;
        foreach (AlignedFloats block in Blocks)
        {
            foreach (float value in block.Span)
                largest = Math.Max(largest, value);
        }

        return largest;
    }
}

/// <summary>Training data with only its non-zero entries stored, as compressed rows.</summary>
internal sealed class SparseExamples : ExampleMatrix
{
    /// <summary>Takes over the rows, without a copy.</summary>
    public SparseExamples(CompressedRows data, double sum, double sumOfSquares, double unit = 1)
        : base(data.Rows, data.Columns, data.NonZeros, sum, sumOfSquares, unit) => Data = data;

    /// <summary>The compressed rows.</summary>
    public CompressedRows Data { get; }

    /// <inheritdoc />
    public override long Bytes => Data.Bytes;

    /// <inheritdoc />
    public override float Largest() => Data.Blocks.Max(block => block.Values.Length == 0 ? 0 : block.Values.Max());
}

/// <summary>
/// Cuts n rows into blocks of <see cref="ExampleMatrix.BlockRows"/>. The cut depends on n alone, so that sums taken per block do not depend on the number of
/// threads.
/// </summary>
internal static class RowBlocks
{
    /// <summary>The number of blocks of n rows.</summary>
    public static int Count(int rows) => (int)(((long)rows + ExampleMatrix.BlockRows - 1) / ExampleMatrix.BlockRows);

    /// <summary>The first row of a block and the number of its rows.</summary>
    public static (int First, int Count) Range(int block, int rows)
    {
        int first = block * ExampleMatrix.BlockRows;
        return (first, Math.Min(ExampleMatrix.BlockRows, rows - first));
    }
}

/// <summary>One block of up to <see cref="ExampleMatrix.BlockRows"/> compressed rows.</summary>
/// <param name="Starts">Row i has the entries from Starts[i] to Starts[i + 1] − 1; one value more than there are rows.</param>
/// <param name="Columns">The column of each entry, ascending within a row.</param>
/// <param name="Values">The value of each entry; never zero but where zeros are observed among holes.</param>
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                starts[i + 1] = EndOf(starts[i], counts[first + i]);
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

    private static int EndOf(int start, int entries)
        => (long)start + entries <= Array.MaxLength
            ? start + entries
            : throw new InvalidOperationException($"{ExampleMatrix.BlockRows} features that follow each other have more than {Array.MaxLength} entries, "
                + "which is what one array holds. Train on fewer rows.");
}
