namespace Microsoft.ML.Data;

/// <summary>Mappers one after another.</summary>
internal sealed class CompositeRowToRowMapper : IRowToRowMapper
{
    public CompositeRowToRowMapper(DataViewSchema inputSchema, IRowToRowMapper[] mappers)
    {
        Contracts.CheckValue(inputSchema, nameof(inputSchema));
        InnerMappers = mappers ?? [];
        InputSchema = inputSchema;
        OutputSchema = InnerMappers.Length > 0 ? InnerMappers[^1].OutputSchema : inputSchema;
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    internal IRowToRowMapper[] InnerMappers { get; }

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> columnsNeeded)
        => InnerMappers.Reverse().Aggregate(columnsNeeded, (needed, mapper) => mapper.GetDependencies(needed));

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.CheckValue(activeColumns, nameof(activeColumns));
        Contracts.CheckParam(input.Schema == InputSchema, nameof(input), "Schema did not match original schema");
        var active = Utils.BuildArray(OutputSchema.Count, activeColumns);
        if (InnerMappers.Length == 0)
        {
            foreach (var column in InputSchema.Where(column => active[column.Index] && !input.IsColumnActive(column)))
                throw Contracts.ExceptParam(nameof(input), $"Mapper required column '{column.Name}' active but it was not.");
            return input;
        }

        var needed = new IEnumerable<DataViewSchema.Column>[InnerMappers.Length];
        needed[^1] = OutputSchema.Where(column => active[column.Index]);
        for (int i = needed.Length - 1; i > 0; i--)
            needed[i - 1] = InnerMappers[i].GetDependencies(needed[i]);

        var row = input;
        for (int i = 0; i < needed.Length; i++)
            row = InnerMappers[i].GetRow(row, needed[i]);
        return row;
    }
}
