using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The matrix whose singular vectors a start is made of, as what it makes of factors: the data itself, where there are no holes.</summary>
internal abstract class StartMatrix : IDisposable
{
    /// <summary>The number of rows.</summary>
    public abstract int Rows { get; }

    /// <summary>The number of columns.</summary>
    public abstract int Columns { get; }

    /// <summary>The same with rows and columns exchanged; not to be disposed of.</summary>
    public abstract StartMatrix Transposed { get; }

    /// <summary>That of some data.</summary>
    public static StartMatrix Of(ComputeEngine engine, DataMatrix data)
        => data.Examples is ObservedExamples observed ? FilledMatrix.Of(engine, data, observed) : new WholeMatrix(engine, data);

    /// <summary>result ← M·O.</summary>
    public abstract void Multiply(Factor other, Factor result);

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }

    private sealed class WholeMatrix(ComputeEngine engine, DataMatrix data) : StartMatrix
    {
        public override int Rows => data.Rows;

        public override int Columns => data.Columns;

        public override StartMatrix Transposed => new WholeMatrix(engine, data.Transposed);

        public override void Multiply(Factor other, Factor result) => engine.DataProduct(data, other, result);
    }
}

/// <summary>
/// Data whose holes are filled with a bᵀ, the product of the means of rows and columns: with zeros there the singular vectors would tell where the holes are.
/// It is never formed: M·O is the sum over the observed entries of X, less that of a bᵀ there, plus a (bᵀO).
/// </summary>
internal sealed class FilledMatrix : StartMatrix
{
    private readonly ComputeEngine _engine;
    private readonly DataMatrix _data;
    private readonly DataMatrix _filling;
    private readonly Factor _rowMeans;
    private readonly Factor _columnMeans;
    private readonly FilledMatrix _transposed;
    private Factor? _scratch;
    private Factor? _small;

    private FilledMatrix(ComputeEngine engine, DataMatrix data, DataMatrix filling, (Factor Rows, Factor Columns) means)
    {
        (_engine, _data, _filling) = (engine, data, filling);
        (_rowMeans, _columnMeans) = means;
        _transposed = new FilledMatrix(this);
    }

    private FilledMatrix(FilledMatrix transposed)
    {
        (_engine, _data, _filling) = (transposed._engine, transposed._data.Transposed, transposed._filling.Transposed);
        (_rowMeans, _columnMeans) = (transposed._columnMeans, transposed._rowMeans);
        _transposed = transposed;
    }

    /// <inheritdoc />
    public override int Rows => _data.Rows;

    /// <inheritdoc />
    public override int Columns => _data.Columns;

    /// <inheritdoc />
    public override StartMatrix Transposed => _transposed;

    /// <summary>Finds the means.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">The data as the engine has it.</param>
    /// <param name="examples">The same in host memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FilledMatrix Of(ComputeEngine engine, DataMatrix data, ObservedExamples examples)
    {
        float[] rows = new float[examples.Rows], columns = new float[examples.Columns];
        float mean = (float)examples.Mean;
        double[] rowSums = new double[rows.Length], columnSums = new double[columns.Length];
        int[] rowCounts = new int[rows.Length], columnCounts = new int[columns.Length];
        foreach ((int row, int column, float value) in Entries(examples.Data))
        {
            rowSums[row] += value;
            columnSums[column] += value;
            rowCounts[row]++;
            columnCounts[column]++;
        }

        // One more entry that has the mean of all keeps those with few entries near it.
        for (int i = 0; i < rows.Length; i++)
            rows[i] = (float)((rowSums[i] + mean) / (rowCounts[i] + 1));
        for (int j = 0; j < columns.Length; j++)
            columns[j] = mean > 0 ? (float)((columnSums[j] + mean) / (columnCounts[j] + 1) / mean) : 0;

        var filled = new CompressedBlock[examples.Data.Blocks.Length];
        for (int b = 0; b < filled.Length; b++)
        {
            CompressedBlock block = examples.Data.Blocks[b];
            float[] values = new float[block.Values.Length];
            for (int i = 0; i < block.Rows; i++)
            {
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    values[p] = rows[b * ExampleMatrix.BlockRows + i] * columns[block.Columns[p]];
            }

            filled[b] = block with { Values = values };
        }

        DataMatrix filling = engine.Load(new SparseExamples(new CompressedRows(filled, rows.Length, columns.Length), 0, 0));
        return new FilledMatrix(engine, data, filling, (FactorOf(engine, rows), FactorOf(engine, columns)));
    }

    /// <inheritdoc />
    public override void Multiply(Factor other, Factor result)
    {
        if (_scratch?.Rank != other.Rank)
        {
            Release();
            (_scratch, _small) = (_engine.Allocate(Rows, other.Rank), _engine.Allocate(1, other.Rank));
        }

        _engine.DataProduct(_data, other, result);
        _engine.DataProduct(_filling, other, _scratch);
        _engine.Combine(1, result, -1, _scratch, result);
        _engine.CrossProduct(_columnMeans, other, _small!);
        _engine.SmallProduct(_rowMeans, _small!, _scratch);
        _engine.Combine(1, result, 1, _scratch, result);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        Release();
        _transposed.Release();
        _rowMeans.Dispose();
        _columnMeans.Dispose();
        _filling.Dispose();
    }

    private void Release()
    {
        _scratch?.Dispose();
        _small?.Dispose();
        (_scratch, _small) = (null, null);
    }

    private static Factor FactorOf(ComputeEngine engine, float[] values)
    {
        Factor factor = engine.Allocate(values.Length, 1);
        factor.CopyFrom(values);
        return factor;
    }

    private static IEnumerable<(int Row, int Column, float Value)> Entries(CompressedRows data)
    {
        for (int b = 0; b < data.Blocks.Length; b++)
        {
            CompressedBlock block = data.Blocks[b];
            for (int i = 0; i < block.Rows; i++)
            {
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    yield return (b * ExampleMatrix.BlockRows + i, block.Columns[p], block.Values[p]);
            }
        }
    }
}
