namespace Microsoft.ML.Data.Offline;

internal static class Shapes
{
    /// <summary>The shape with a column more, or in the place of the one of its name.</summary>
    public static SchemaShape With(this SchemaShape shape, params IEnumerable<SchemaShape.Column> columns)
    {
        var result = shape.ToList();
        foreach (var column in columns)
        {
            int known = result.FindIndex(candidate => candidate.Name == column.Name);
            if (known < 0)
                result.Add(column);
            else
                result[known] = column;
        }

        return new SchemaShape(result);
    }

    public static SchemaShape.Column Find(this SchemaShape shape, IExceptionContext context, string name)
        => shape.TryFindColumn(name, out var column) ? column : throw context.ExceptSchemaMismatch("inputSchema", "input", name);

    /// <summary>An annotation of a scalar, or of a vector of known size.</summary>
    public static SchemaShape.Column Annotation(string name, DataViewType itemType, bool isVector = false, bool isKey = false)
        => new(name, isVector ? SchemaShape.Column.VectorKind.Vector : SchemaShape.Column.VectorKind.Scalar, itemType, isKey);
}
