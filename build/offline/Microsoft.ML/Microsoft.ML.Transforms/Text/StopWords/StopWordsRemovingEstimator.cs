using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Removes a language's stop words from vectors of words.</summary>
public sealed class StopWordsRemovingEstimator : TrivialEstimator<StopWordsRemovingTransformer>
{
    internal const string ExpectedColumnType = "Vector of String";

    internal StopWordsRemovingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, Language language = Language.English)
        : this(env, new ColumnOptions(outputColumnName, inputColumnName, language))
    {
    }

    internal StopWordsRemovingEstimator(IHostEnvironment env, params ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(StopWordsRemovingEstimator)), new StopWordsRemovingTransformer(env, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(Host, inputSchema, Transformer.Columns.Select(column => (column.Name, column.InputColumnName)), ExpectedColumnType,
            column => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType, (name, _) => ShapePropagation.TextVector(name));

    internal static bool IsColumnTypeValid(DataViewType type) => type is VectorDataViewType { ItemType: TextDataViewType };

    public enum Language
    {
        English = 0,
        French = 1,
        German = 2,
        Dutch = 3,
        Danish = 4,
        Swedish = 5,
        Italian = 6,
        Spanish = 7,
        Portuguese = 8,
        Portuguese_Brazilian = 9,
        Norwegian_Bokmal = 10,
        Russian = 11,
        Polish = 12,
        Czech = 13,
        Arabic = 14,
        Japanese = 15,
    }

    public sealed class Options : IStopWordsRemoverOptions
    {
        public TextFeaturizingEstimator.Language Language;

        public Options() => Language = TextFeaturizingEstimator.DefaultLanguage;
    }

    internal static class Defaults
    {
        public const Language DefaultLanguage = Language.English;
    }

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly Language Language;

        public readonly string LanguageColumn;

        public ColumnOptions(string name, string inputColumnName = null, Language language = Defaults.DefaultLanguage, string languageColumn = null)
        {
            Contracts.CheckNonWhiteSpace(name, nameof(name));
            if (language != Language.English || languageColumn is not null)
                throw Contracts.ExceptNotSupp("This stand-in knows English stop words only.");
            (Name, InputColumnName, Language, LanguageColumn) = (name, inputColumnName ?? name, language, languageColumn);
        }
    }
}
