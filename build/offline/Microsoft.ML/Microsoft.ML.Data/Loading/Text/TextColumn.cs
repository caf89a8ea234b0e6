using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>A column of text files: its type, and the fields that hold its values.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Fields">The first field and the one after the last of each part; no end means that of the line.</param>
internal sealed record TextColumn(string Name, DataViewType Type, (int Min, int? End)[] Fields)
{
    public TextValue CreateValue(TextFormat format) => Generic.Call(Create<int>, Type.GetItemType().RawType, this, format);

    private static TextValue Create<T>(TextColumn column, TextFormat format)
    {
        var parse = ValueParsing.Get<T>(column.Type.GetItemType(), format.EmptyAsNaN, format.DecimalMarker);
        return column.Type is VectorDataViewType ? new TextVector<T>(column, parse) : new TextScalar<T>(column, parse);
    }
}

/// <summary>The value that a column has in the current line.</summary>
internal abstract class TextValue
{
    public abstract Delegate Getter(Action check);

    public abstract void Read(List<ReadOnlyMemory<char>> fields, long line);
}

internal abstract class TextValue<T>(TextColumn column, ValueParser<T> parse) : TextValue
{
    // Where a value can be missing, one that cannot be read is.
    private readonly bool _hasMissing = typeof(T) == typeof(float) || typeof(T) == typeof(double) || column.Type.GetItemType() is KeyDataViewType;

    protected TextColumn Column => column;

    protected T ReadField(List<ReadOnlyMemory<char>> fields, int field, long line)
    {
        T value = default;
        bool isReal = value is float or double;
        var text = field < fields.Count ? fields[field] : default;
        if (text.IsEmpty && !isReal)
            return default;
        if (value is null || value is ReadOnlyMemory<char>)
            return (T)(object)text;
        if (!parse(text.Span, out value) && !_hasMissing)
            throw Contracts.Except($"Could not parse value {text} in line {line}, column {column.Name}");
        return value;
    }
}

internal sealed class TextScalar<T>(TextColumn column, ValueParser<T> parse) : TextValue<T>(column, parse)
{
    private T _value;

    public override Delegate Getter(Action check) => (ValueGetter<T>)((ref T value) =>
    {
        check();
        value = _value;
    });

    public override void Read(List<ReadOnlyMemory<char>> fields, long line) => _value = ReadField(fields, Column.Fields[0].Min, line);
}

internal sealed class TextVector<T>(TextColumn column, ValueParser<T> parse) : TextValue<T>(column, parse)
{
    private VBuffer<T> _value;

    public override Delegate Getter(Action check) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        check();
        _value.CopyTo(ref value);
    });

    public override void Read(List<ReadOnlyMemory<char>> fields, long line)
    {
        var editor = VBufferEditor.Create(ref _value, Column.Fields.Sum(part => Math.Max(0, (part.End ?? fields.Count) - part.Min)));
        int slot = 0;
        foreach (var (min, end) in Column.Fields)
        {
            for (int field = min; field < (end ?? fields.Count); field++)
                editor.Values[slot++] = ReadField(fields, field, line);
        }

        _value = editor.Commit();
    }
}
