using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace TopicModel;

/// <summary>From texts to the words that topics are made of.</summary>
public static class WordFeatures
{
    /// <summary>The column of TF-IDF values, a word a slot.</summary>
    public const string Words = "Words";

    /// <summary>The column of labels as keys.</summary>
    public const string LabelKey = "LabelKey";

    // Besides the default stop words: what splitting at apostrophes leaves.
    private static readonly string[] _stopWords = ["i", "s", "t", "m", "d", "ll", "re", "ve", "don", "doesn", "didn", "isn", "wasn", "aren", "won", "couldn", "wouldn", "shouldn", "hasn", "haven", "hadn"];

    private static readonly char[] _separators = [.. " \t.,;:!?()[]{}<>\"“”‘’'`/\\|-–—_*+=&%#@$~^…•·"];

    /// <summary>
    /// TF-IDF of the words that occur in enough texts, each text scaled to length one so that long ones do not count for more.
    /// </summary>
    public static IEstimator<ITransformer> Featurizer(MLContext context, int minimumDocuments)
        => Counter(context).Append(Selector(context, minimumDocuments));

    /// <summary>TF-IDF of all words but stop words.</summary>
    public static IEstimator<ITransformer> Counter(MLContext context)
    {
        TransformsCatalog transforms = context.Transforms;
        return transforms.Conversion.MapValueToKey(LabelKey, nameof(Document.Label))
            .Append(transforms.Text.NormalizeText(Words, nameof(Document.Text), keepNumbers: false))
            .Append(transforms.Text.TokenizeIntoWords(Words, separators: _separators))
            .Append(transforms.Text.RemoveDefaultStopWords(Words))
            .Append(transforms.Text.RemoveStopWords(Words, stopwords: _stopWords))
            .Append(transforms.Conversion.MapValueToKey(Words))
            .Append(transforms.Text.ProduceNgrams(Words, ngramLength: 1, useAllLengths: false, weighting: NgramExtractingEstimator.WeightingCriteria.TfIdf));
    }

    /// <summary>Of those the words that occur in enough texts, each text scaled to length one.</summary>
    public static IEstimator<ITransformer> Selector(MLContext context, int minimumDocuments)
        => context.Transforms.FeatureSelection.SelectFeaturesBasedOnCount(Words, count: minimumDocuments).Append(context.Transforms.NormalizeLpNorm(Words));

    /// <summary>Fits the featurizer.</summary>
    /// <exception cref="InvalidDataException">No word is left.</exception>
    public static ITransformer Fit(MLContext context, IDataView documents, int minimumDocuments)
    {
        ITransformer counter = Counter(context).Fit(documents);
        IDataView counts = counter.Transform(documents);
        // ML.NET gives an empty vocabulary a vector of no size, and one of which nothing is selected a vector of one slot without a name.
        if (counts.Schema[Words].Type is VectorDataViewType { IsKnownSize: false })
            throw new InvalidDataException("The texts have no words but stop words. Give other texts, or another column with --text.");
        ITransformer selector = Selector(context, minimumDocuments).Fit(counts);
        if (!selector.Transform(counts).Schema[Words].HasSlotNames())
            throw new InvalidDataException($"No word but stop words occurs in {minimumDocuments} or more of the texts. Give a lower --min-documents.");
        return counter.Append(selector);
    }
}
