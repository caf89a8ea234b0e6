using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML;

/// <summary>The transforms of texts.</summary>
public static class TextCatalog
{
    public static TextFeaturizingEstimator FeaturizeText(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string inputColumnName = null)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName);

    public static TextFeaturizingEstimator FeaturizeText(this TransformsCatalog.TextTransforms catalog, string outputColumnName,
        TextFeaturizingEstimator.Options options, params string[] inputColumnNames)
        => new(EnvironmentOf(catalog), outputColumnName, Utils.Size(inputColumnNames) == 0 ? [outputColumnName] : inputColumnNames, options);

    public static TokenizingByCharactersEstimator TokenizeIntoCharactersAsKeys(this TransformsCatalog.TextTransforms catalog, string outputColumnName,
        string inputColumnName = null, bool useMarkerCharacters = TokenizingByCharactersEstimator.Defaults.UseMarkerCharacters)
        => new(EnvironmentOf(catalog), useMarkerCharacters, (outputColumnName, inputColumnName ?? outputColumnName));

    public static TextNormalizingEstimator NormalizeText(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string inputColumnName = null,
        TextNormalizingEstimator.CaseMode caseMode = TextNormalizingEstimator.Defaults.Mode,
        bool keepDiacritics = TextNormalizingEstimator.Defaults.KeepDiacritics,
        bool keepPunctuations = TextNormalizingEstimator.Defaults.KeepPunctuations,
        bool keepNumbers = TextNormalizingEstimator.Defaults.KeepNumbers)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName, caseMode, keepDiacritics, keepPunctuations, keepNumbers);

    public static WordTokenizingEstimator TokenizeIntoWords(this TransformsCatalog.TextTransforms catalog, string outputColumnName,
        string inputColumnName = null, char[] separators = null)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName, separators);

    public static NgramExtractingEstimator ProduceNgrams(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string inputColumnName = null,
        int ngramLength = NgramExtractingEstimator.Defaults.NgramLength,
        int skipLength = NgramExtractingEstimator.Defaults.SkipLength,
        bool useAllLengths = NgramExtractingEstimator.Defaults.UseAllLengths,
        int maximumNgramsCount = NgramExtractingEstimator.Defaults.MaximumNgramsCount,
        NgramExtractingEstimator.WeightingCriteria weighting = NgramExtractingEstimator.Defaults.Weighting)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName, ngramLength, skipLength, useAllLengths, maximumNgramsCount, weighting);

    public static StopWordsRemovingEstimator RemoveDefaultStopWords(this TransformsCatalog.TextTransforms catalog, string outputColumnName,
        string inputColumnName = null, StopWordsRemovingEstimator.Language language = StopWordsRemovingEstimator.Language.English)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName, language);

    public static CustomStopWordsRemovingEstimator RemoveStopWords(this TransformsCatalog.TextTransforms catalog, string outputColumnName,
        string inputColumnName = null, params string[] stopwords)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName, stopwords);

    public static WordBagEstimator ProduceWordBags(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string inputColumnName = null,
        int ngramLength = NgramExtractingEstimator.Defaults.NgramLength,
        int skipLength = NgramExtractingEstimator.Defaults.SkipLength,
        bool useAllLengths = NgramExtractingEstimator.Defaults.UseAllLengths,
        int maximumNgramsCount = NgramExtractingEstimator.Defaults.MaximumNgramsCount,
        NgramExtractingEstimator.WeightingCriteria weighting = NgramExtractingEstimator.WeightingCriteria.Tf)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnName, ngramLength, skipLength, useAllLengths, maximumNgramsCount, weighting);

    public static WordBagEstimator ProduceWordBags(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string[] inputColumnNames,
        int ngramLength = NgramExtractingEstimator.Defaults.NgramLength,
        int skipLength = NgramExtractingEstimator.Defaults.SkipLength,
        bool useAllLengths = NgramExtractingEstimator.Defaults.UseAllLengths,
        int maximumNgramsCount = NgramExtractingEstimator.Defaults.MaximumNgramsCount,
        NgramExtractingEstimator.WeightingCriteria weighting = NgramExtractingEstimator.WeightingCriteria.Tf)
        => new(EnvironmentOf(catalog), outputColumnName, inputColumnNames, ngramLength, skipLength, useAllLengths, maximumNgramsCount, weighting);

    private static IHostEnvironment EnvironmentOf(TransformsCatalog.TextTransforms catalog) => Contracts.CheckRef(catalog, nameof(catalog)).GetEnvironment();
}
