using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>Columns of a view on their way into a data frame.</summary>
internal sealed class ViewColumns
{
    private const string SlotNames = "SlotNames";

    private readonly IDataView _view;

    /// <summary>Finds columns.</summary>
    /// <param name="view">The view.</param>
    /// <param name="names">Their names, each once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or named twice.</exception>
    public ViewColumns(IDataView view, IReadOnlyList<string> names)
    {
        _view = view;
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentOutOfRangeException("columnNames", twice.Key, $"Column '{twice.Key}' is named twice. Name every column once.");
        Columns = [.. names.Select(name => Find(view.Schema, name))];
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<DataViewSchema.Column> Columns { get; }

    /// <summary>How many rows there are, as far as it is known, to make room for.</summary>
    public int Capacity => (int)Math.Min(_view.GetRowCount() ?? 0, Array.MaxLength / sizeof(double));

    /// <summary>Reads all rows, once.</summary>
    /// <param name="taken">Names that columns of the data frame have already; those that are made are added.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is of a type that a data frame does not hold.</exception>
    public IReadOnlyList<DataFrameColumn> Read(HashSet<string> taken)
    {
        using DataViewRowCursor cursor = _view.GetRowCursor(Columns);
        ColumnReader[] readers = [.. Columns.Select(column => ColumnReader.Create(cursor, column, Capacity))];
        while (cursor.MoveNext())
        {
            foreach (ColumnReader reader in readers)
                reader.Read();
        }

        // The names of whole columns come first, whatever slots are called.
        taken.UnionWith(Columns.Where(column => column.Type is not VectorDataViewType).Select(column => column.Name));
        return [.. readers.SelectMany((reader, i) => reader.ToColumns(Names(Columns[i], taken)))];
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
