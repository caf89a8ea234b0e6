namespace Microsoft.ML.Nmf.Reading;

/// <summary>Reads the rows of data that count, one after the other: the features, and labels and weights where there are columns of them.</summary>
internal sealed class CountedRowReader : IDisposable
{
    private const int RowsBetweenChecks = 1024;

    private readonly DataViewRowCursor _cursor;
    private readonly FeatureRowReader _reader;
    private readonly Func<float>? _readWeight;
    private readonly LabelReader? _readLabel;
    private readonly Action _checkAlive;
    private long _rows;

    /// <summary>Opens a cursor of the columns.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">The feature column.</param>
    /// <param name="label">The label column, or null.</param>
    /// <param name="plan">How values are read, and how often they count.</param>
    /// <param name="checkAlive">Called every 1024 rows; throws to cancel the reading.</param>
    /// <param name="random">Shuffles the rows; null for their own order.</param>
    public CountedRowReader(IDataView data, FeatureColumn column, LabelColumn? label, ReadingPlan plan, Action checkAlive, Random? random = null)
    {
        DataViewSchema.Column? weight = plan.WeightColumnName is { } name ? WeightColumn.Find(data.Schema, name) : null;
        DataViewSchema.Column?[] columns = [column.Column, label?.Column, weight];
        _checkAlive = checkAlive;
        _cursor = data.GetRowCursor(columns.OfType<DataViewSchema.Column>().DistinctBy(read => read.Index), random);
        _reader = new FeatureRowReader(_cursor, column, plan.Settings, keepsZeros: true);
        _readWeight = weight is { } read ? WeightColumn.CreateReader(_cursor, read) : null;
        _readLabel = label is { } known ? LabelReader.Create(known, _cursor) : null;
    }

    /// <summary>The features of the entries of the row, ascending.</summary>
    public ReadOnlySpan<int> Features => _reader.Features;

    /// <summary>Their values.</summary>
    public ReadOnlySpan<float> Values => _reader.Values;

    /// <summary>The label of the row, as <see cref="LabelReader.Read"/> gives it; 0 without a label column.</summary>
    public uint Label { get; private set; }

    /// <summary>Room for the weights of rows; null where there is no column of them.</summary>
    public List<float>? RoomForWeights() => _readWeight is null ? null : [];

    /// <summary>Ends the reading of labels (<see cref="LabelReader.Finish"/>).</summary>
    public LabelColumn? FinishLabels(Span<uint> labels) => _readLabel?.Finish(labels);

    /// <summary>Goes to the next row whose weight is not 0, which is as if it were not there.</summary>
    /// <param name="weights">Receives the weight; null where there are none.</param>
    /// <returns>Whether there is one.</returns>
    public bool Next(List<float>? weights)
    {
        while (_cursor.MoveNext())
        {
            if (_readWeight?.Invoke() is { } weight)
            {
                if (weight == 0)
                    continue;
                weights!.Add(weight);
            }

            _reader.Read();
            Label = _readLabel?.Read() ?? 0;
            if (_rows++ % RowsBetweenChecks == 0)
                _checkAlive();
            return true;
        }

        return false;
    }

    /// <inheritdoc />
    public void Dispose() => _cursor.Dispose();
}
