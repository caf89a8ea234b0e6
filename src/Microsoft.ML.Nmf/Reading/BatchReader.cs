using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>Some rows of the data.</summary>
/// <param name="Examples">The rows.</param>
/// <param name="Labels">For each row 0 for a missing label and otherwise its class plus 1; empty without a label column.</param>
internal sealed record ExampleBatch(ExampleMatrix Examples, uint[] Labels);

/// <summary>
/// Reads data in batches of rows, again for every pass, and holds no more than a few batches at once. The view shuffles the rows where it can; otherwise a buffer
/// of some batches is read and shuffled at a time.
/// </summary>
/// <param name="data">The data.</param>
/// <param name="column">The feature column, from the schema of <paramref name="data"/>.</param>
/// <param name="plan">How values are read, and how often they count.</param>
/// <param name="size">The rows of a batch; the last of a buffer may have fewer.</param>
/// <param name="seed">The seed of the order of the rows; every pass has another.</param>
/// <param name="checkAlive">Called every 1024 rows; throws to cancel the reading.</param>
internal sealed class BatchReader(IDataView data, FeatureColumn column, ReadingPlan plan, int size, int seed, Action checkAlive)
{
    // What a buffer holds at most, in batches and in entries: 64 MB.
    private const int BufferedBatches = 16;
    private const int MostBufferedEntries = 1 << 23;

    /// <summary>The feature column.</summary>
    public FeatureColumn Column => column;

    /// <summary>The label column with its classes, or null.</summary>
    public LabelColumn? Label { get; init; }

    /// <summary>Whether the view shuffles the rows.</summary>
    public bool IsShuffled => data.CanShuffle;

    /// <summary>By what the entries are divided; null before a batch that is not all zeros, which finds what suits it.</summary>
    public double? Unit { get; set; }

    /// <summary>The exception for data without rows that count.</summary>
    public InvalidOperationException NoRows => plan.NoRows(column);

    /// <summary>Whether entries are listed one by one with their weights, as in the first batch; null before it.</summary>
    public bool? Observes { get; set; } = plan.Observes;

    /// <summary>The batches of a pass, read while they are enumerated.</summary>
    /// <param name="pass">Which pass, from 0 on: the order of the rows depends on it.</param>
    public IEnumerable<ExampleBatch> Read(int pass)
    {
        Random random = RandomOf(pass);
        using var rows = new CountedRowReader(data, column, Label, plan, checkAlive, data.CanShuffle ? random : null);
        int most = data.CanShuffle ? size : (int)Math.Min((long)size * BufferedBatches, int.MaxValue);
        for (bool isMore = true; isMore;)
        {
            (ExampleBatch? buffer, isMore) = Fill(rows, most);
            if (buffer is null)
                yield break;
            if (buffer.Examples.Rows <= size && data.CanShuffle)
            {
                yield return buffer;
                continue;
            }

            int[] order = [.. Enumerable.Range(0, buffer.Examples.Rows)];
            random.Shuffle(order);
            int count = (int)(((long)order.Length + size - 1) / size);
            for (int b = 0; b < count; b++)
                yield return Take(buffer, order.AsSpan((int)((long)b * order.Length / count)..(int)((b + 1L) * order.Length / count)));
        }
    }

    /// <summary>What draws the order of a pass.</summary>
    public Random RandomOf(int pass) => new(unchecked(seed + 7919 * pass));

    /// <summary>The rows of several batches as one matrix.</summary>
    public ExampleBatch Join(IReadOnlyList<ExampleBatch> batches)
    {
        if (batches.Count == 1)
            return batches[0];
        var builder = new ExampleMatrixBuilder(column.Size);
        foreach (ExampleBatch batch in batches)
            builder.AddRows(batch.Examples, [.. Enumerable.Range(0, batch.Examples.Rows)]);
        // A batch whose rows all count once has no weights, and one of zeros no unit.
        ExampleWeights? known = batches.Select(batch => batch.Examples.Weights).FirstOrDefault(weights => weights is not null);
        float[]? rows = batches.All(batch => batch.Examples.Weights?.Rows is null) ? null
            : [.. batches.SelectMany(batch => batch.Examples.Weights?.Rows ?? Enumerable.Repeat(1f, batch.Examples.Rows))];
        ExampleWeights? all = known is null ? null : new ExampleWeights(rows, known.Columns, known.Beta);
        ExampleMatrix joined = Build(builder, batches[0].Examples is ObservedExamples, Unit ?? 1, all);
        return new ExampleBatch(joined, [.. batches.SelectMany(batch => batch.Labels)]);
    }

    private (ExampleBatch? Batch, bool IsMore) Fill(CountedRowReader rows, int most)
    {
        var builder = new ExampleMatrixBuilder(column.Size);
        List<float>? weights = rows.RoomForWeights();
        var labels = new List<uint>();
        bool isMore = true;
        long entries = 0;
        while (builder.Rows < most && (builder.Rows < size || entries < MostBufferedEntries) && (isMore = rows.Next(weights)))
        {
            builder.Add(rows.Features, rows.Values);
            entries += rows.Values.Length;
            if (Label is not null)
                labels.Add(rows.Label);
        }

        return builder.Rows == 0 ? (null, false)
            : (new ExampleBatch(plan.CountOf(weights?.ToArray()).Build(builder, column.Size, Unit, Observes), [.. labels]), isMore);
    }

    private static ExampleBatch Take(ExampleBatch batch, ReadOnlySpan<int> rows)
    {
        var builder = new ExampleMatrixBuilder(batch.Examples.Columns);
        builder.AddRows(batch.Examples, rows);
        ExampleWeights? weights = batch.Examples.Weights;
        if (weights?.Rows is { } all)
        {
            var taken = new float[rows.Length];
            for (int i = 0; i < taken.Length; i++)
                taken[i] = all[rows[i]];
            weights = new ExampleWeights(taken, weights.Columns, weights.Beta);
        }

        var labels = new uint[batch.Labels.Length == 0 ? 0 : rows.Length];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = batch.Labels[rows[i]];
        return new ExampleBatch(Build(builder, batch.Examples is ObservedExamples, batch.Examples.Unit, weights), labels);
    }

    // Rows that are stored already, in the unit and with the weights that they have.
    private static ExampleMatrix Build(ExampleMatrixBuilder builder, bool observes, double unit, ExampleWeights? weights)
        => observes ? new ObservedExamples(builder.Collect(), weights, unit) : builder.Build(unit, weights);
}
