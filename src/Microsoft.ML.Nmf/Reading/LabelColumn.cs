using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>A label column: keys, or values that are numbered while they are read. A missing key or value stands for a row without a label.</summary>
/// <param name="Column">The column.</param>
/// <param name="Classes">The number of classes; 0 for a column of values that has not been read.</param>
/// <param name="Values">The value of each class, ascending, as an array of the column's type; null for keys, and for values that have not been read.</param>
/// <param name="Share">The share of the rows that have a label, where the labels were read alone.</param>
internal readonly record struct LabelColumn(DataViewSchema.Column Column, int Classes, Array? Values = null, double Share = 1)
{
    /// <summary>The most classes that are accepted.</summary>
    public const int MostClasses = 1 << 20;

    // So few classes may well have one row each, where few labels are known.
    private const int FewClasses = 20;

    /// <summary>Finds the column in a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such column, or its type is not one of labels, or it is a key of no classes or of more than <see cref="MostClasses"/>.
    /// </exception>
    public static LabelColumn Find(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw FeatureColumn.Missing("label", name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        if (LabelReader.ReadsValues(column.Type))
            return new LabelColumn(column, 0);
        if (column.Type is not KeyDataViewType key)
            throw NoLabel(name, ColumnType.Of(column.Type));
        if (key.Count is 0 or > MostClasses)
        {
            throw new ArgumentOutOfRangeException("labelColumnName", name,
                $"Label column '{name}' has {key.Count} classes, but there may be {MostClasses} at most. Where fewer of them occur, map the keys anew with "
                + "Conversion.MapValueToKey.");
        }

        return new LabelColumn(column, (int)key.Count);
    }

    /// <summary>Checks the column in the shape of a schema.</summary>
    /// <returns>The type of the values that the classes stand for; null when they have none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or its type is not one of labels.</exception>
    public static DataViewType? PromisedValues(SchemaShape shape, string name)
    {
        SchemaShape.Column column = shape.FirstOrDefault(c => c.Name == name);
        if (column.Name is null)
            throw FeatureColumn.Missing("label", name, shape.Select(c => c.Name));
        bool isScalar = column.Kind == SchemaShape.Column.VectorKind.Scalar;
        if (isScalar && !column.IsKey && LabelReader.ReadsValues(column.ItemType))
            return column.ItemType;
        if (!isScalar || !column.IsKey)
            throw NoLabel(name, ColumnType.Of(column));
        SchemaShape.Column values = column.Annotations.FirstOrDefault(a => a.Name == "KeyValues" && a.Kind == SchemaShape.Column.VectorKind.Vector && !a.IsKey);
        return values.Name is null ? null : values.ItemType;
    }

    /// <summary>What a row without a label has, in words.</summary>
    public string Missing => Column.Type switch
    {
        KeyDataViewType => "a missing key",
        TextDataViewType => "an empty text",
        _ => "NaN",
    };

    /// <summary>What is suspicious in labels that were read, in sentences.</summary>
    /// <param name="labels">For each row 0 for a missing label and otherwise its class plus 1.</param>
    public IEnumerable<string> Warnings(uint[] labels)
    {
        if (Values is null)
            yield break;
        if (BlankRows(labels) is > 0 and var blank)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Label column '{Column.Name}': the text of {blank} rows is blank but not empty, which makes a class of it. ")
                + "A row without a label has an empty text: make it so where the data comes from.";
        }

        int labelled = labels.Count(label => label != 0);
        if (Classes > FewClasses && Classes > labelled / 2)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Label column '{Column.Name}' has {Classes} classes in {labelled} rows with a label, fewer than two rows to a class: too few to learn from. ")
                + ColumnType.Of(Column.Type).AdviseFewerClasses();
        }
    }

    /// <summary>The exception for rows none of which has a label.</summary>
    /// <param name="rows">How many rows there are.</param>
    public InvalidOperationException NoLabels(long rows)
        => new($"Label column '{Column.Name}': every one of the {rows} rows has {Missing}, so there is nothing to learn from it. Leave LabelColumnName out to "
            + "train without labels.");

    /// <summary>The exception for a value that is one more than there may be.</summary>
    /// <param name="row">The row that has it.</param>
    public InvalidOperationException TooManyValues(DataViewRow row)
        => new($"Label column '{Column.Name}', {FeatureRowReader.Describe(row)}: it has the {MostClasses + 1}th value that differs from those before, "
            + $"but there may be {MostClasses} at most. {ColumnType.Of(Column.Type).AdviseFewerClasses()}");

    /// <summary>The exception for a key that is above those of the column's type.</summary>
    /// <param name="key">The key.</param>
    /// <param name="row">The row that has it.</param>
    public InvalidOperationException BeyondClasses(ulong key, DataViewRow row)
        => new($"Label column '{Column.Name}', {FeatureRowReader.Describe(row)}: the key is {key}, but its type promises {Classes} at most. "
            + "Mend the source of the data, which breaks its own schema, or give it a key type of more values.");

    private int BlankRows(uint[] labels)
    {
        if (Values is not ReadOnlyMemory<char>[] texts)
            return 0;
        bool[] isBlank = [false, .. texts.Select(text => text.Span.IsWhiteSpace())];
        return labels.Count(label => isBlank[label]);
    }

    private static ArgumentOutOfRangeException NoLabel(string name, ColumnType type)
        => new("labelColumnName", name,
            $"Label column '{name}' is of type {type.Name}, but must be a text, a Boolean, a number or a key. {type.AdviseLabel()}");
}
