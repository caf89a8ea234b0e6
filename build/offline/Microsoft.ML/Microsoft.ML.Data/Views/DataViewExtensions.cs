namespace Microsoft.ML.Data;

internal static class DataViewExtensions
{
    public static DataViewRowCursor GetRowCursor(this IDataView dv, params DataViewSchema.Column[] columnsNeeded) => dv.GetRowCursor(columnsNeeded);

    public static DataViewRowCursor GetRowCursor(this IDataView dv, DataViewSchema.Column columnNeeded) => dv.GetRowCursor([columnNeeded]);

    public static DataViewRowCursor GetRowCursor(this IDataView dv) => dv.GetRowCursor([]);

    public static DataViewRowCursor GetRowCursorForAllColumns(this IDataView dv) => dv.GetRowCursor(dv.Schema);

    public static DataViewRow GetRow(this IRowToRowMapper rowMapper, DataViewRow input, params DataViewSchema.Column[] activeColumns)
        => rowMapper.GetRow(input, activeColumns);
}
