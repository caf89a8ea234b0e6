namespace Microsoft.ML.Transforms.Offline;

/// <summary>The output shape of estimators each of whose output columns comes from one input column.</summary>
internal static class ShapePropagation
{
    /// <param name="context">Who complains where a column does not fit.</param>
    /// <param name="input">The shape of the input.</param>
    /// <param name="pairs">The output and input column names.</param>
    /// <param name="expected">What an input column must be, in words.</param>
    /// <param name="isValid">Whether an input column is that.</param>
    /// <param name="make">Makes the output column of a name from its input column.</param>
    public static SchemaShape Propagate(IExceptionContext context, SchemaShape input, IEnumerable<(string outputColumnName, string inputColumnName)> pairs,
        string expected, Func<SchemaShape.Column, bool> isValid, Func<string, SchemaShape.Column, SchemaShape.Column> make)
    {
        context.CheckValue(input, "inputSchema");
        var output = input.ToDictionary(column => column.Name);
        foreach (var (outputColumnName, inputColumnName) in pairs)
        {
            if (!input.TryFindColumn(inputColumnName, out var source))
                throw context.ExceptSchemaMismatch("inputSchema", "input", inputColumnName);
            if (!isValid(source))
                throw context.ExceptSchemaMismatch("inputSchema", "input", inputColumnName, expected, source.GetTypeString());
            output[outputColumnName] = make(outputColumnName, source);
        }

        return new SchemaShape(output.Values);
    }

    /// <summary>The named annotations of a column, those of them that it has.</summary>
    public static IEnumerable<SchemaShape.Column> Annotations(this SchemaShape.Column column, params string[] kinds)
        => kinds.SelectMany(kind => column.Annotations.TryFindColumn(kind, out var annotation) ? [annotation] : Array.Empty<SchemaShape.Column>());

    public static SchemaShape.Column SlotNames { get; } =
        new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false);

    public static SchemaShape.Column IsNormalized { get; } =
        new(AnnotationUtils.Kinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false);

    public static SchemaShape.Column TextVector(string name)
        => new(name, SchemaShape.Column.VectorKind.VariableVector, TextDataViewType.Instance, false);
}
