using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Topics;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>A random choice of a corpus's texts, of the classes that have most of them.</summary>
internal sealed class TextSample
{
    /// <summary>The classes that texts are drawn from.</summary>
    public const int Classes = 12;

    private const int MinimumDocuments = 5;
    private const int WordsPerTopic = 10;

    private readonly MLContext _context;
    private readonly int[][] _rows;

    /// <summary>Draws texts and makes words of them.</summary>
    public TextSample(MLContext context, Corpus corpus, int texts)
    {
        _context = context;
        IEnumerable<KeyValuePair<string, int>> labels = corpus.Documents.CountBy(document => document.Label).OrderByDescending(label => label.Value);
        HashSet<string> largest = [.. labels.Take(Classes).Select(label => label.Key)];
        Document[] documents = [.. corpus.Documents.Where(document => largest.Contains(document.Label))];
        new Random(1).Shuffle(documents);
        Documents = [.. documents.Take(texts)];
        IDataView view = context.Data.LoadFromEnumerable(Documents);
        ITransformer featurizer = WordFeatures.Featurizer(context, MinimumDocuments).Fit(view);
        Words = context.Data.Cache(featurizer.Transform(view), WordFeatures.Words, WordFeatures.LabelKey);
        ITransformer counter = WordFeatures.Counter(context, MinimumDocuments).Fit(view);
        Counts = context.Data.Cache(counter.Transform(view), WordFeatures.Words);
        Featurizer = featurizer;
        IEnumerable<VBuffer<float>> rows = Words.GetColumn<VBuffer<float>>(WordFeatures.Words);
        _rows = [.. rows.Select(row => row.Items().Where(item => item.Value > 0).Select(item => item.Key).ToArray())];
    }

    /// <summary>The texts.</summary>
    public IReadOnlyList<Document> Documents { get; }

    /// <summary>TF-IDF of the words, and the labels as keys.</summary>
    public IDataView Words { get; }

    /// <summary>How often each of the same words occurs.</summary>
    public IDataView Counts { get; }

    /// <summary>Makes TF-IDF of texts.</summary>
    public ITransformer Featurizer { get; }

    /// <summary>The number of words.</summary>
    public int NumberOfWords => ((VectorDataViewType)Words.Schema[WordFeatures.Words].Type).Size;

    /// <summary>The same texts with the labels of the first ones alone.</summary>
    public IDataView WithLabels(int from, int to, int labels)
    {
        Document[] documents = [.. Documents.Take(to).Skip(from).Select((document, i) => i < labels ? document : new Document { Text = document.Text })];
        IDataView view = Featurizer.Transform(_context.Data.LoadFromEnumerable(documents));
        return _context.Data.Cache(view, WordFeatures.Words, WordFeatures.LabelKey);
    }

    /// <summary>The mean over topics of the NPMI of their first ten words in the texts.</summary>
    public double Coherence(IEnumerable<int[]> topics)
    {
        var cooccurrence = new WordCooccurrence([.. topics]);
        foreach (int[] row in _rows)
            cooccurrence.Add(row);
        return cooccurrence.NormalizedPointwiseMutualInformation().Average();
    }

    /// <summary>The mean over topics of the NPMI of their first ten words in the texts.</summary>
    public double Coherence(TopicSet topics) => Coherence(WordsOf(topics));

    /// <summary>The first ten words of each topic.</summary>
    public static int[][] WordsOf(TopicSet topics) => [.. topics.GetTopics(WordsPerTopic).Select(topic => topic.Words.Select(word => word.Feature).ToArray())];

    /// <summary>The share of different words among the first ten of all topics.</summary>
    public static double Diversity(int[][] topics) => topics.SelectMany(words => words).Distinct().Count() / (double)topics.Sum(words => words.Length);
}
