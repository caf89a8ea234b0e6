namespace Microsoft.ML.Data.Offline;

/// <summary>Makes the columns of a prediction.</summary>
internal interface IScorer
{
    IRowMapper Bind(DataViewSchema inputSchema);
}
