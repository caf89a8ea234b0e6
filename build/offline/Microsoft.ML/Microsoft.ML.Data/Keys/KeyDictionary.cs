namespace Microsoft.ML.Data.Offline;

/// <summary>The values of one type that have keys, each its position from 1.</summary>
internal abstract class KeyDictionary
{
    protected KeyDictionary(PrimitiveDataViewType itemType, int count)
    {
        ItemType = itemType;
        // A key type cannot have a count of 0.
        KeyType = new KeyDataViewType(typeof(uint), Math.Max(1, count));
        Count = count;
    }

    public PrimitiveDataViewType ItemType { get; }

    public KeyDataViewType KeyType { get; }

    public int Count { get; }

    public abstract void Save(ModelSaveContext ctx);

    public abstract void Print(TextWriter writer);

    /// <summary>The keys of a column's values.</summary>
    public abstract Delegate Getter(DataViewRow input, DataViewSchema.Column source);

    public abstract void AddKeyValues(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column source, bool asText);
}
