using Microsoft.ML.Data;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>A text, its words and its class, which is empty where it is not known.</summary>
internal sealed record WordRow
{
    public string Text { get; set; } = "";

    /// <summary>The TF-IDF of its words.</summary>
    public VBuffer<float> Words { get; set; }

    /// <summary>How often each word is in it.</summary>
    public VBuffer<float> Counts { get; set; }

    public string Label { get; set; } = "";
}

/// <summary>Texts of which a fifth is held out at random. What the words are and how they count is learned from the others.</summary>
internal sealed class FewLabelsSplit
{
    private const double TestFraction = 0.2;
    private const int MinimumDocuments = 5;

    private readonly MLContext _context;
    private readonly WordRow[] _training;
    private readonly SchemaDefinition _schema;
    private readonly ITransformer _keys;

    public FewLabelsSplit(MLContext context, IReadOnlyList<Document> documents, int seed)
    {
        _context = context;
        Document[] order = [.. documents];
        new Random(seed).Shuffle(order);
        int held = (int)Math.Round(TestFraction * order.Length);
        IDataView training = context.Data.LoadFromEnumerable(order[held..]), test = context.Data.LoadFromEnumerable(order[..held]);
        ITransformer featurizer = WordFeatures.Featurizer(context, MinimumDocuments).Fit(training);
        ITransformer counter = WordFeatures.Counter(context, MinimumDocuments).Fit(training);

        Features = ((VectorDataViewType)featurizer.GetOutputSchema(training.Schema)[WordFeatures.Words].Type).Size;
        _schema = SchemaDefinition.Create(typeof(WordRow));
        foreach (string words in new[] { nameof(WordRow.Words), nameof(WordRow.Counts) })
            _schema[words].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        // Every view has the same keys, also where it has none of a class; an empty label becomes a missing key.
        IEnumerable<string> names = documents.Select(d => d.Label).Distinct().Order(StringComparer.Ordinal);
        IDataView classes = context.Data.LoadFromEnumerable(names.Select(name => new ClassName { Name = name }));
        _training = Read(training);
        _keys = context.Transforms.Conversion.MapValueToKey(WordFeatures.LabelKey, nameof(WordRow.Label), keyData: classes).Fit(Load(_training));
        Test = View(Read(test));

        WordRow[] Read(IDataView documents) => [.. Copies(featurizer.Transform(documents))
            .Zip(Copies(counter.Transform(documents)), context.Data.CreateEnumerable<Document>(documents, reuseRowObject: false))
            .Select(row => new WordRow { Text = row.Third.Text, Label = row.Third.Label, Words = row.First, Counts = row.Second })];
    }

    // A column hands out one buffer over and over.
    private static IEnumerable<VBuffer<float>> Copies(IDataView view) => view.GetColumn<VBuffer<float>>(WordFeatures.Words).Select(words =>
    {
        VBuffer<float> copy = default;
        words.CopyTo(ref copy);
        return copy;
    });

    /// <summary>The number of words.</summary>
    public int Features { get; }

    /// <summary>The number of texts to learn from.</summary>
    public int TrainingCount => _training.Length;

    /// <summary>The texts that are held out, with their labels.</summary>
    public IDataView Test { get; }

    /// <summary>The texts to learn from, with a number of labels.</summary>
    public IDataView Training(int labels) => View(_training.Select((row, i) => i < labels ? row : row with { Label = "" }));

    /// <summary>Those of them whose labels are known.</summary>
    public IDataView Labelled(int labels) => View(_training.Take(labels));

    // The rows are in random order, so that the first ones are a random choice.
    private IDataView View(IEnumerable<WordRow> rows) => _keys.Transform(Load([.. rows]));

    private IDataView Load(WordRow[] rows) => _context.Data.LoadFromEnumerable(rows, _schema);

    private sealed class ClassName
    {
        public string Name { get; set; } = "";
    }
}
