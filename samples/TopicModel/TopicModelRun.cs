using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>From texts to topics to a classifier to a model file, and back.</summary>
public sealed class TopicModelRun(Corpus corpus, TopicMethod method)
{
    private const int Seed = 1;
    private const string AllTopics = "AllTopics";

    private readonly MLContext _context = new(Seed);

    public required int MinimumDocuments { get; init; }

    public required string Output { get; init; }

    public string? ReportPage { get; init; }

    public string? TablePath { get; init; }

    public void Run()
    {
        var clock = Stopwatch.StartNew();
        IDataView documents = _context.Data.LoadFromEnumerable(corpus.Documents);
        ITransformer featurizer = FitFeaturizer(documents);
        TextParts parts = TextParts.Of(_context, corpus.Documents, method.LabelsKnown);
        IDataView features = Cache(Transform(featurizer, parts.All));
        int words = ((VectorDataViewType)features.Schema[TopicMethod.Words].Type).Size;
        Report.Say($"{corpus.Name}: {corpus.Documents.Count:N0} texts, {words:N0} words in {MinimumDocuments} or more of them, {Seconds(clock)}.");

        clock.Restart();
        FittedTopics topics;
        using (var key = new StopKey())
            topics = Report.WithProgress(progress => method.Fit(_context, features, progress, key.Pressed));
        if (topics.Phases[^1].History.End == TrainingEnd.Stopped)
            Report.Say($"Stopped; going on with the topics as they are.");
        Report.Say($"Factorized, {method.Description}: {topics.Phases.Sum(p => p.History.Count - 1)} iterations in {topics.Phases.Sum(p => p.History.Last.Seconds):F1} s, {Seconds(clock)} with reading and start; {topics.End}.");
        topics.Print();
        if (ReportPage is { } page)
        {
            clock.Restart();
            topics.SaveReport(page, Transform(featurizer, parts.All));
            Report.Say($"Examined the topics in the texts and wrote {page}, {Seconds(clock)}.");
        }

        if (TablePath is { } table)
        {
            TopicTable.Save(table, topics.Layers);
            Report.Say($"Wrote the words of the topics to {table}.");
        }

        clock.Restart();
        // The trainer passes over its data many times.
        ITransformer toTopics = featurizer.Append(topics.Transformer);
        IDataView training = Cache(Transform(toTopics, parts.Training), method.Columns), test = Cache(Transform(toTopics, parts.Test), method.Columns);
        ITransformer classifier = ClassifyByTopics(training, test, out MulticlassClassificationMetrics byTopics);
        ClassifyByWords(training, test, out MulticlassClassificationMetrics byWords);
        var accuracies = new List<(string, MulticlassClassificationMetrics)>
        {
            (FormattableString.Invariant($"{method.Size} topics{(method.Columns.Length > 1 ? ", all layers" : "")}"), byTopics),
            (FormattableString.Invariant($"{words:N0} words (TF-IDF)"), byWords),
        };
        if (method.LabelsKnown is not null)
        {
            // The topics come with a classifier of their own, which then is the one to keep.
            classifier = LabelNames(test);
            accuracies.Insert(0, ("the model's own scores", Evaluate(test)));
        }

        Report.Accuracies(accuracies);
        Report.Say(method.LabelsKnown is null
            ? $"Two classifiers trained on four fifths of the texts and tested on the rest, {Seconds(clock)}."
            : (FormattableString)$"Two classifiers trained on the {parts.Training.Count:N0} texts whose labels are known; all tested on {parts.Test.Count:N0} texts whose labels were not shown, {Seconds(clock)}.");

        SaveAndLoad(toTopics.Append(classifier), documents.Schema);
        Report.Say($"Peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB.");
    }

    private static string Seconds(Stopwatch clock) => FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:F1} s");

    private IDataView Transform(ITransformer transformer, IReadOnlyList<Document> documents) => transformer.Transform(_context.Data.LoadFromEnumerable(documents));

    private IDataView Cache(IDataView view, params string[] columns) => _context.Data.Cache(view, [TopicMethod.LabelKey, TopicMethod.Words, .. columns]);

    // Labels as keys, texts as words.
    private ITransformer FitFeaturizer(IDataView documents)
    {
        var featurizer = _context.Transforms.Conversion.MapValueToKey(TopicMethod.LabelKey, nameof(Document.Label))
            .Append(_context.Transforms.Text.ProduceTopicWords(TopicMethod.Words, nameof(Document.Text), minimumDocuments: MinimumDocuments));
        try
        {
            return featurizer.Fit(documents);
        }
        catch (InvalidOperationException problem)
        {
            throw new InvalidDataException($"{problem.Message} MinimumDocuments is --min-documents here, and the column of texts --text.");
        }
    }

    private ITransformer ClassifyByTopics(IDataView training, IDataView test, out MulticlassClassificationMetrics metrics)
        => Classify(_context.Transforms.Concatenate(AllTopics, method.Columns)
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(TopicMethod.LabelKey, AllTopics)), training, test, out metrics);

    // Texts of length one are of small numbers: the default penalties of the trainer would leave nothing of its weights.
    private ITransformer ClassifyByWords(IDataView training, IDataView test, out MulticlassClassificationMetrics metrics)
        => Classify(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new()
        {
            LabelColumnName = TopicMethod.LabelKey,
            FeatureColumnName = TopicMethod.Words,
            L1Regularization = 0,
            L2Regularization = 1e-2f,
            MaximumNumberOfIterations = 50,
            HistorySize = 5,
        }), training, test, out metrics);

    private ITransformer Classify(IEstimator<ITransformer> trainer, IDataView training, IDataView test, out MulticlassClassificationMetrics metrics)
    {
        ITransformer model = trainer.Fit(training);
        IDataView predicted = model.Transform(test);
        metrics = Evaluate(predicted);
        return model.Append(LabelNames(predicted));
    }

    private MulticlassClassificationMetrics Evaluate(IDataView predicted) => _context.MulticlassClassification.Evaluate(predicted, labelColumnName: TopicMethod.LabelKey);

    private ITransformer LabelNames(IDataView predicted) => _context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(predicted);

    private void SaveAndLoad(ITransformer pipeline, DataViewSchema schema)
    {
        _context.Model.Save(pipeline, schema, Output);
        var fresh = new MLContext();
        ITransformer loaded = fresh.Model.Load(Output, out _);
        Document[] some = [.. corpus.Documents.Where((_, i) => i % Math.Max(corpus.Documents.Count / 5, 1) == 0).Take(5)];
        Prediction[] before = Predict(_context, pipeline, some), after = Predict(fresh, loaded, some);
        for (int i = 0; i < some.Length; i++)
        {
            if (before[i].PredictedLabel != after[i].PredictedLabel || !before[i].Topics.AsSpan().SequenceEqual(after[i].Topics))
                throw new InvalidDataException($"The model read back from {Output} predicts otherwise than the one that was saved.");
        }

        Report.Say($"Saved {Output} ({new FileInfo(Output).Length / 1e6:F1} MB) and loaded it in a fresh context, which predicts the same to the bit:");
        Report.Predictions(some, after);
    }

    private static Prediction[] Predict(MLContext context, ITransformer model, IEnumerable<Document> documents)
        => [.. context.Data.CreateEnumerable<Prediction>(model.Transform(context.Data.LoadFromEnumerable(documents)), reuseRowObject: false)];
}

/// <summary>What the pipeline says of a text.</summary>
public sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Topics { get; set; } = [];
}
