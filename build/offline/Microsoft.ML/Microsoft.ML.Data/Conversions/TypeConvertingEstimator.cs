using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Transforms;

/// <summary>Changes the type of the values, or items, of columns.</summary>
public sealed class TypeConvertingEstimator : TrivialEstimator<TypeConvertingTransformer>
{
    internal TypeConvertingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, DataKind outputKind = Defaults.DefaultOutputKind)
        : this(env, new ColumnOptions(outputColumnName, outputKind, inputColumnName))
    {
    }

    internal TypeConvertingEstimator(IHostEnvironment env, params ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(TypeConvertingEstimator)), new TypeConvertingTransformer(env, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(Transformer.Columns.Select(column =>
        {
            var source = inputSchema.Find(Host, column.InputColumnName);
            if (!TypeConvertingTransformer.GetNewType(Host, source.ItemType, column.OutputKind.ToInternalDataKind(), column.OutputKeyCount, out var type))
                throw Host.ExceptParam(nameof(inputSchema), $"Can't convert {column.InputColumnName} into {type}");
            if (ValueConversion.Find(source.ItemType, type) is null)
                throw Host.ExceptParam(nameof(inputSchema), $"Don't know how to convert {column.InputColumnName} into {type}");
            // All annotations are promised, though only some are kept.
            return new SchemaShape.Column(column.Name, source.Kind, type, false, source.Annotations);
        }));
    }

    internal sealed class Defaults
    {
        public const DataKind DefaultOutputKind = DataKind.Single;
    }

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly DataKind OutputKind;

        public readonly KeyCount OutputKeyCount;

        public ColumnOptions(string name, DataKind outputKind, string inputColumnName, KeyCount outputKeyCount = null)
            => (Name, OutputKind, InputColumnName, OutputKeyCount) = (name, outputKind, inputColumnName ?? name, outputKeyCount);
    }
}
