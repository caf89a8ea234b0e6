using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Learns the ranges of columns, and brings their values between -1 and 1, or between 0 and 1.</summary>
public sealed class NormalizingEstimator : IEstimator<NormalizingTransformer>
{
    private readonly IHost _host;
    private readonly ColumnOptionsBase[] _columns;

    internal NormalizingEstimator(IHostEnvironment env, params ColumnOptionsBase[] columns)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(NormalizingEstimator));
        _host.CheckValue(columns, nameof(columns));
        _columns = columns;
    }

    public NormalizingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return NormalizingTransformer.Train(_host, input, _columns);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        var output = inputSchema.ToDictionary(column => column.Name);
        foreach (var options in _columns)
        {
            if (!inputSchema.TryFindColumn(options.InputColumnName, out var source))
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", options.InputColumnName);
            if (source.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", options.InputColumnName, "known-size vector or scalar", source.GetTypeString());
            if (source.ItemType != NumberDataViewType.Single && source.ItemType != NumberDataViewType.Double)
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", options.InputColumnName, "vector or scalar of Single or Double", source.GetTypeString());

            var annotations = new List<SchemaShape.Column> { new(AnnotationUtils.Kinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false) };
            if (source.Annotations.TryFindColumn(AnnotationUtils.Kinds.SlotNames, out var slotNames))
                annotations.Add(slotNames);
            output[options.Name] = new(options.Name, source.Kind, source.ItemType, source.IsKey, new SchemaShape(annotations));
        }

        return new SchemaShape(output.Values);
    }

    internal static class Defaults
    {
        public const bool EnsureZeroUntouched = true;
        public const long MaximumExampleCount = 1000000000;
    }

    internal abstract class ColumnOptionsBase
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly long MaximumExampleCount;

        private protected ColumnOptionsBase(string name, string inputColumnName, long maximumExampleCount)
        {
            Contracts.CheckNonEmpty(name, nameof(name));
            Contracts.CheckNonEmpty(inputColumnName, nameof(inputColumnName));
            Contracts.CheckParam(maximumExampleCount > 1, nameof(maximumExampleCount), "Must be greater than 1");
            (Name, InputColumnName, MaximumExampleCount) = (name, inputColumnName, maximumExampleCount);
        }
    }

    internal abstract class ControlZeroColumnOptionsBase : ColumnOptionsBase
    {
        public readonly bool EnsureZeroUntouched;

        private protected ControlZeroColumnOptionsBase(string outputColumnName, string inputColumnName, long maximumExampleCount, bool ensureZeroUntouched)
            : base(outputColumnName, inputColumnName, maximumExampleCount)
            => EnsureZeroUntouched = ensureZeroUntouched;
    }

    internal sealed class MinMaxColumnOptions : ControlZeroColumnOptionsBase
    {
        public MinMaxColumnOptions(string outputColumnName, string inputColumnName = null,
            long maximumExampleCount = Defaults.MaximumExampleCount, bool ensureZeroUntouched = Defaults.EnsureZeroUntouched)
            : base(outputColumnName, inputColumnName ?? outputColumnName, maximumExampleCount, ensureZeroUntouched)
        {
        }
    }
}
