using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>Reads the label of one row after the other, and knows at the end which classes there are.</summary>
internal abstract class LabelReader
{
    private const int RowsBetweenChecks = 1024;

    private static readonly Dictionary<DataViewType, Func<LabelColumn, DataViewRow, LabelReader>> _ofValues = new()
    {
        [TextDataViewType.Instance] = (column, row) => new TextLabelReader(column, row),
        [BooleanDataViewType.Instance] = (column, row) => new ValueLabelReader<bool>(column, row, _ => false),
        [NumberDataViewType.Single] = (column, row) => new ValueLabelReader<float>(column, row, float.IsNaN),
        [NumberDataViewType.Double] = (column, row) => new ValueLabelReader<double>(column, row, double.IsNaN),
        [NumberDataViewType.SByte] = (column, row) => new ValueLabelReader<sbyte>(column, row, _ => false),
        [NumberDataViewType.Byte] = (column, row) => new ValueLabelReader<byte>(column, row, _ => false),
        [NumberDataViewType.Int16] = (column, row) => new ValueLabelReader<short>(column, row, _ => false),
        [NumberDataViewType.UInt16] = (column, row) => new ValueLabelReader<ushort>(column, row, _ => false),
        [NumberDataViewType.Int32] = (column, row) => new ValueLabelReader<int>(column, row, _ => false),
        [NumberDataViewType.UInt32] = (column, row) => new ValueLabelReader<uint>(column, row, _ => false),
        [NumberDataViewType.Int64] = (column, row) => new ValueLabelReader<long>(column, row, _ => false),
        [NumberDataViewType.UInt64] = (column, row) => new ValueLabelReader<ulong>(column, row, _ => false),
    };

    /// <summary>Whether values of a type are labels as they are: text, booleans and numbers are.</summary>
    public static bool ReadsValues(DataViewType type) => _ofValues.ContainsKey(type);

    /// <summary>A reader of a label column of a row or cursor.</summary>
    public static LabelReader Create(LabelColumn column, DataViewRow row)
    {
        if (_ofValues.TryGetValue(column.Column.Type, out Func<LabelColumn, DataViewRow, LabelReader>? create))
            return create(column, row);
        Type raw = column.Column.Type.RawType;
        if (raw == typeof(byte))
            return new KeyLabelReader<byte>(column, row, key => key);
        if (raw == typeof(ushort))
            return new KeyLabelReader<ushort>(column, row, key => key);
        return raw == typeof(uint) ? new KeyLabelReader<uint>(column, row, key => key) : new KeyLabelReader<ulong>(column, row, key => key);
    }

    /// <summary>Reads the labels alone to know which classes there are; keys are classes as they are.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">The label column.</param>
    /// <param name="checkAlive">Throws to cancel the reading.</param>
    /// <returns>The column with its classes.</returns>
    /// <exception cref="InvalidOperationException">Every label is missing, or there are too many values.</exception>
    public static LabelColumn ReadClasses(IDataView data, LabelColumn column, Action checkAlive)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column.Column]);
        LabelReader reader = Create(column, cursor);
        long rows = 0, labelled = 0;
        for (; cursor.MoveNext(); rows++)
        {
            if (rows % RowsBetweenChecks == 0)
                checkAlive();
            labelled += reader.Read() != 0 ? 1 : 0;
        }

        if (labelled == 0 && rows > 0)
            throw column.NoLabels(rows);
        return reader.Finish([]) with { Share = (double)labelled / Math.Max(rows, 1) };
    }

    /// <summary>Reads the label of the current row.</summary>
    /// <returns>0 for a missing one, otherwise a number that <see cref="Finish"/> knows.</returns>
    /// <exception cref="InvalidOperationException">A key is above those of its type, or there are too many values.</exception>
    public abstract uint Read();

    /// <summary>Ends the reading.</summary>
    /// <param name="labels">What <see cref="Read"/> gave for each row; it becomes 0 for a missing label and otherwise its class plus 1.</param>
    /// <returns>The column with its classes.</returns>
    public abstract LabelColumn Finish(Span<uint> labels);
}

/// <summary>Reads keys, which are classes as they are.</summary>
/// <typeparam name="T">The type that holds the keys.</typeparam>
internal sealed class KeyLabelReader<T>(LabelColumn column, DataViewRow row, Func<T, ulong> convert) : LabelReader
{
    private readonly ValueGetter<T> _getter = row.GetGetter<T>(column.Column);
    private T _raw = default!;

    public override uint Read()
    {
        _getter(ref _raw);
        ulong key = convert(_raw);
        return key <= (ulong)column.Classes ? (uint)key : throw column.BeyondClasses(key, row);
    }

    public override LabelColumn Finish(Span<uint> labels) => column;
}
