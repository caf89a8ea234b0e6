using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>A feature column: a vector of Single or Double of known size, or of variable size where all rows have the same.</summary>
/// <param name="Column">The column.</param>
/// <param name="Size">The number of features, m.</param>
/// <param name="IsDouble">Whether its items are Double rather than Single.</param>
/// <param name="IsVariable">Whether its type does not say the size, so that every row is held to it.</param>
internal readonly record struct FeatureColumn(DataViewSchema.Column Column, int Size, bool IsDouble, bool IsVariable = false)
{
    private const string Slots = "SlotNames";

    /// <summary>The name of the column.</summary>
    public string Name => Column.Name;

    /// <summary>Finds the column in data to train on. Where the type of its vectors says no size, it is that of the first that has values.</summary>
    /// <param name="data">The data.</param>
    /// <param name="name">The column's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, it is not a vector of Single or Double, or no row has values.</exception>
    public static FeatureColumn Find(IDataView data, string name)
    {
        bool isVariable = data.Schema.GetColumnOrNull(name) is { Type: VectorDataViewType { IsKnownSize: false } vector } && IsNumber(vector.ItemType);
        return Find(data.Schema, name, isVariable ? SizeOfRows(data, data.Schema[name]) : 0);
    }

    /// <summary>Finds the column in a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="size">The size that the rows must have where the type of the vectors says none.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it is not a vector of Single or Double.</exception>
    public static FeatureColumn Find(DataViewSchema schema, string name, int size)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Missing("input", name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        if (column.Type is not VectorDataViewType vector || !IsNumber(vector.ItemType))
            throw WrongType(name, ColumnType.Of(column.Type));
        return new FeatureColumn(column, vector.IsKnownSize ? vector.Size : size, vector.ItemType == NumberDataViewType.Double, !vector.IsKnownSize);
    }

    /// <summary>Checks the column in the shape of a schema.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="name">The column's name.</param>
    /// <returns>Whether the column will have slot names.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it is not a vector of Single or Double.</exception>
    public static bool PromisesNames(SchemaShape shape, string name)
    {
        SchemaShape.Column column = shape.FirstOrDefault(c => c.Name == name);
        if (column.Name is null)
            throw Missing("input", name, shape.Select(c => c.Name));
        if (column.Kind == SchemaShape.Column.VectorKind.Scalar || column.IsKey || !IsNumber(column.ItemType))
            throw WrongType(name, ColumnType.Of(column));
        return column.Kind == SchemaShape.Column.VectorKind.Vector
            && column.Annotations.Any(a => a.Name == Slots && a.Kind == SchemaShape.Column.VectorKind.Vector && a.ItemType is TextDataViewType);
    }

    /// <summary>The slot names, one a feature, or null when the column has none.</summary>
    public string[]? ReadNames()
    {
        if (!Column.HasSlotNames())
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        Column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    /// <summary>The exception for a missing column.</summary>
    /// <param name="role">"input" or "label".</param>
    /// <param name="name">The name that was looked for.</param>
    /// <param name="others">The names of the columns that there are.</param>
    public static ArgumentOutOfRangeException Missing(string role, string name, IEnumerable<string> others)
        => new($"{role}ColumnName", name, $"Could not find {role} column '{name}'. The data has {Quote(others)}.");

    private static bool IsNumber(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    private static ArgumentOutOfRangeException WrongType(string name, ColumnType type)
        => new("inputColumnName", name,
            $"Input column '{name}' is of type {type.Name}, but must be a vector of Single or Double. {type.AdviseFeatures()}");

    // The size of the first vector that has values; 0 where there are no rows. ML.NET has one type for a vector of size 0 and one of variable size: only the
    // rows tell them apart.
    private static int SizeOfRows(IDataView data, DataViewSchema.Column column)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        bool isSingle = ((VectorDataViewType)column.Type).ItemType == NumberDataViewType.Single;
        Func<int> length = isSingle ? LengthOf<float>(cursor, column) : LengthOf<double>(cursor, column);
        long rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            if (length() is > 0 and int size)
                return size;
        }

        if (rows == 0)
            return 0;
        throw new ArgumentOutOfRangeException("inputColumnName", column.Name,
            $"Input column '{column.Name}' has no features: in all of the {rows} rows its vector has no values, as where the vocabulary of "
            + "Text.ProduceNgrams or Text.ProduceWordBags is empty, because no word of the texts was left to it. Fit the featurizer to texts with more "
            + "words, or leave out the step that removes them, for instance Text.RemoveDefaultStopWords.");
    }

    private static Func<int> LengthOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> values = default;
        return () =>
        {
            getter(ref values);
            return values.Length;
        };
    }

    private static string Quote(IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct()];
        string list = string.Join(", ", all.Take(20).Select(n => $"'{n}'"));
        return all.Length == 0 ? "no columns" : all.Length > 20 ? $"{list} and {all.Length - 20} more columns" : list;
    }
}
