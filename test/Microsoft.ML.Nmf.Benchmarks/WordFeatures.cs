using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Transforms.Text;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks;

/// <summary>From texts to the words that topics are made of, as when the figures of docs/performance.md were measured.</summary>
internal static class WordFeatures
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
        => Selected(context, minimumDocuments, NgramExtractingEstimator.WeightingCriteria.TfIdf).Append(context.Transforms.NormalizeLpNorm(Words));

    /// <summary>How often the words that occur in enough texts do in each.</summary>
    public static IEstimator<ITransformer> Counter(MLContext context, int minimumDocuments)
        => Selected(context, minimumDocuments, NgramExtractingEstimator.WeightingCriteria.Tf);

    /// <summary>The column of words in memory.</summary>
    public static ExampleMatrix Matrix(IDataView features)
        => ExampleReader.Read(features, FeatureColumn.Find(features, Words), null, ReadingPlan.Plain, () => { }).Examples;

    private static EstimatorChain<ITransformer> Selected(MLContext context, int minimumDocuments, NgramExtractingEstimator.WeightingCriteria weighting)
    {
        TransformsCatalog transforms = context.Transforms;
        return transforms.Conversion.MapValueToKey(LabelKey, nameof(Document.Label))
            .Append(transforms.Text.NormalizeText(Words, nameof(Document.Text), keepNumbers: false))
            .Append(transforms.Text.TokenizeIntoWords(Words, separators: _separators))
            .Append(transforms.Text.RemoveDefaultStopWords(Words))
            .Append(transforms.Text.RemoveStopWords(Words, stopwords: _stopWords))
            .Append(transforms.Conversion.MapValueToKey(Words))
            .Append(transforms.Text.ProduceNgrams(Words, ngramLength: 1, useAllLengths: false, weighting: weighting))
            .Append<ITransformer>(transforms.FeatureSelection.SelectFeaturesBasedOnCount(Words, count: minimumDocuments));
    }
}
