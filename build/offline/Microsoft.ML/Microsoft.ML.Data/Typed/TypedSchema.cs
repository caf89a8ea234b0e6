namespace Microsoft.ML.Data.Offline;

internal static class TypedSchema
{
    /// <summary>The definition of a class whose columns have the types and annotations of a schema, which it must hold all columns of.</summary>
    public static SchemaDefinition Of<TRow>(IExceptionContext context, DataViewSchema schema)
    {
        var definition = SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read);
        foreach (var column in schema)
        {
            var member = definition[column.Name] ?? throw context.Except($"Type should contain a member named {column.Name}");
            member.ColumnType = column.Type;
            foreach (var annotation in column.Annotations.Schema)
                member.AddAnnotation(annotation, column.Annotations);
        }

        return definition;
    }

    private static void AddAnnotation(this SchemaDefinition.Column member, DataViewSchema.Column annotation, DataViewSchema.Annotations annotations)
        => Internal.Utilities.Offline.Generic.Call((Action<SchemaDefinition.Column, DataViewSchema.Column, DataViewSchema.Annotations>)Add<int>,
            [annotation.Type.RawType], member, annotation, annotations);

    private static void Add<T>(SchemaDefinition.Column member, DataViewSchema.Column annotation, DataViewSchema.Annotations annotations)
    {
        T value = default;
        annotations.GetGetter<T>(annotation)(ref value);
        member.AddAnnotation(annotation.Name, value, annotation.Type);
    }
}
