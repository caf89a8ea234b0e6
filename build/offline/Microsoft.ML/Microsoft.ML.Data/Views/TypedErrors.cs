namespace Microsoft.ML.Data.Offline;

/// <summary>Complains of getters that are asked for by another type than the column's.</summary>
internal static class TypedErrors
{
    public static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column)
        => getter as ValueGetter<TValue> ?? throw Wrong<TValue>($"Invalid TValue in GetGetter for column #{column}", column);

    public static ColumnCache<TValue> Cast<TValue>(ColumnCache cache, DataViewSchema.Column column, string complaint = "Invalid TValue in GetGetter")
        => cache as ColumnCache<TValue> ?? throw Wrong<TValue>(complaint, column);

    private static Exception Wrong<TValue>(string complaint, DataViewSchema.Column column)
        => Contracts.Except($"{complaint}: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
}
