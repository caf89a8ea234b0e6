using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Transforms;

/// <summary>Keeps, or drops, columns by their names.</summary>
public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    private readonly ColumnSelection _selection;

    internal ColumnSelectingEstimator(IHostEnvironment env, string[] keepColumns, string[] dropColumns,
        bool keepHidden = Defaults.KeepHidden, bool ignoreMissing = Defaults.IgnoreMissing)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(ColumnSelectingEstimator)),
            new ColumnSelectingTransformer(env, keepColumns, dropColumns, keepHidden, ignoreMissing))
        => _selection = new ColumnSelection(Host, keepColumns, dropColumns, keepHidden, ignoreMissing);

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return _selection.Choose(inputSchema);
    }

    internal static ColumnSelectingEstimator KeepColumns(IHostEnvironment env, params string[] columnsToKeep) => new(env, columnsToKeep, null);

    internal static ColumnSelectingEstimator DropColumns(IHostEnvironment env, params string[] columnsToDrop) => new(env, null, columnsToDrop);

    internal static class Defaults
    {
        public const bool KeepHidden = false;
        public const bool IgnoreMissing = false;
    }
}
