using Microsoft.ML.Data;

namespace Microsoft.ML.Trainers;

internal static class TrainerUtils
{
    public static SchemaShape.Column MakeR4VecFeature(string featureColumn)
        => new(featureColumn, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false);

    public static SchemaShape.Column MakeU4ScalarColumn(string columnName)
        => columnName is null ? default : new(columnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true);

    public static SchemaShape.Column MakeR4ScalarWeightColumn(string weightColumn)
        => weightColumn is null ? default : new(weightColumn, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false);

    public static void CheckFeatureFloatVector(this RoleMappedData data, out int length)
    {
        var column = data.Schema.Feature ?? throw Contracts.ExceptParam(nameof(data), "Training data must specify a feature column.");
        if (column.Type is not VectorDataViewType { IsKnownSize: true } vector || vector.ItemType != NumberDataViewType.Single)
            throw Contracts.ExceptParam(nameof(data), "Training feature column '{0}' must be a known-size vector of R4, but has type: {1}.", column.Name, column.Type);
        length = vector.Size;
    }

    public static void CheckMulticlassLabel(this RoleMappedData data, out int count)
    {
        var column = data.Schema.Label ?? throw Contracts.ExceptParam(nameof(data), "Training data must specify a label column.");
        if (column.Type is not KeyDataViewType key)
            throw Contracts.ExceptParam(nameof(data), "Training label column '{0}' type is not valid for multi-class: {1}.", column.Name, column.Type);
        if (key.Count >= Utils.ArrayMaxSize)
            throw Contracts.ExceptParam(nameof(data), "Maximum label is too large for multi-class: {0}.", key.Count);
        count = (int)key.Count;
    }
}
