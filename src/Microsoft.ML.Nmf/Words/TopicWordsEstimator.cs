using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Words;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Chooses the words of texts that topics are made of, and makes a pipeline of ML.NET's own transforms that counts and weighs them: NormalizeText,
/// TokenizeIntoWords (or a splitter of this library), MapValueToKey and MapKeyToVector with the words that were chosen, NormalizeMinMax whose scales are the
/// weights, NormalizeLpNorm. Made by <c>mlContext.Transforms.Text.ProduceTopicWords(…)</c>.
/// </summary>
public sealed partial class TopicWordsEstimator : IEstimator<ITransformer>
{
    private readonly ComponentHost _host;
    private readonly Options _options;

    internal TopicWordsEstimator(ComponentHost host, Options options)
    {
        _host = host;
        _options = options.Copy();
    }

    private string Input => _options.InputColumnName ?? _options.OutputColumnName;

    private string Output => _options.OutputColumnName;

    /// <summary>Chooses the words of the texts of <paramref name="input"/>, which it reads once.</summary>
    /// <param name="input">Data with the column of texts.</param>
    /// <returns>
    /// A chain of ML.NET's own transformers, but for one where <see cref="Options.CanBeSavedAsOnnx"/> is set. It adds the column of words, whose slots are in
    /// the order of the words' character codes; the columns between are hidden.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The column of texts is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no texts, or no word is left.</exception>
    /// <exception cref="OperationCanceledException">The context's execution was cancelled.</exception>
    public ITransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema.GetColumnOrNull(Input) is not { } column)
            throw FeatureColumn.Missing("input", Input, input.Schema.Where(c => !c.IsHidden).Select(c => c.Name));
        Check(ColumnType.Of(column.Type));
        using LogChannel log = _host.OpenLog("Words");
        IDataView lowered = Lower().Fit(input).Transform(input);
        WordCount count = WordCount.Of(lowered, lowered.Schema[Output], _host);
        List<WordDocuments> words = Vocabulary.Choose(count, _options, new StopWordFilter(_host, _options.Language, _options.StopWords), Input);
        log.Info(string.Create(CultureInfo.InvariantCulture,
            $"Words of column '{Input}': {words.Count:N0} of {count.Words.Count():N0}, from {count.Documents:N0} texts."));
        ITransformer counts = Lower().Append(Count(count.GetSeparators(), words)).Fit(input);
        return _options.Weighting == TopicWordsWeighting.Counts ? counts : counts.Append(Weigh(words, count.Documents));
    }

    /// <summary>The schema that transforming will give.</summary>
    /// <param name="inputSchema">The shape of the data's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of texts is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        SchemaShape.Column column = inputSchema.FirstOrDefault(c => c.Name == Input);
        if (column.Name is null)
            throw FeatureColumn.Missing("input", Input, inputSchema.Select(c => c.Name));
        Check(ColumnType.Of(column));
        SchemaShape counts = Lower().Append(Count([' '], [])).GetOutputSchema(inputSchema);
        return _options.Weighting == TopicWordsWeighting.Counts ? counts : Scale().Append(Norm()).GetOutputSchema(counts);
    }

    private void Check(ColumnType type)
    {
        if (type.Item is TextDataViewType)
            return;
        throw new ArgumentOutOfRangeException("inputColumnName", Input, $"Input column '{Input}' is of type {type.Name}, but must be Text or a vector of Text. "
            + (type.IsKey ? "Make text of its keys first, with Conversion.MapKeyToValue." : "Name the column that holds the texts."));
    }

    // Each step takes the place of the column before it, which it hides.
    private IEstimator<ITransformer> Lower() => _host.Transforms.Text.NormalizeText(Output, Input, keepDiacritics: true);

    // ProduceNgrams would count all unknown words as a word more.
    private IEstimator<ITransformer> Count(char[] separators, IReadOnlyList<WordDocuments> words)
    {
        TransformsCatalog transforms = _host.Transforms;
        IDataView vocabulary = _host.Data.LoadFromEnumerable(words.Select(word => new VocabularyWord { Word = word.Word }));
        IEstimator<ITransformer> split = _options.CanBeSavedAsOnnx
            ? new WordSplittingEstimator(_host, Output)
            : transforms.Text.TokenizeIntoWords(Output, separators: separators);
        return split
            .Append(transforms.Conversion.MapValueToKey(Output, keyData: vocabulary))
            .Append(transforms.Conversion.MapKeyToVector(Output, outputCountVector: true));
    }

    private IEstimator<ITransformer> Scale() => _host.Transforms.NormalizeMinMax(Output, fixZero: true);

    // It divides by the largest value that it was fitted to: fitted to 0 and the inverse of a weight it multiplies by the weight, fitted to 0 alone by 0.
    private ITransformer Weigh(List<WordDocuments> words, int documents)
    {
        float[] inverse = [.. words.Select(word => word.Documents < documents ? (float)(1 / Math.Log((double)documents / word.Documents)) : 0)];
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Inverses));
        SchemaDefinition.Column column = schema[nameof(Inverses.Values)];
        column.ColumnName = Output;
        column.ColumnType = new VectorDataViewType(NumberDataViewType.Single, inverse.Length);
        Inverses[] rows = [new Inverses { Values = new float[inverse.Length] }, new Inverses { Values = inverse }];
        return Scale().Append(Norm()).Fit(_host.Data.LoadFromEnumerable(rows, schema));
    }

    private IEstimator<ITransformer> Norm() => _host.Transforms.NormalizeLpNorm(Output);

    private sealed class VocabularyWord
    {
        public string Word { get; set; } = "";
    }

    private sealed class Inverses
    {
        public float[] Values { get; set; } = [];
    }
}
