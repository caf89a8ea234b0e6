using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Builds the training matrix row by row, as compressed blocks that are each allocated at their final size. When all rows are there, data of at least
/// <see cref="DenseFrom"/> density is unpacked block by block. Cost: one pass over the entries, two for dense data.
/// </summary>
/// <param name="columns">The number of features, m.</param>
internal sealed class ExampleMatrixBuilder(int columns)
{
    /// <summary>
    /// The density from which data is stored dense: it then takes no more memory than compressed rows and their transpose, and computes faster.
    /// </summary>
    public const double DenseFrom = 0.25;

    // Room for entries that is made at once, where the first row has so many that they are to be expected: arrays that grow step by step would be the most of
    // what a small training leaves to the garbage collector.
    private const int FirstRoom = 1 << 16;

    private readonly List<CompressedBlock> _blocks = [];
    private readonly List<int> _starts = [0];

    // The entries of the block that is being read.
    private int[] _columns = [];
    private float[] _values = [];
    private int _entries;
    private int[] _rowFeatures = [];
    private float[] _rowValues = [];
    private double _sum;
    private double _sumOfMagnitudes;
    private double _sumOfSquares;

    /// <summary>The number of rows added so far.</summary>
    public int Rows { get; private set; }

    /// <summary>The rows of a non-negative matrix, to be brought to a unit or stored as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ExampleMatrixBuilder From(FactorMatrix matrix)
    {
        var builder = new ExampleMatrixBuilder(matrix.Columns);
        for (int i = 0; i < matrix.Rows; i++)
            builder.AddDense(matrix.Row(i));
        return builder;
    }

    /// <summary>Copies some rows of the training data into a matrix of their own.</summary>
    /// <param name="examples">The data.</param>
    /// <param name="rows">The indices of the rows, in the order wanted; a row may be taken more than once.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ExampleMatrix TakeRows(ExampleMatrix examples, ReadOnlySpan<int> rows)
    {
        var builder = new ExampleMatrixBuilder(examples.Columns);
        builder.AddRows(examples, rows);
        return builder.Build(examples.Unit);
    }

    /// <summary>Adds some rows of a matrix, as they are stored; of one with holes, what was observed.</summary>
    /// <param name="examples">The matrix.</param>
    /// <param name="rows">The indices of the rows, in the order wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddRows(ExampleMatrix examples, ReadOnlySpan<int> rows)
    {
        var reader = new ExampleRows(examples);
        foreach (int row in rows)
        {
            reader.Read(row);
            if (examples is DenseExamples)
                AddDense(reader.Values);
            else
                Add(reader.Features, reader.Values);
        }
    }

    /// <summary>Adds a row.</summary>
    /// <param name="features">The indices of the features that are not zero, ascending.</param>
    /// <param name="values">Their values, positive and finite.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> features, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            _sum += value;
            _sumOfMagnitudes += Math.Abs(value);
            _sumOfSquares += (double)value * value;
        }

        Reserve(values.Length);
        features.CopyTo(_columns.AsSpan(_entries));
        values.CopyTo(_values.AsSpan(_entries));
        _entries += values.Length;
        _starts.Add(_entries);
        Rows = checked(Rows + 1);
        if (_starts.Count > ExampleMatrix.BlockRows)
            EndBlock();
    }

    /// <summary>
    /// The matrix of all rows added, divided by the power of 4 that brings the mean magnitude of its entries between ½ and 2; as it is when all entries are
    /// zero. The builder cannot be used again.
    /// </summary>
    /// <param name="weights">By what rows and columns were multiplied before they were added; null for nothing.</param>
    /// <param name="known">Divides by this unit instead.</param>
    public ExampleMatrix BuildInUnit(ExampleWeights? weights = null, double? known = null)
    {
        if (_starts.Count > 1)
            EndBlock();
        double mean = _sumOfMagnitudes / ((double)Rows * columns);
        if (known is null && !(mean > 0))
            return Build(weights: weights);
        double unit = known ?? UnitFor(mean);
        Divide(_blocks, unit);
        _sum /= unit;
        _sumOfSquares /= unit * unit;
        return Build(unit, weights);
    }

    /// <summary>The power of 4 that brings a mean, above 0, between ½ and 2.</summary>
    public static double UnitFor(double mean) => Math.ScaleB(1, 2 * (int)Math.Round(Math.Log2(mean) / 2));

    /// <summary>The rows as they were added, zeros among them too. The builder gives them away and cannot be used again.</summary>
    public CompressedRows Collect()
    {
        if (_starts.Count > 1)
            EndBlock();
        var compressed = new CompressedRows([.. _blocks], Rows, columns);
        _blocks.Clear();
        return compressed;
    }

    /// <summary>The matrix of all rows added. The builder gives its rows away and cannot be used again.</summary>
    /// <param name="unit">By what the rows were divided before they were added.</param>
    /// <param name="weights">By what rows and columns were multiplied before; null for nothing.</param>
    public ExampleMatrix Build(double unit = 1, ExampleWeights? weights = null)
    {
        CompressedRows compressed = Collect();
        if (compressed.NonZeros < DenseFrom * Rows * columns)
            return new SparseExamples(compressed, _sum, _sumOfSquares, unit) { Weights = weights };
        long nonZeros = compressed.NonZeros;
        return new DenseExamples(Unpack(compressed), Rows, columns, nonZeros, _sum, _sumOfSquares, unit) { Weights = weights };
    }

    /// <summary>
    /// Divides the entries of blocks by a unit. Division by a power of 2 rounds only entries below 1e-38 of it. Done in double, since its reciprocal may not
    /// fit float32.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(IEnumerable<CompressedBlock> blocks, double unit)
    {
        if (unit == 1)
            return;
        foreach (CompressedBlock block in blocks)
        {
            float[] values = block.Values;
            for (int p = 0; p < values.Length; p++)
                values[p] = (float)(values[p] / unit);
        }
    }

    // Adds a row of which all m values are given.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddDense(ReadOnlySpan<float> row)
    {
        if (_rowFeatures.Length < row.Length)
            (_rowFeatures, _rowValues) = (new int[row.Length], new float[row.Length]);
        int count = 0;
        for (int j = 0; j < row.Length; j++)
        {
            if (row[j] == 0)
                continue;
            _rowFeatures[count] = j;
            _rowValues[count++] = row[j];
        }

        Add(_rowFeatures.AsSpan(0, count), _rowValues.AsSpan(0, count));
    }

    private void EndBlock()
    {
        _blocks.Add(new CompressedBlock([.. _starts], _columns.AsSpan(0, _entries).ToArray(), _values.AsSpan(0, _entries).ToArray()));
        _starts.Clear();
        _starts.Add(0);
        _entries = 0;
    }

    // Makes room for some more entries of a block.
    private void Reserve(int entries)
    {
        int length = checked(_entries + entries);
        if (_values.Length >= length)
            return;
        long room = _values.Length == 0 ? Math.Min((long)entries * ExampleMatrix.BlockRows, FirstRoom) : 2L * _values.Length;
        int longer = (int)Math.Min(Math.Max(length, room), Array.MaxLength);
        Array.Resize(ref _columns, longer);
        Array.Resize(ref _values, longer);
    }

    // Lets go of each compressed block once it is unpacked, so that the data is never held twice.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static AlignedFloats[] Unpack(CompressedRows compressed)
    {
        var dense = new AlignedFloats[compressed.Blocks.Length];
        int stride = DenseExamples.StrideOf(compressed.Columns);
        for (int b = 0; b < dense.Length; b++)
        {
            CompressedBlock block = compressed.Blocks[b];
            dense[b] = DenseExamples.AllocateBlock(block.Rows, compressed.Columns);
            Span<float> values = dense[b].Span;
            for (int i = 0; i < block.Rows; i++)
            {
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    values[i * stride + block.Columns[p]] = block.Values[p];
            }

            compressed.Blocks[b] = default;
        }

        return dense;
    }
}
