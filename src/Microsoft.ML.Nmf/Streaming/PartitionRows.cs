using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>The rows of a part as they were read, until they are brought to the unit of a training; then they are read again where they are needed as they were.</summary>
internal sealed class PartitionRows
{
    private readonly IDataView _data;
    private readonly ReadingPlan _plan;
    private readonly Action _checkAlive;
    private CompressedRows? _rows;
    private float[]? _weights;

    /// <summary>Reads the rows.</summary>
    /// <param name="data">The part.</param>
    /// <param name="column">The feature column.</param>
    /// <param name="plan">How values are read, and how often they count.</param>
    /// <param name="checkAlive">Throws to cancel the reading.</param>
    /// <exception cref="InvalidOperationException">There are none, or a value is not possible.</exception>
    public PartitionRows(IDataView data, FeatureColumn column, ReadingPlan plan, Action checkAlive)
    {
        (_data, Column, _plan, _checkAlive) = (data, column, plan, checkAlive);
        Count = Read().Rows;
    }

    /// <summary>The feature column.</summary>
    public FeatureColumn Column { get; }

    /// <summary>The number of rows that count.</summary>
    public int Count { get; }

    /// <summary>Some of the rows, evenly spread.</summary>
    public IReadOnlyList<SampledRow> Take(int rows)
    {
        CompressedRows all = Read();
        int taken = Math.Min(rows, all.Rows);
        var sample = new SampledRow[taken];
        for (int i = 0; i < taken; i++)
        {
            int row = (int)((long)i * all.Rows / taken);
            CompressedBlock block = all.Blocks[row / ExampleMatrix.BlockRows];
            int place = row % ExampleMatrix.BlockRows;
            Range entries = block.Starts[place]..block.Starts[place + 1];
            sample[i] = new SampledRow(_weights?[row] ?? 1, block.Columns[entries], block.Values[entries]);
        }

        return sample;
    }

    /// <summary>The matrix of the rows in a unit. The rows as they were are let go of.</summary>
    public ExampleMatrix Build(double unit, bool observes)
    {
        CompressedRows rows = Read();
        _rows = null;
        return Build(_plan, rows, _weights, unit, observes);
    }

    /// <summary>The matrix of the rows of a sample, in the unit that suits it.</summary>
    /// <param name="sample">The rows.</param>
    /// <param name="plan">How they count.</param>
    public static ExampleMatrix Build(PartitionSample sample, ReadingPlan plan)
    {
        var builder = new ExampleMatrixBuilder(sample.Features);
        foreach (SampledRow row in sample.Sampled)
            builder.Add(row.Features, row.Values);
        float[]? weights = plan.WeightColumnName is null ? null : [.. sample.Sampled.Select(row => row.Weight)];
        return plan.CountOf(weights).Build(builder, sample.Features, unit: null, observes: plan.Observes);
    }

    private static ExampleMatrix Build(ReadingPlan plan, CompressedRows rows, float[]? weights, double unit, bool observes)
    {
        var builder = new ExampleMatrixBuilder(rows.Columns);
        foreach (ref CompressedBlock block in rows.Blocks.AsSpan())
        {
            for (int i = 0; i < block.Rows; i++)
            {
                Range entries = block.Starts[i]..block.Starts[i + 1];
                builder.Add(block.Columns.AsSpan(entries), block.Values.AsSpan(entries));
            }

            block = default;
        }

        return plan.CountOf(weights).Build(builder, rows.Columns, unit, observes);
    }

    private CompressedRows Read()
    {
        if (_rows is not null)
            return _rows;
        using var reader = new CountedRowReader(_data, Column, null, _plan, _checkAlive);
        var builder = new ExampleMatrixBuilder(Column.Size);
        List<float>? weights = reader.RoomForWeights();
        while (reader.Next(weights))
            builder.Add(reader.Features, reader.Values);
        if (builder.Rows == 0)
            throw new InvalidOperationException($"Column '{Column.Name}': a part of the training data has no rows. Make fewer parts.");
        _weights = weights?.ToArray();
        return _rows = builder.Collect();
    }
}
