using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Cuts texts into words at separators, the space unless others are named.</summary>
public sealed class WordTokenizingEstimator : TrivialEstimator<WordTokenizingTransformer>
{
    internal const string ExpectedColumnType = "String or Vector of String";

    internal WordTokenizingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, char[] separators = null)
        : this(env, new ColumnOptions(outputColumnName, inputColumnName, separators))
    {
    }

    internal WordTokenizingEstimator(IHostEnvironment env, params ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(WordTokenizingEstimator)), new WordTokenizingTransformer(env, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(Host, inputSchema, Transformer.Columns.Select(column => (column.Name, column.InputColumnName)),
            ExpectedColumnType, column => IsColumnTypeValid(column.ItemType), (name, _) => ShapePropagation.TextVector(name));

    internal static bool IsColumnTypeValid(DataViewType type) => type.GetItemType() is TextDataViewType;

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public readonly string InputColumnName;

        internal readonly char[] SeparatorsArray;

        public ColumnOptions(string name, string inputColumnName = null, char[] separators = null)
            => (Name, InputColumnName, SeparatorsArray) = (name, inputColumnName ?? name, separators ?? [' ']);

        public IReadOnlyList<char> Separators => SeparatorsArray;
    }
}
