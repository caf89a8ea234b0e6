using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

/// <summary>An immutable matrix of float32: the templates W (features × components) or the activations H (examples × components).</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class FactorMatrix
{
    private readonly float[] _values;

    /// <summary>A matrix with a copy of the given values.</summary>
    /// <param name="values">The values by row and column.</param>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    /// <exception cref="InvalidOperationException">There are more values than an array of one dimension holds.</exception>
    public FactorMatrix(float[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Rows = values.GetLength(0);
        Columns = values.GetLength(1);
        _values = new float[ArraySize.Of(Rows, Columns, "A matrix")];
        Flat(values).CopyTo(_values);
    }

    /// <summary>A matrix with a copy of the given values.</summary>
    /// <param name="values">The values, row after row: the value in row i and column k stands at i·<paramref name="columns"/> + k.</param>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> or <paramref name="columns"/> is negative.</exception>
    /// <exception cref="ArgumentException"><paramref name="values"/> does not have <paramref name="rows"/> · <paramref name="columns"/> values.</exception>
    public FactorMatrix(float[] values, int rows, int columns)
        : this(rows, columns, values)
        => _values = [.. values];

    // Checks the shape and keeps the array.
    private FactorMatrix(int rows, int columns, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
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

    /// <summary>The values of one row.</summary>
    /// <param name="row">From 0 to <see cref="Rows"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return _values.AsSpan(row * Columns, Columns);
    }

    /// <summary>A copy of the values by row and column.</summary>
    public float[,] ToArray()
    {
        var copy = new float[Rows, Columns];
        _values.CopyTo(Flat(copy));
        return copy;
    }

    /// <summary>Its size, its range and its share of zeros, for people to read. It looks at all values.</summary>
    public override string ToString()
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} × {Columns:N0}");
        if (_values.Length == 0)
            return $"{size}, empty";
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        int zeros = 0, missing = 0;
        foreach (float value in _values)
        {
            zeros += value == 0 ? 1 : 0;
            missing += float.IsNaN(value) ? 1 : 0;
            least = value < least ? value : least;
            most = value > most ? value : most;
        }

        string range = missing == _values.Length ? "" : string.Create(CultureInfo.InvariantCulture, $", {least:G3} … {most:G3}");
        string nan = missing == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {missing:N0} NaN");
        return $"{size}{range}, {InWords.Percent((double)zeros / _values.Length)} zeros{nan}";
    }

    /// <summary>A matrix that keeps the given array instead of a copy; the caller must not change it afterwards.</summary>
    /// <param name="values">The values, row after row.</param>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    internal static FactorMatrix TakeOver(float[] values, int rows, int columns) => new(rows, columns, values);

    /// <summary>The sum of each column, added in double from the first row to the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>The sum of the magnitudes of each column, added in double from the first row to the last; the sum of the column where none is
    /// negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double[] ColumnMagnitudes()
    {
        var sums = new double[Columns];
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<float> row = Row(i);
            for (int k = 0; k < row.Length; k++)
                sums[k] += Math.Abs(row[k]);
        }

        return sums;
    }

    /// <summary>The matrix product A·B, where A is this matrix; every entry is summed in double. Cost: rows of A × columns of A × columns of B.</summary>
    /// <param name="right">B, with as many rows as A has columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal FactorMatrix Multiply(FactorMatrix right)
    {
        if (right.Rows != Columns)
            throw new ArgumentException($"A matrix of {Rows} × {Columns} cannot be multiplied by one of {right.Rows} × {right.Columns}.", nameof(right));
        var product = new float[ArraySize.Of(Rows, right.Columns, "A product")];
        var sums = new double[right.Columns];
        for (int j = 0; j < Rows; j++)
        {
            Array.Clear(sums);
            ReadOnlySpan<float> row = Row(j);
            for (int l = 0; l < row.Length; l++)
            {
                if (row[l] == 0)
                    continue;
                ReadOnlySpan<float> weights = right.Row(l);
                for (int k = 0; k < weights.Length; k++)
                    sums[k] += (double)row[l] * weights[k];
            }

            for (int k = 0; k < sums.Length; k++)
                product[j * sums.Length + k] = (float)sums[k];
        }

        return TakeOver(product, Rows, right.Columns);
    }

    /// <summary>
    /// h Wᵀ, where W is this matrix: the sum of its columns weighted by the activations of one example, which approximates that example. Summed in double.
    /// </summary>
    /// <param name="activations">h, one value a column.</param>
    /// <returns>One value a row.</returns>
    /// <exception cref="ArgumentException">There are not as many activations as columns.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal float[] CombineColumns(ReadOnlySpan<float> activations)
    {
        if (activations.Length != Columns)
            throw new ArgumentException($"There are {activations.Length} activations, but the model's rank is {Columns}.", nameof(activations));
        var combination = new float[Rows];
        for (int j = 0; j < combination.Length; j++)
        {
            ReadOnlySpan<float> row = Row(j);
            double sum = 0;
            for (int k = 0; k < row.Length; k++)
                sum += (double)row[k] * activations[k];
            combination[j] = (float)sum;
        }

        return combination;
    }

    /// <summary>
    /// The matrix of some of its columns: some topics of a fitted model, for <see cref="NmfEstimator.Options.FixedTemplates"/>.
    /// </summary>
    /// <param name="columns">Which, from 0 to <see cref="Columns"/> − 1, in the order they are to have.</param>
    /// <exception cref="ArgumentNullException"><paramref name="columns"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public FactorMatrix SelectColumns(params int[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        foreach (int column in columns)
        {
            if (column < 0 || column >= Columns)
            {
                throw new ArgumentOutOfRangeException(nameof(columns), column, Columns == 0
                    ? $"There is no column {column}: the matrix has none."
                    : $"There is no column {column}: the matrix has columns 0 to {Columns - 1}.");
            }
        }

        return TakeColumns(columns);
    }

    /// <summary>The matrix of its columns and, after them, those of another one of as many rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal FactorMatrix Beside(FactorMatrix other)
    {
        int columns = Columns + other.Columns;
        var values = new float[ArraySize.Of(Rows, columns)];
        for (int i = 0; i < Rows; i++)
        {
            Row(i).CopyTo(values.AsSpan(i * columns));
            other.Row(i).CopyTo(values.AsSpan(i * columns + Columns));
        }

        return TakeOver(values, Rows, columns);
    }

    /// <summary>The matrix of some of its columns.</summary>
    /// <param name="columns">Which, in the order they are to have.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal FactorMatrix TakeColumns(ReadOnlySpan<int> columns)
    {
        var values = new float[ArraySize.Of(Rows, columns.Length)];
        for (int i = 0; i < Rows; i++)
        {
            ReadOnlySpan<float> row = Row(i);
            for (int k = 0; k < columns.Length; k++)
                values[i * columns.Length + k] = row[columns[k]];
        }

        return TakeOver(values, Rows, columns.Length);
    }

    /// <summary>The matrix of some of its rows.</summary>
    /// <param name="rows">Which, in the order they are to have.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal FactorMatrix TakeRows(ReadOnlySpan<int> rows)
    {
        var values = new float[ArraySize.Of(rows.Length, Columns)];
        for (int i = 0; i < rows.Length; i++)
            Row(rows[i]).CopyTo(values.AsSpan(i * Columns));
        return TakeOver(values, rows.Length, Columns);
    }

    // The values of an array by row and column, row after row.
    private static Span<float> Flat(float[,] values)
        => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, float>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length);
}
