using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Cuts texts into characters, as keys.</summary>
public sealed class TokenizingByCharactersEstimator : TrivialEstimator<TokenizingByCharactersTransformer>
{
    internal const string ExpectedColumnType = "String";

    internal TokenizingByCharactersEstimator(IHostEnvironment env, bool useMarkerCharacters = Defaults.UseMarkerCharacters,
        params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(TokenizingByCharactersEstimator)), new TokenizingByCharactersTransformer(env, useMarkerCharacters, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(Host, inputSchema, Transformer.Columns, ExpectedColumnType, column => IsColumnTypeValid(column.ItemType),
            (name, source) => new(name, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.UInt16, true, new SchemaShape(
                source.Annotations(AnnotationUtils.Kinds.SlotNames).Append(new(AnnotationUtils.Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false)))));

    internal static bool IsColumnTypeValid(DataViewType type) => type.GetItemType() is TextDataViewType;

    internal static class Defaults
    {
        public const bool UseMarkerCharacters = true;
    }
}
