using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>Columns of a schema's shape, which ML.NET lets only its own components make.</summary>
internal static class ShapeColumns
{
    /// <summary>A vector of Single of known size, with or without slot names.</summary>
    public static SchemaShape.Column SingleVector(string name, bool hasSlotNames)
    {
        SchemaShape.Column[] annotations = hasSlotNames
            ? [new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)]
            : [];
        return new SchemaShape.Column(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, new SchemaShape(annotations));
    }

    /// <summary>A Single.</summary>
    public static SchemaShape.Column Single(string name) => new(name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false);

    /// <summary>A vector of Text of any size.</summary>
    public static SchemaShape.Column Texts(string name)
        => new(name, SchemaShape.Column.VectorKind.VariableVector, TextDataViewType.Instance, isKey: false);

    /// <summary>A key, with the annotation of its values, if their type is given.</summary>
    public static SchemaShape.Column Key(string name, DataViewType? values)
    {
        SchemaShape.Column[] annotations = values is null
            ? []
            : [new(AnnotationUtils.Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, values, isKey: false)];
        return new SchemaShape.Column(name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, new SchemaShape(annotations));
    }
}
