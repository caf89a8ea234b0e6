using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>A label column: a key column, in which a missing value stands for a row without a label.</summary>
/// <param name="Column">The column.</param>
/// <param name="Classes">The number of classes.</param>
internal readonly record struct LabelColumn(DataViewSchema.Column Column, int Classes)
{
    /// <summary>The most classes that are accepted.</summary>
    public const int MostClasses = 1 << 20;

    /// <summary>Finds the column in a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such column, or it is not a key, or it has no classes or more than <see cref="MostClasses"/>.
    /// </exception>
    public static LabelColumn Find(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw FeatureColumn.Missing("label", name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        if (column.Type is not KeyDataViewType key)
            throw NoKey(name, ColumnType.Of(column.Type));
        if (key.Count is 0 or > MostClasses)
        {
            throw new ArgumentOutOfRangeException("labelColumnName", name,
                $"Label column '{name}' has {key.Count} classes, but there may be {MostClasses} at most. Where fewer of them occur, map the keys anew with "
                + "Conversion.MapValueToKey.");
        }

        return new LabelColumn(column, (int)key.Count);
    }

    /// <summary>Checks the column in the shape of a schema.</summary>
    /// <returns>The annotation with the class names (key values), whatever their type; null when there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it is not a key.</exception>
    public static SchemaShape.Column? PromisedValues(SchemaShape shape, string name)
    {
        SchemaShape.Column column = shape.FirstOrDefault(c => c.Name == name);
        if (column.Name is null)
            throw FeatureColumn.Missing("label", name, shape.Select(c => c.Name));
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || !column.IsKey)
            throw NoKey(name, ColumnType.Of(column));
        SchemaShape.Column values = column.Annotations.FirstOrDefault(a => a.Name == "KeyValues" && a.Kind == SchemaShape.Column.VectorKind.Vector && !a.IsKey);
        return values.Name is null ? null : values;
    }

    /// <summary>A function that reads the key of the current row: from 1 to <see cref="Classes"/>, or 0 for a missing one.</summary>
    /// <param name="row">The row. The function throws an <see cref="InvalidOperationException"/> where its key is above <see cref="Classes"/>.</param>
    public Func<uint> MakeReader(DataViewRow row)
    {
        Type raw = Column.Type.RawType;
        if (raw == typeof(byte))
            return MakeReader<byte>(row, key => key);
        if (raw == typeof(ushort))
            return MakeReader<ushort>(row, key => key);
        return raw == typeof(uint) ? MakeReader<uint>(row, key => key) : MakeReader<ulong>(row, key => key);
    }

    private Func<uint> MakeReader<T>(DataViewRow row, Func<T, ulong> convert)
    {
        ValueGetter<T> getter = row.GetGetter<T>(Column);
        T raw = default!;
        LabelColumn column = this;
        return () =>
        {
            getter(ref raw);
            ulong key = convert(raw);
            return key <= (ulong)column.Classes ? (uint)key : throw column.BeyondClasses(key, row);
        };
    }

    private static ArgumentOutOfRangeException NoKey(string name, ColumnType type)
        => new("labelColumnName", name, $"Label column '{name}' is of type {type.Name}, but must be a key. {type.AdviseLabel()}");

    private InvalidOperationException BeyondClasses(ulong key, DataViewRow row)
        => new($"Label column '{Column.Name}', {FeatureRowReader.Describe(row)}: the key is {key}, but its type promises {Classes} at most. "
            + "Mend the source of the data, which breaks its own schema, or give it a key type of more values.");
}
