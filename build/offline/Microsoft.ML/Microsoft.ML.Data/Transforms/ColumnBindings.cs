namespace Microsoft.ML.Data;

/// <summary>The schema of an input with columns added: one of a known name goes right after the last column of that name, and hides it.</summary>
internal sealed class ColumnBindings
{
    // An input column's index, or the complement of an added column's.
    private readonly int[] _sources;

    public ColumnBindings(DataViewSchema input, DataViewSchema.DetachedColumn[] addedColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.CheckValue(addedColumns, nameof(addedColumns));
        InputSchema = input;

        var columns = input.Select(column => (Column: new DataViewSchema.DetachedColumn(column), Source: column.Index)).ToList();
        for (int i = 0; i < addedColumns.Length; i++)
        {
            int last = columns.FindLastIndex(known => known.Column.Name == addedColumns[i].Name);
            columns.Insert(last < 0 ? columns.Count : last + 1, (addedColumns[i], ~i));
        }

        Schema = SchemaExtensions.MakeSchema(columns.Select(column => column.Column));
        _sources = [.. columns.Select(column => column.Source)];
        AddedColumnIndices = [.. addedColumns.Select((_, i) => Array.IndexOf(_sources, ~i))];
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema Schema { get; }

    public IReadOnlyList<int> AddedColumnIndices { get; }

    /// <summary>The index of a column in the input, or among the added ones.</summary>
    public int MapColumnIndex(out bool isSrcColumn, int col)
    {
        int source = _sources[col];
        isSrcColumn = source >= 0;
        return isSrcColumn ? source : ~source;
    }

    public bool[] GetActiveInput(Func<int, bool> predicate)
    {
        var active = new bool[InputSchema.Count];
        for (int i = 0; i < _sources.Length; i++)
        {
            if (_sources[i] >= 0 && predicate(i))
                active[_sources[i]] = true;
        }

        return active;
    }
}
