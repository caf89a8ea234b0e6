namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Builds the training matrix from one row after the other: compressed rows, block by block, each block allocated at its final size. Data that turns out
/// dense is then unpacked, block by block.
/// </summary>
/// <param name="columns">The number of features, m.</param>
internal sealed class ExampleMatrixBuilder(int columns)
{
    /// <summary>
    /// From this share of non-zeros on, dense storage takes no more memory than compressed rows and their transpose, and computes faster.
    /// </summary>
    public const double DenseFrom = 0.25;

    private readonly List<CompressedBlock> _blocks = [];
    private readonly List<int> _starts = [0];
    private readonly List<int> _columns = [];
    private readonly List<float> _values = [];
    private double _sum;
    private double _sumOfSquares;

    /// <summary>The rows added so far.</summary>
    public int Rows { get; private set; }

    /// <summary>The rows of a matrix as examples.</summary>
    public static ExampleMatrix From(FactorMatrix matrix)
    {
        var builder = new ExampleMatrixBuilder(matrix.Columns);
        int[] features = new int[matrix.Columns];
        var values = new float[matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            ReadOnlySpan<float> row = matrix.Row(i);
            int count = 0;
            for (int j = 0; j < row.Length; j++)
            {
                if (row[j] == 0)
                    continue;
                features[count] = j;
                values[count++] = row[j];
            }

            builder.Add(features.AsSpan(0, count), values.AsSpan(0, count));
        }

        return builder.Build();
    }

    /// <summary>Adds a row.</summary>
    /// <param name="features">The features that are not zero, ascending.</param>
    /// <param name="values">Their values, positive and finite.</param>
    public void Add(ReadOnlySpan<int> features, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            _sum += value;
            _sumOfSquares += (double)value * value;
        }

        _columns.AddRange(features);
        _values.AddRange(values);
        _starts.Add(_values.Count);
        Rows = checked(Rows + 1);
        if (_starts.Count > ExampleMatrix.BlockRows)
            EndBlock();
    }

    /// <summary>The matrix of all rows; the builder is empty afterwards.</summary>
    public ExampleMatrix Build()
    {
        if (_starts.Count > 1)
            EndBlock();
        var compressed = new CompressedRows([.. _blocks], Rows, columns);
        _blocks.Clear();
        if (compressed.NonZeros < DenseFrom * Rows * columns)
            return new SparseExamples(compressed, _sum, _sumOfSquares);
        long nonZeros = compressed.NonZeros;
        return new DenseExamples(Unpack(compressed), Rows, columns, nonZeros, _sum, _sumOfSquares);
    }

    private void EndBlock()
    {
        _blocks.Add(new CompressedBlock([.. _starts], [.. _columns], [.. _values]));
        _starts.Clear();
        _starts.Add(0);
        _columns.Clear();
        _values.Clear();
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
}
