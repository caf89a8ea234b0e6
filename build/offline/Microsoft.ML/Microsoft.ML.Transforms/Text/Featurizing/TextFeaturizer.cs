using static Microsoft.ML.Transforms.Text.TextFeaturizingEstimator;

namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Fits the transformers that featurize texts, one after another, over columns of passing names.</summary>
internal sealed class TextFeaturizer(IHost host, Options options, string outputColumn, string[] inputColumns)
{
    private readonly List<string> _passing = [];
    private TransformerChain<ITransformer> _chain = new();
    private IDataView _view;

    public TransformerChain<ITransformer> Fit(IDataView input)
    {
        _view = input;
        bool hasTokens = !string.IsNullOrEmpty(options.OutputTokensColumnName);
        string text = Normalize(Join());
        string words = options.WordFeatureExtractor is not null || options.StopWordsRemoverOptions is not null || hasTokens ? RemoveStopWords(Tokenize(text)) : null;
        string wordFeatures = options.WordFeatureExtractor is { } ofWords ? Extract(ToKeys(words, ofWords), ofWords, "WordExtractor") : null;
        if (hasTokens)
            Append(new ColumnConcatenatingTransformer(host, options.OutputTokensColumnName, words));
        // Characters come from the words only where words were left out.
        string charFeatures = options.CharFeatureExtractor is { } ofChars
            ? Extract(ToCharacters(options.StopWordsRemoverOptions is null ? text : words), ofChars, "CharExtractor")
            : null;

        Concatenate(Scale(charFeatures, "LpCharNorm"), Scale(wordFeatures, "LpWordNorm"));
        Append(new ColumnSelectingTransformer(host, null, [.. _passing]));
        return _chain;
    }

    private string Join()
    {
        if (inputColumns.Length == 1)
            return inputColumns[0];
        string joined = Passing(outputColumn, "InitialConcat");
        Append(new ColumnConcatenatingTransformer(host, joined, inputColumns));
        return joined;
    }

    private string Normalize(string text)
    {
        bool changesNothing = options.CaseMode == TextNormalizingEstimator.CaseMode.None && options.KeepDiacritics && options.KeepPunctuations && options.KeepNumbers;
        return changesNothing ? text : Fit(text, "TextNormalizer", name => new TextNormalizingEstimator(host, name, text, options.CaseMode, options.KeepDiacritics, options.KeepPunctuations, options.KeepNumbers));
    }

    private string Tokenize(string text) => Fit(text, "WordTokenizer", name => new WordTokenizingEstimator(host, name, text));

    private string RemoveStopWords(string words) => options.StopWordsRemoverOptions switch
    {
        null => words,
        CustomStopWordsRemovingEstimator.Options own => Fit(words, "StopWordsRemoverTransform", name => new CustomStopWordsRemovingEstimator(host, name, words, own.StopWords)),
        StopWordsRemovingEstimator.Options known => Fit(words, "StopWordsRemoverTransform", name => new StopWordsRemovingEstimator(host, name, words, LanguageOf(known))),
        _ => throw host.ExceptUserArg(nameof(options.StopWordsRemoverOptions)),
    };

    private string ToKeys(string words, WordBagEstimator.Options extractor)
        => Fit(words, "Keys", name => new ValueToKeyMappingEstimator(host, name, words,
            maximumNumberOfKeys: extractor.MaximumNgramsCount is { Length: > 0 } counts ? counts[0] : NgramExtractingEstimator.Defaults.MaximumNgramsCount));

    private string ToCharacters(string text) => Fit(text, "CharTokenizer", name => new TokenizingByCharactersEstimator(host, columns: (name, text)));

    private string Extract(string keys, WordBagEstimator.Options extractor, string tag)
        => Fit(outputColumn, tag, name => new NgramExtractingEstimator(host, new NgramExtractingEstimator.ColumnOptions(name, extractor.NgramLength,
            extractor.SkipLength, extractor.UseAllLengths, extractor.Weighting, extractor.MaximumNgramsCount, keys)));

    private string Scale(string features, string tag) => features is null || options.Norm == NormFunction.None
        ? features
        : Fit(features, tag, name => new LpNormNormalizingEstimator(host, name, features, options.Norm switch
        {
            NormFunction.L1 => LpNormNormalizingEstimatorBase.NormFunction.L1,
            NormFunction.Infinity => LpNormNormalizingEstimatorBase.NormFunction.Infinity,
            _ => LpNormNormalizingEstimatorBase.NormFunction.L2,
        }));

    // Slots of both kinds tell the kind in their name; otherwise they keep the names that they have.
    private void Concatenate(string charFeatures, string wordFeatures)
    {
        (string, string)[] sources = (charFeatures, wordFeatures) switch
        {
            (not null, not null) => [(charFeatures, "Char"), (wordFeatures, "Word")],
            (not null, null) => [(charFeatures, charFeatures)],
            (null, not null) => [(wordFeatures, wordFeatures)],
            _ => [],
        };
        if (sources.Length > 0)
            Append(new ColumnConcatenatingTransformer(host, new ColumnConcatenatingTransformer.ColumnOptions(outputColumn, sources)));
    }

    private string Fit<TTransformer>(string source, string tag, Func<string, IEstimator<TTransformer>> estimator)
        where TTransformer : class, ITransformer
    {
        string name = Passing(source, tag);
        Append(estimator(name).Fit(_view));
        return name;
    }

    private void Append(ITransformer transformer)
    {
        _view = transformer.Transform(_view);
        _chain = _chain.Append(transformer);
    }

    private string Passing(string source, string tag)
    {
        string name = $"{source}_{tag}";
        while (_view.Schema.GetColumnOrNull(name) is not null)
            name = $"_{name}";
        _passing.Add(name);
        return name;
    }

    private StopWordsRemovingEstimator.Language LanguageOf(StopWordsRemovingEstimator.Options stopWords)
    {
        host.Check(Enum.IsDefined(stopWords.Language));
        return Enum.Parse<StopWordsRemovingEstimator.Language>(stopWords.Language.ToString());
    }
}
