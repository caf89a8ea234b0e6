using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>Activations of a transformed view as a data frame.</summary>
public static class ActivationsDataFrameExtensions
{
    private const string SlotNames = "SlotNames";

    /// <summary>
    /// All rows of a view as a data frame: first the columns that are named, then the activations, one column of Single for each topic, named as the slot is, or by
    /// the column and the number of the slot, such as "Topics 0", where slots have no names. The view is read once.
    /// </summary>
    /// <remarks>
    /// Text, numbers, Boolean and DateTime are carried over as they are, a key as its value, and as its number from 1 on where it has no values; a vector, of Single
    /// or Double of known size, becomes columns as the activations do. A missing key and NaN become missing values. All columns have different names: a slot's name
    /// that is taken gets the column and the number of the slot behind it.
    /// </remarks>
    /// <param name="view">What a transformer of this library, or a pipeline with one, has made.</param>
    /// <param name="activationColumnName">The column of activations.</param>
    /// <param name="columnNames">Columns to have beside them, such as a text or a label.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, named twice, or of a type that a data frame does not hold.</exception>
    public static DataFrame ActivationsToDataFrame(this IDataView view, string activationColumnName, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(activationColumnName);
        ArgumentNullException.ThrowIfNull(columnNames);
        string[] names = [.. columnNames, activationColumnName];
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentOutOfRangeException(nameof(columnNames), twice.Key, $"Column '{twice.Key}' is named twice. Name every column once.");
        DataViewSchema.Column[] columns = [.. names.Select(name => Find(view.Schema, name))];
        if (columns[^1].Type is not VectorDataViewType)
        {
            throw new ArgumentOutOfRangeException(nameof(activationColumnName), activationColumnName,
                $"Column '{activationColumnName}' is of type {columns[^1].Type}, but activations are a vector. Name the output column of the transformer.");
        }

        int capacity = (int)Math.Min(view.GetRowCount() ?? 0, Array.MaxLength / sizeof(double));
        using DataViewRowCursor cursor = view.GetRowCursor(columns);
        ColumnReader[] readers = [.. columns.Select(column => ColumnReader.Create(cursor, column, capacity))];
        while (cursor.MoveNext())
        {
            foreach (ColumnReader reader in readers)
                reader.Read();
        }

        // The names of whole columns come first, whatever slots are called.
        var taken = new HashSet<string>(columns.Where(column => column.Type is not VectorDataViewType).Select(column => column.Name));
        return new DataFrame(readers.SelectMany((reader, i) => reader.ToColumns(Names(columns[i], taken))));
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name)
        => schema.GetColumnOrNull(name) ?? throw new ArgumentOutOfRangeException(nameof(name), name,
            $"There is no column '{name}'. The data has {string.Join(", ", schema.Where(column => !column.IsHidden).Select(column => $"'{column.Name}'"))}.");

    private static Func<int, string> Names(DataViewSchema.Column column, HashSet<string> taken)
    {
        VBuffer<ReadOnlyMemory<char>> slots = default;
        if (column.Type is VectorDataViewType && column.HasSlotNames())
            column.Annotations.GetValue(SlotNames, ref slots);
        string[] known = [.. slots.DenseValues().Select(name => name.ToString())];
        return slot =>
        {
            string own = $"{column.Name} {slot}", name = slot < known.Length && !string.IsNullOrWhiteSpace(known[slot]) ? known[slot] : own;
            while (!taken.Add(name))
                name += $" ({own})";
            return name;
        };
    }
}
