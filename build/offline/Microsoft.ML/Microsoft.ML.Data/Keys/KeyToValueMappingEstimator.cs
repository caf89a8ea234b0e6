using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Transforms;

/// <summary>Turns keys back into the values that they stand for.</summary>
public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    internal KeyToValueMappingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null)
        : this(env, (outputColumnName, inputColumnName ?? outputColumnName))
    {
    }

    internal KeyToValueMappingEstimator(IHostEnvironment env, params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(KeyToValueMappingEstimator)), new KeyToValueMappingTransformer(env, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(Transformer.ColumnPairs.Select(pair => OutputOf(pair.outputColumnName, inputSchema.Find(Host, pair.inputColumnName))));
    }

    private SchemaShape.Column OutputOf(string name, SchemaShape.Column source)
    {
        if (!source.IsKey)
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, "KeyType", source.GetTypeString());
        if (!source.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var values))
            throw Host.ExceptParam("inputSchema", $"Input column '{source.Name}' doesn't contain key values metadata");
        source.Annotations.TryFindColumn(AnnotationUtils.Kinds.SlotNames, out var slotNames);
        return new(name, source.Kind, values.ItemType, values.IsKey, source.HasSlotNames() ? new SchemaShape([slotNames]) : null);
    }
}
