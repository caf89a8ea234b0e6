using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>The type of a column, of data or of the shape of a schema alike, in the words that exceptions need.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Item">The type of its items.</param>
/// <param name="IsVector">Whether it is a vector.</param>
/// <param name="IsKey">Whether its items are keys.</param>
internal readonly record struct ColumnType(string Name, DataViewType Item, bool IsVector, bool IsKey)
{
    /// <summary>The type of a column of data.</summary>
    public static ColumnType Of(DataViewType type)
    {
        DataViewType item = type is VectorDataViewType vector ? vector.ItemType : type;
        return new(type.ToString()!, item, type is VectorDataViewType, item is KeyDataViewType);
    }

    /// <summary>The type of a column of a shape, which does not know how many keys or items there are.</summary>
    public static ColumnType Of(SchemaShape.Column column)
    {
        string item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        bool isVector = column.Kind != SchemaShape.Column.VectorKind.Scalar;
        return new(isVector ? $"Vector<{item}>" : item, column.ItemType, isVector, column.IsKey);
    }

    /// <summary>How to make a vector of Single of such a column, as a sentence.</summary>
    public string AdviseFeatures() => (IsKey, IsVector) switch
    {
        (true, true) => "Count its keys first, with Text.ProduceNgrams, or with Conversion.MapKeyToVector and outputCountVector: true.",
        (true, false) => "Make a vector of the key first, with Conversion.MapKeyToVector.",
        _ when Item is TextDataViewType => "Make words of it first, with Text.ProduceTopicWords.",
        _ when Item is not PrimitiveDataViewType => "Make numbers of it first.",
        (_, true) => "Convert it first, with Conversion.ConvertType and DataKind.Single.",
        _ when Item == NumberDataViewType.Single || Item == NumberDataViewType.Double
            => "Make a vector of it, and of other columns of its type, with Concatenate.",
        _ => "Convert it first, with Conversion.ConvertType and DataKind.Single, and then make a vector of it with Concatenate.",
    };

    /// <summary>How to get labels that can be read instead of such a column, as a sentence.</summary>
    public string AdviseLabel()
    {
        if (IsVector)
            return "Name a column that has one value a row.";
        return Item is PrimitiveDataViewType ? "Make a key of it first, with Conversion.MapValueToKey." : "Name another column.";
    }

    /// <summary>How to have fewer classes than such a column of labels has values, as a sentence or two.</summary>
    public string AdviseFewerClasses()
    {
        const string another = "Name a column that tells which class a row is of.";
        if (Item is not NumberDataViewType)
            return another;
        bool isReal = Item == NumberDataViewType.Single || Item == NumberDataViewType.Double;
        string conversion = isReal ? "" : "Conversion.ConvertType, DataKind.Single, and ";
        return $"{another} Where the numbers measure something, make ranges of them first, with {conversion}NormalizeBinning and maximumBinCount: 10.";
    }
}
