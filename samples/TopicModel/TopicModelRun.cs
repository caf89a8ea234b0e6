using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>From texts to topics to a classifier to a model file, and back.</summary>
public sealed class TopicModelRun(Corpus corpus, TopicMethod method)
{
    private const int Seed = 1;

    private readonly MLContext _context = new(Seed);

    public required int MinimumDocuments { get; init; }

    public required string Output { get; init; }

    public void Run()
    {
        var clock = Stopwatch.StartNew();
        IDataView documents = _context.Data.LoadFromEnumerable(corpus.Documents);
        ITransformer featurizer = WordFeatures.Featurizer(_context, MinimumDocuments).Fit(documents);
        IDataView features = _context.Data.Cache(featurizer.Transform(documents), nameof(Document.Label), WordFeatures.LabelKey, WordFeatures.Words);
        var words = (VectorDataViewType)features.Schema[WordFeatures.Words].Type;
        Report.Say($"{corpus.Name}: {corpus.Documents.Count:N0} texts, {words.Size:N0} words in {MinimumDocuments} or more of them, {Seconds(clock)}.");

        clock.Restart();
        FittedTopics topics = Report.WithProgress(progress => method.Fit(_context, features, progress));
        TrainingIteration end = topics.Phases[^1].History.Last;
        Report.Say($"Factorized, {method.Description}: {topics.Phases.Sum(p => p.History.Count - 1)} iterations in {topics.Phases.Sum(p => p.History.Last.Seconds):F1} s, {Seconds(clock)} with reading and start; reconstruction error {end.Divergence:G6}.");
        topics.Print();

        clock.Restart();
        // The trainer passes over its data many times.
        IDataView activations = _context.Data.Cache(topics.Transformer.Transform(features), TopicMethod.Topics, WordFeatures.LabelKey, WordFeatures.Words);
        DataOperationsCatalog.TrainTestData parts = _context.Data.TrainTestSplit(activations, testFraction: 0.2, seed: Seed);
        ITransformer classifier = Classify(TopicMethod.Topics, parts, out MulticlassClassificationMetrics byTopics);
        Classify(WordFeatures.Words, parts, out MulticlassClassificationMetrics byWords);
        Report.Accuracies(method.Size, byTopics, words.Size, byWords);
        Report.Say($"Two classifiers trained on four fifths of the texts and tested on the rest, {Seconds(clock)}.");

        SaveAndLoad(featurizer.Append(topics.Transformer).Append(classifier), documents.Schema);
        Report.Say($"Peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB.");
    }

    private static string Seconds(Stopwatch clock) => FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:F1} s");

    private ITransformer Classify(string column, DataOperationsCatalog.TrainTestData parts, out MulticlassClassificationMetrics metrics)
    {
        // Activations and unit-length texts are small numbers: the default penalties of the trainer would leave nothing of its weights.
        var trainer = _context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new()
        {
            LabelColumnName = WordFeatures.LabelKey,
            FeatureColumnName = column,
            L1Regularization = 0,
            L2Regularization = 1e-2f,
            MaximumNumberOfIterations = 50,
            HistorySize = 5,
        });
        var model = trainer.Fit(parts.TrainSet);
        IDataView predicted = model.Transform(parts.TestSet);
        metrics = _context.MulticlassClassification.Evaluate(predicted, labelColumnName: WordFeatures.LabelKey);
        return model.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(predicted));
    }

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
