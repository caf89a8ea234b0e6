namespace Microsoft.ML.Nmf.Reading;

/// <summary>
/// Numbers the values of a label column as they appear, and at the end by value, so that the order of the rows does not matter. This is how
/// MapValueToKey numbers them with KeyOrdinality.ByValue: who maps labels with it gets the same classes.
/// </summary>
/// <typeparam name="T">The type of the values that are told apart.</typeparam>
internal abstract class LabelNumbering<T>(LabelColumn column, DataViewRow row, IComparer<T> order) : LabelReader
    where T : notnull
{
    /// <summary>The values that appeared, each with its number, from 1 on; where the classes are known already, theirs.</summary>
    protected Dictionary<T, uint> Numbers { get; } = [];

    /// <summary>Takes the classes of a column that was read before.</summary>
    protected void Know(IEnumerable<T> values)
    {
        foreach (T value in values)
            Numbers.Add(value, (uint)Numbers.Count + 1);
    }

    /// <summary>Gives a new value its number.</summary>
    protected uint Add(T value)
    {
        if (Numbers.Count == LabelColumn.MostClasses)
            throw column.TooManyValues(row);
        uint number = (uint)Numbers.Count + 1;
        Numbers.Add(value, number);
        return number;
    }

    /// <summary>The values as an array of the column's type.</summary>
    protected abstract Array Convert(T[] values);

    /// <inheritdoc />
    public override LabelColumn Finish(Span<uint> labels)
    {
        T[] values = [.. Numbers.Keys];
        Array.Sort(values, order);
        // A missing label stays 0.
        var places = new uint[values.Length + 1];
        for (int c = 0; c < values.Length; c++)
            places[Numbers[values[c]]] = (uint)c + 1;
        foreach (ref uint label in labels)
            label = places[label];
        return column with { Classes = values.Length, Values = Convert(values) };
    }
}

/// <summary>Reads numbers or booleans as labels.</summary>
/// <typeparam name="T">The column's type.</typeparam>
internal sealed class ValueLabelReader<T> : LabelNumbering<T>
    where T : unmanaged
{
    private readonly ValueGetter<T> _getter;
    private readonly Predicate<T> _isMissing;
    private T _value;

    /// <summary>A reader of one column of a row or cursor.</summary>
    /// <param name="column">The column.</param>
    /// <param name="row">The row or cursor.</param>
    /// <param name="isMissing">Whether a value stands for a missing label.</param>
    public ValueLabelReader(LabelColumn column, DataViewRow row, Predicate<T> isMissing)
        : base(column, row, Comparer<T>.Default)
    {
        _getter = row.GetGetter<T>(column.Column);
        _isMissing = isMissing;
        if (column.Values is T[] known)
            Know(known);
    }

    /// <inheritdoc />
    public override uint Read()
    {
        _getter(ref _value);
        if (_isMissing(_value))
            return 0;
        if (Numbers.TryGetValue(_value, out uint number))
            return number;
        // −0 equals 0: whichever comes first, 0 is kept.
        return Add(EqualityComparer<T>.Default.Equals(_value, default) ? default : _value);
    }

    /// <inheritdoc />
    protected override Array Convert(T[] values) => values;
}

/// <summary>Reads texts as labels; an empty one is a missing label. A text is copied where it appears first, and nowhere else.</summary>
internal sealed class TextLabelReader : LabelNumbering<string>
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _getter;
    private readonly Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> _numbers;
    private ReadOnlyMemory<char> _text;

    /// <summary>A reader of one column of a row or cursor.</summary>
    public TextLabelReader(LabelColumn column, DataViewRow row)
        : base(column, row, StringComparer.Ordinal)
    {
        _getter = row.GetGetter<ReadOnlyMemory<char>>(column.Column);
        _numbers = Numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (column.Values is ReadOnlyMemory<char>[] known)
            Know(known.Select(text => text.ToString()));
    }

    /// <inheritdoc />
    public override uint Read()
    {
        _getter(ref _text);
        if (_text.IsEmpty)
            return 0;
        return _numbers.TryGetValue(_text.Span, out uint number) ? number : Add(_text.ToString());
    }

    /// <inheritdoc />
    protected override Array Convert(string[] values) => Array.ConvertAll(values, text => text.AsMemory());
}
