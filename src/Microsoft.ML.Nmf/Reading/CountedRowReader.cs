namespace Microsoft.ML.Nmf.Reading;

/// <summary>Reads the rows of a cursor that count, one after the other.</summary>
/// <param name="cursor">The cursor.</param>
/// <param name="column">The feature column.</param>
/// <param name="label">The label column, or null.</param>
/// <param name="weight">The column of weights, or null.</param>
/// <param name="plan">How values are read.</param>
internal sealed class CountedRowReader(
    DataViewRowCursor cursor, FeatureColumn column, LabelColumn? label, DataViewSchema.Column? weight, ReadingPlan plan)
{
    private readonly FeatureRowReader _reader = new(cursor, column, plan.Settings, keepsZeros: true);
    private readonly Func<float>? _readWeight = weight is { } read ? WeightColumn.CreateReader(cursor, read) : null;
    private readonly LabelReader? _readLabel = label is { } known ? LabelReader.Create(known, cursor) : null;

    /// <summary>The features of the entries of the row, ascending.</summary>
    public ReadOnlySpan<int> Features => _reader.Features;

    /// <summary>Their values.</summary>
    public ReadOnlySpan<float> Values => _reader.Values;

    /// <summary>The label of the row, as <see cref="LabelReader.Read"/> gives it; 0 without a label column.</summary>
    public uint Label { get; private set; }

    /// <summary>Ends the reading of labels (<see cref="LabelReader.Finish"/>).</summary>
    public LabelColumn? FinishLabels(Span<uint> labels) => _readLabel?.Finish(labels);

    /// <summary>Goes to the next row whose weight is not 0, which is as if it were not there.</summary>
    /// <param name="weights">Receives the weight; null where there are none.</param>
    /// <returns>Whether there is one.</returns>
    public bool Next(List<float>? weights)
    {
        while (cursor.MoveNext())
        {
            if (_readWeight?.Invoke() is { } weight)
            {
                if (weight == 0)
                    continue;
                weights!.Add(weight);
            }

            _reader.Read();
            Label = _readLabel?.Read() ?? 0;
            return true;
        }

        return false;
    }
}
