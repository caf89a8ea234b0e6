using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Transforms;

/// <summary>Gives the distinct values of columns keys.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly IHost _host;
    private readonly ColumnOptionsBase[] _columns;
    private readonly IDataView _keyData;

    internal ValueToKeyMappingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null,
        int maximumNumberOfKeys = Defaults.MaximumNumberOfKeys, KeyOrdinality keyOrdinality = Defaults.Ordinality)
        : this(env, [new ColumnOptions(outputColumnName, inputColumnName, maximumNumberOfKeys, keyOrdinality)])
    {
    }

    internal ValueToKeyMappingEstimator(IHostEnvironment env, ColumnOptionsBase[] columns, IDataView keyData = null)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(ValueToKeyMappingEstimator));
        _host.CheckNonEmpty(columns, nameof(columns));
        if (keyData is not null && keyData.Schema.Count != 1)
        {
            throw _host.ExceptParam(nameof(keyData), "If specified, this data view should contain only a single column " +
                $"containing the terms to map, but this had {keyData.Schema.Count} columns.");
        }

        (_columns, _keyData) = (columns, keyData);
    }

    public ValueToKeyMappingTransformer Fit(IDataView input) => new(_host, input, _columns, _keyData, false);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_columns.Select(column => OutputOf(column, inputSchema.Find(_host, column.InputColumnName))));
    }

    private SchemaShape.Column OutputOf(ColumnOptionsBase column, SchemaShape.Column source)
    {
        if (!source.ItemType.IsStandardScalar())
            throw _host.ExceptSchemaMismatch("inputSchema", "input", column.InputColumnName);
        var annotations = new List<SchemaShape.Column>();
        if (source.Annotations.TryFindColumn(AnnotationUtils.Kinds.SlotNames, out var slotNames))
            annotations.Add(slotNames);
        bool keeps = source.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var keyValues)
            && source.IsKey && keyValues.Kind == SchemaShape.Column.VectorKind.Vector;
        annotations.Add(keeps ? keyValues : Shapes.Annotation(AnnotationUtils.Kinds.KeyValues,
            column.AddKeyValueAnnotationsAsText ? TextDataViewType.Instance : source.ItemType, isVector: true, source.IsKey));
        return new(column.OutputColumnName, source.Kind, NumberDataViewType.UInt32, true, new SchemaShape(annotations));
    }

    /// <summary>The order of the keys.</summary>
    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }

    internal static class Defaults
    {
        public const int MaximumNumberOfKeys = 1000000;
        public const KeyOrdinality Ordinality = KeyOrdinality.ByOccurrence;
        public const bool AddKeyValueAnnotationsAsText = false;
    }

    internal abstract class ColumnOptionsBase
    {
        public readonly string OutputColumnName;

        public readonly string InputColumnName;

        public readonly KeyOrdinality KeyOrdinality;

        public readonly int MaximumNumberOfKeys;

        public readonly bool AddKeyValueAnnotationsAsText;

        private protected ColumnOptionsBase(string outputColumnName, string inputColumnName, int maximumNumberOfKeys,
            KeyOrdinality keyOrdinality, bool addKeyValueAnnotationsAsText)
        {
            OutputColumnName = Contracts.CheckNonWhiteSpace(outputColumnName, nameof(outputColumnName));
            InputColumnName = inputColumnName ?? outputColumnName;
            (MaximumNumberOfKeys, KeyOrdinality, AddKeyValueAnnotationsAsText) = (maximumNumberOfKeys, keyOrdinality, addKeyValueAnnotationsAsText);
        }
    }

    internal sealed class ColumnOptions : ColumnOptionsBase
    {
        public ColumnOptions(string outputColumnName, string inputColumnName = null, int maximumNumberOfKeys = Defaults.MaximumNumberOfKeys,
            KeyOrdinality keyOrdinality = Defaults.Ordinality, bool addKeyValueAnnotationsAsText = false)
            : base(outputColumnName, inputColumnName, maximumNumberOfKeys, keyOrdinality, addKeyValueAnnotationsAsText)
        {
        }
    }
}
