using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms;

/// <summary>Keeps the slots that have a value in so many rows.</summary>
public sealed class CountFeatureSelectingEstimator : IEstimator<ITransformer>
{
    private readonly IHost _host;
    private readonly ColumnOptions[] _columns;

    internal CountFeatureSelectingEstimator(IHostEnvironment env, params ColumnOptions[] columns)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register("CountFeatureSelectionTransform");
        _host.CheckUserArg(Utils.Size(columns) > 0, nameof(columns));
        _columns = columns;
    }

    internal CountFeatureSelectingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, long minCount = Defaults.Count)
        : this(env, new ColumnOptions(outputColumnName, inputColumnName, minCount))
    {
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        var output = inputSchema.ToDictionary(column => column.Name);
        foreach (var options in _columns)
        {
            if (!inputSchema.TryFindColumn(options.InputColumnName, out var source))
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", options.InputColumnName);
            if (source.ItemType != NumberDataViewType.Single && source.ItemType != NumberDataViewType.Double && source.ItemType is not TextDataViewType)
                throw _host.ExceptUserArg(nameof(inputSchema), "Column '{0}' does not have compatible type. Expected types are float, double or string.", options.InputColumnName);
            if (source.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw _host.ExceptUserArg(nameof(inputSchema), "Variable length column '{0}' is not allowed", options.InputColumnName);
            output[options.Name] = new(options.Name, source.Kind, source.ItemType, false, new SchemaShape(
                source.Annotations(AnnotationUtils.Kinds.SlotNames, AnnotationUtils.Kinds.CategoricalSlotRanges, AnnotationUtils.Kinds.IsNormalized)));
        }

        return new SchemaShape(output.Values);
    }

    public ITransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        var counts = ValueCounts.Of(_host, input, [.. _columns.Select(column => column.InputColumnName)]);
        var dropped = counts.Zip(_columns, (ofColumn, options) => RangesBelow(ofColumn, options.Count)).ToArray();
        Tell(counts);

        var copying = _columns.Where((_, i) => dropped[i].Length == 0).Select(column => (column.Name, column.InputColumnName)).ToArray();
        var dropping = _columns.Select((column, i) => new SlotsDroppingTransformer.ColumnOptions(column.Name, column.InputColumnName, dropped[i]))
            .Where((_, i) => dropped[i].Length > 0).ToArray();
        if (dropping.Length == 0)
            return new ColumnCopyingTransformer(_host, copying);
        var slots = new SlotsDroppingTransformer(_host, dropping);
        return copying.Length == 0 ? slots : new TransformerChain<ITransformer>(new ColumnCopyingTransformer(_host, copying), slots);
    }

    private void Tell(long[][] counts)
    {
        using var channel = _host.Start("Dropping Slots");
        for (int i = 0; i < counts.Length; i++)
            channel.Info(MessageSensitivity.Schema, "Selected {0} slots out of {1} in column '{2}'",
                counts[i].Count(count => count >= _columns[i].Count), counts[i].Length, _columns[i].InputColumnName);
    }

    private static (int min, int? max)[] RangesBelow(long[] counts, long least)
    {
        var ranges = new List<(int min, int? max)>();
        for (int slot = 0; slot < counts.Length; slot++)
        {
            if (counts[slot] >= least)
                continue;
            int first = slot;
            while (slot + 1 < counts.Length && counts[slot + 1] < least)
                slot++;
            ranges.Add((first, slot));
        }

        return [.. ranges];
    }

    internal static class Defaults
    {
        public const long Count = 1;
    }

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly long Count;

        public ColumnOptions(string name, string inputColumnName = null, long count = Defaults.Count)
        {
            Contracts.CheckValue(name, nameof(name));
            Contracts.CheckParam(count >= 0, nameof(count), "Must be non-negative.");
            (Name, InputColumnName, Count) = (name, inputColumnName ?? name, count);
        }
    }
}
