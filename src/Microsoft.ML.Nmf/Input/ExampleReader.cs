using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Input;

/// <summary>Reads a column into the training matrix, in one pass of one cursor.</summary>
internal static class ExampleReader
{
    private const int RowsBetweenChecks = 1024;

    /// <summary>Reads all rows.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">The column, found in the schema of <paramref name="data"/>.</param>
    /// <param name="checkAlive">Throws when the reading has been cancelled.</param>
    /// <exception cref="InvalidOperationException">There are no rows, or a value cannot be factorized.</exception>
    public static ExampleMatrix Read(IDataView data, FeatureColumn column, Action checkAlive)
    {
        var builder = new ExampleMatrixBuilder(column.Size);
        using DataViewRowCursor cursor = data.GetRowCursor([column.Column]);
        var reader = new FeatureRowReader(cursor, column);
        while (cursor.MoveNext())
        {
            if (builder.Rows % RowsBetweenChecks == 0)
                checkAlive();
            reader.Read();
            builder.Add(reader.Features, reader.Values);
        }

        return builder.Rows > 0 ? builder.Build() : throw new InvalidOperationException($"Column '{column.Name}': the training data has no rows.");
    }
}
