using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML;

/// <summary>Adds words worth factorizing to the transforms of texts, <see cref="TransformsCatalog.Text"/>.</summary>
public static class TopicWordsCatalog
{
    /// <summary>
    /// From texts to the words that topics are made of: lower case, split at everything that is not a letter, a digit or a combining mark, without stop
    /// words, rare words, frequent words and words without a letter or of one character; weighted by TF-IDF, each text scaled to length 1.
    /// </summary>
    /// <param name="catalog">The transforms of texts of an <see cref="MLContext"/>.</param>
    /// <param name="outputColumnName">The column of words to make: a vector of Single, one slot a word, named by it.</param>
    /// <param name="inputColumnName">
    /// The column of texts: Text, or a vector of Text, such as title and body, which counts as one text; null means <paramref name="outputColumnName"/>.
    /// </param>
    /// <param name="language">The language whose stop words are left out, as <c>RemoveDefaultStopWords</c> of ML.NET knows them.</param>
    /// <param name="minimumDocuments">In how many of the texts a word must occur, at least 1.</param>
    /// <param name="maximumDocumentShare">In what share of the texts a word may occur at most, above 0 and at most 1.</param>
    /// <param name="maximumNumberOfWords">The most words, at least 1, of which the most frequent are kept; null for all.</param>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a chain of ML.NET's own transformers, which a program loads without this library. The words
    /// of a text that has none of them are all 0.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    /// <exception cref="ArgumentException">A column name is empty, or <paramref name="outputColumnName"/> or the catalog is null.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Text = "The moon and the stars of the night." },
    ///     new { Text = "A comet among the stars of the night." },
    ///     new { Text = "Bread from the oven, of rye flour." },
    ///     new { Text = "The oven for a cake of flour." },
    /// });
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1)
    ///     .Append(mlContext.Transforms.Nmf("Topics", "Words", rank: 2));
    /// foreach (Topic topic in pipeline.Fit(data).FindNmf().Model.GetTopics(wordsPerTopic: 3))
    ///     Console.WriteLine($"{topic.Index}: {topic}");
    /// </code>
    /// </example>
    public static TopicWordsEstimator ProduceTopicWords(this TransformsCatalog.TextTransforms catalog, string outputColumnName,
        string? inputColumnName = null, StopWordsRemovingEstimator.Language language = StopWordsRemovingEstimator.Language.English,
        int minimumDocuments = TopicWordsEstimator.Defaults.MinimumDocuments,
        double maximumDocumentShare = TopicWordsEstimator.Defaults.MaximumDocumentShare, int? maximumNumberOfWords = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        if (inputColumnName is not null)
            ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        return catalog.ProduceTopicWords(new TopicWordsEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Language = language,
            MinimumDocuments = minimumDocuments,
            MaximumDocumentShare = maximumDocumentShare,
            MaximumNumberOfWords = maximumNumberOfWords,
        });
    }

    /// <summary>From texts to the words that topics are made of, with all options.</summary>
    /// <param name="catalog">The transforms of texts of an <see cref="MLContext"/>.</param>
    /// <param name="options">The options, which are read when this is called.</param>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a chain of ML.NET's own transformers, which a program loads without this library unless
    /// <see cref="TopicWordsEstimator.Options.CanBeSavedAsOnnx"/> is set. The words of a text that has none of them are all 0.
    /// </returns>
    /// <exception cref="ArgumentNullException">The catalog or the options are null.</exception>
    /// <exception cref="InvalidOperationException">The application loaded a version of ML.NET that this package is not made for.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Text = "La lune et les étoiles de la nuit." },
    ///     new { Text = "Une comète et les étoiles de la nuit." },
    ///     new { Text = "Du pain au four, de farine de seigle." },
    ///     new { Text = "Le four et un gâteau de farine." },
    /// });
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords(new TopicWordsEstimator.Options
    /// {
    ///     OutputColumnName = "Words",
    ///     InputColumnName = "Text",
    ///     Language = Microsoft.ML.Transforms.Text.StopWordsRemovingEstimator.Language.French,
    ///     StopWords = ["page", "chapitre"],
    ///     MinimumDocuments = 1,                    // more for more texts
    ///     MaximumNumberOfWords = 20000,
    /// }).Append(mlContext.Transforms.Nmf("Topics", "Words", rank: 2));
    /// foreach (Topic topic in pipeline.Fit(data).FindNmf().Model.GetTopics(wordsPerTopic: 3))
    ///     Console.WriteLine($"{topic.Index}: {topic}");
    /// </code>
    /// </example>
    public static TopicWordsEstimator ProduceTopicWords(this TransformsCatalog.TextTransforms catalog, TopicWordsEstimator.Options options)
    {
        MLNetVersion.Check();
        ArgumentNullException.ThrowIfNull(options);
        return Create(catalog, options);
    }

    // Apart, so that nothing of ML.NET's internals is loaded before its version is checked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TopicWordsEstimator Create(TransformsCatalog.TextTransforms catalog, TopicWordsEstimator.Options options)
        => new(ComponentHost.Register(catalog, nameof(TopicWordsEstimator)), options);
}
