namespace Microsoft.ML.Nmf;

/// <summary>A matrix of float32 that does not change: the templates W (features × components) or activations H (examples × components).</summary>
public sealed class FactorMatrix
{
    private readonly float[] _values;

    /// <summary>A copy of the given values.</summary>
    /// <param name="values">The values by row and column.</param>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public FactorMatrix(float[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Rows = values.GetLength(0);
        Columns = values.GetLength(1);
        _values = new float[values.Length];
        Buffer.BlockCopy(values, 0, _values, 0, values.Length * sizeof(float));
    }

    /// <summary>Takes over values that stand row after row.</summary>
    internal FactorMatrix(float[] values, int rows, int columns)
    {
        if (values.Length != (long)rows * columns)
            throw new ArgumentException($"A matrix of {rows} × {columns} does not have {values.Length} values.", nameof(values));
        _values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>All values, row after row.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>One value.</summary>
    /// <param name="row">From 0 to <see cref="Rows"/> − 1.</param>
    /// <param name="column">From 0 to <see cref="Columns"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or column.</exception>
    public float this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(column);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns);
            return Row(row)[column];
        }
    }

    /// <summary>One row.</summary>
    /// <param name="row">From 0 to <see cref="Rows"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return _values.AsSpan(row * Columns, Columns);
    }

    /// <summary>The sum of each column, in double, row after row.</summary>
    internal double[] ColumnSums()
    {
        var sums = new double[Columns];
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<float> row = Row(i);
            for (int k = 0; k < row.Length; k++)
                sums[k] += row[k];
        }

        return sums;
    }

    /// <summary>A copy of the values by row and column.</summary>
    public float[,] ToArray()
    {
        var copy = new float[Rows, Columns];
        Buffer.BlockCopy(_values, 0, copy, 0, _values.Length * sizeof(float));
        return copy;
    }
}
