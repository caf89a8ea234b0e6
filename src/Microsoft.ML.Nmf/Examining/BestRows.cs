namespace Microsoft.ML.Nmf.Examining;

/// <summary>Keeps the rows of the largest scores; of equal ones the first.</summary>
/// <param name="count">How many, at least 0.</param>
internal sealed class BestRows(int count)
{
    private readonly PriorityQueue<ExaminedRow, (double Score, long Reverse)> _rows = new();

    /// <summary>Whether a row of a score, which comes after all others, is among them.</summary>
    public bool Takes(double score)
        => score > 0 && count > 0 && (_rows.Count < count || (_rows.TryPeek(out _, out (double Score, long) least) && score > least.Score));

    /// <summary>Takes a row, and lets go of the one of the least score if there are too many.</summary>
    public void Add(ExaminedRow row, double score)
    {
        _rows.Enqueue(row, (score, -row.Row));
        if (_rows.Count > count)
            _rows.Dequeue();
    }

    /// <summary>The rows, the largest score first.</summary>
    public ExaminedRow[] Finish()
        => [.. _rows.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];
}
