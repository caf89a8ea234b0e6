using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Brings texts into one case, and removes marks, punctuation and numbers as asked.</summary>
public sealed class TextNormalizingEstimator : TrivialEstimator<TextNormalizingTransformer>
{
    internal const string ExpectedColumnType = "String or vector of String";

    internal TextNormalizingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, CaseMode caseMode = Defaults.Mode,
        bool keepDiacritics = Defaults.KeepDiacritics, bool keepPunctuations = Defaults.KeepPunctuations, bool keepNumbers = Defaults.KeepNumbers)
        : this(env, caseMode, keepDiacritics, keepPunctuations, keepNumbers, (outputColumnName, inputColumnName ?? outputColumnName))
    {
    }

    internal TextNormalizingEstimator(IHostEnvironment env, CaseMode caseMode = Defaults.Mode, bool keepDiacritics = Defaults.KeepDiacritics,
        bool keepPunctuations = Defaults.KeepPunctuations, bool keepNumbers = Defaults.KeepNumbers, params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(TextNormalizingEstimator)),
            new TextNormalizingTransformer(env, caseMode, keepDiacritics, keepPunctuations, keepNumbers, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(Host, inputSchema, Transformer.Columns, ExpectedColumnType, column => IsColumnTypeValid(column.ItemType),
            (name, source) => source.Kind == SchemaShape.Column.VectorKind.Scalar
                ? new(name, SchemaShape.Column.VectorKind.Scalar, source.ItemType, false)
                : ShapePropagation.TextVector(name));

    internal static bool IsColumnTypeValid(DataViewType type) => type.GetItemType() is TextDataViewType;

    public enum CaseMode
    {
        Lower = 0,
        Upper = 1,
        None = 2,
    }

    internal static class Defaults
    {
        public const CaseMode Mode = CaseMode.Lower;
        public const bool KeepDiacritics = false;
        public const bool KeepPunctuations = true;
        public const bool KeepNumbers = true;
    }
}
