using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Input;

/// <summary>
/// Reads a column into the training matrix in one pass of one cursor: compressed rows, block by block, each block allocated at its
/// final size. Data that turns out dense is then unpacked, block by block.
/// </summary>
internal static class ExampleReader
{
    /// <summary>
    /// From this share of non-zeros on, dense storage takes no more memory than compressed rows and their transpose, and computes faster.
    /// </summary>
    public const double DenseFrom = 0.25;

    private const int RowsBetweenChecks = 1024;

    /// <summary>Reads all rows.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">The column, found in the schema of <paramref name="data"/>.</param>
    /// <param name="checkAlive">Throws when the reading has been cancelled.</param>
    /// <exception cref="InvalidOperationException">There are no rows, or a value cannot be factorized.</exception>
    public static ExampleMatrix Read(IDataView data, FeatureColumn column, Action checkAlive)
    {
        var blocks = new List<CompressedBlock>();
        var block = new BlockBuilder();
        double sum = 0, sumOfSquares = 0;
        int rows = 0;
        using (DataViewRowCursor cursor = data.GetRowCursor([column.Column]))
        {
            var reader = new FeatureRowReader(cursor, column);
            while (cursor.MoveNext())
            {
                if (rows % RowsBetweenChecks == 0)
                    checkAlive();
                reader.Read();
                foreach (float value in reader.Values)
                {
                    sum += value;
                    sumOfSquares += (double)value * value;
                }

                block.Add(reader.Features, reader.Values);
                rows = checked(rows + 1);
                if (block.Rows == ExampleMatrix.BlockRows)
                    blocks.Add(block.Take());
            }
        }

        if (rows == 0)
            throw new InvalidOperationException($"Column '{column.Name}': the training data has no rows.");
        if (block.Rows > 0)
            blocks.Add(block.Take());
        var compressed = new CompressedRows([.. blocks], rows, column.Size);
        if (compressed.NonZeros < DenseFrom * rows * column.Size)
            return new SparseExamples(compressed, sum, sumOfSquares);
        blocks.Clear();
        long nonZeros = compressed.NonZeros;
        return new DenseExamples(Unpack(compressed), rows, column.Size, nonZeros, sum, sumOfSquares);
    }

    // Drops each compressed block once it is unpacked.
    private static float[][] Unpack(CompressedRows compressed)
    {
        var dense = new float[compressed.Blocks.Length][];
        for (int b = 0; b < dense.Length; b++)
        {
            CompressedBlock block = compressed.Blocks[b];
            float[] values = dense[b] = new float[checked(block.Rows * compressed.Columns)];
            for (int i = 0; i < block.Rows; i++)
            {
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    values[i * compressed.Columns + block.Columns[p]] = block.Values[p];
            }

            compressed.Blocks[b] = default;
        }

        return dense;
    }

    private sealed class BlockBuilder
    {
        private readonly List<int> _starts = [0];
        private readonly List<int> _columns = [];
        private readonly List<float> _values = [];

        public int Rows => _starts.Count - 1;

        public void Add(ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
        {
            _columns.AddRange(columns);
            _values.AddRange(values);
            _starts.Add(_values.Count);
        }

        public CompressedBlock Take()
        {
            var block = new CompressedBlock([.. _starts], [.. _columns], [.. _values]);
            _starts.Clear();
            _starts.Add(0);
            _columns.Clear();
            _values.Clear();
            return block;
        }
    }
}
