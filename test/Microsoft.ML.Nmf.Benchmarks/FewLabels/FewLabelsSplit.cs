using Microsoft.ML.Data;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>A text's words and its class, which is empty where it is not known.</summary>
internal sealed class WordRow
{
    public VBuffer<float> Words { get; set; }

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
        IDataView features = featurizer.Transform(training);

        Features = ((VectorDataViewType)features.Schema[WordFeatures.Words].Type).Size;
        _schema = SchemaDefinition.Create(typeof(WordRow));
        _schema[nameof(WordRow.Words)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        // Every view has the same keys, also where it has none of a class; an empty label becomes a missing key.
        IEnumerable<string> names = documents.Select(d => d.Label).Distinct().Order(StringComparer.Ordinal);
        IDataView classes = context.Data.LoadFromEnumerable(names.Select(name => new ClassName { Name = name }));
        _training = Read(features);
        _keys = context.Transforms.Conversion.MapValueToKey(WordFeatures.LabelKey, nameof(WordRow.Label), keyData: classes).Fit(Load(_training));
        Test = View(Read(featurizer.Transform(test)));
    }

    /// <summary>The number of words.</summary>
    public int Features { get; }

    /// <summary>The number of texts to learn from.</summary>
    public int TrainingCount => _training.Length;

    /// <summary>The texts that are held out, with their labels.</summary>
    public IDataView Test { get; }

    /// <summary>The texts to learn from, with a number of labels.</summary>
    public IDataView Training(int labels) => View(_training.Select((row, i) => i < labels ? row : new WordRow { Words = row.Words }));

    /// <summary>Those of them whose labels are known.</summary>
    public IDataView Labelled(int labels) => View(_training.Take(labels));

    // The rows are in random order, so that the first ones are a random choice.
    private IDataView View(IEnumerable<WordRow> rows) => _keys.Transform(Load([.. rows]));

    private IDataView Load(WordRow[] rows) => _context.Data.LoadFromEnumerable(rows, _schema);

    private WordRow[] Read(IDataView view) => [.. _context.Data.CreateEnumerable<WordRow>(view, reuseRowObject: false)];

    private sealed class ClassName
    {
        public string Name { get; set; } = "";
    }
}
