using System.Diagnostics;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>What the two losses of a neural factorization make of the same texts: topics, and accuracy on texts that are held out.</summary>
internal static class LossTable
{
    private const double TestShare = 0.2;

    private static readonly int[] _ranks = [30, 12];

    private static readonly double[] _shares = [0.01, 0.05, 1];

    public static void Print(MLContext context, TextSample sample)
    {
        int training = (int)((1 - TestShare) * sample.Documents.Count);
        IDataView test = sample.WithLabels(training, sample.Documents.Count, int.MaxValue);
        IEnumerable<string> accuracies = _shares.SelectMany(share =>
            new[] { FormattableString.Invariant($"linear, {100 * share:F0} %"), FormattableString.Invariant($"own scores, {100 * share:F0} %") });
        var table = new MarkdownTable(["loss", "s", "NPMI, fine", "NPMI, coarse", "different words, fine", "nearest, fine", .. accuracies]);
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            var clock = Stopwatch.StartNew();
            NeuralNmfTransformer unguided = Fit(context, sample.WithLabels(0, training, 0), loss, withLabels: false);
            double seconds = clock.Elapsed.TotalSeconds;
            TopicLayer fine = unguided.Model.Layers[0];
            double[,] similarity = fine.GetSimilarity();
            double nearest = Enumerable.Range(0, fine.Rank).Average(k => Enumerable.Range(0, fine.Rank).Max(l => l == k ? 0 : similarity[k, l]));
            string[] cells =
            [
                .. _shares.SelectMany(share =>
                {
                    int labels = (int)(share * training);
                    IDataView data = sample.WithLabels(0, training, labels);
                    NeuralNmfTransformer guided = Fit(context, data, loss, withLabels: true);
                    double own = context.MulticlassClassification.Evaluate(guided.Transform(test), WordFeatures.LabelKey).MicroAccuracy;
                    double linear = Linear(context, unguided, sample.WithLabels(0, labels, labels), test);
                    return new[] { MarkdownTable.Number(100 * linear, 1), MarkdownTable.Number(100 * own, 1) };
                }),
            ];
            table.Row([
                loss.ToString(), MarkdownTable.Number(seconds, 1), MarkdownTable.Number(sample.Coherence(fine), 3),
                MarkdownTable.Number(sample.Coherence(unguided.Model.Deepest), 3),
                MarkdownTable.Number(TextSample.Diversity(TextSample.WordsOf(fine)), 2), MarkdownTable.Number(nearest, 2), .. cells]);
        }
    }

    private static NeuralNmfTransformer Fit(MLContext context, IDataView data, NeuralNmfLoss loss, bool withLabels)
        => context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            LayerOutputColumnNames = ["Fine"],
            InputColumnName = WordFeatures.Words,
            LabelColumnName = withLabels ? WordFeatures.LabelKey : null,
            Ranks = _ranks,
            Loss = loss,
            // What the loss makes of the topics is to show, not what words add to it.
            ScoreSource = NeuralNmfScoreSource.DeepestTopics,
            Seed = 1,
        }).Fit(data);

    // A linear classifier on the activations of all layers.
    private static double Linear(MLContext context, NeuralNmfTransformer model, IDataView labelled, IDataView test)
    {
        IEstimator<ITransformer> estimator = context.Transforms.Concatenate("Activations", "Fine", "Topics").AppendCacheCheckpoint(context)
            .Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
                new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = WordFeatures.LabelKey, FeatureColumnName = "Activations" }));
        ITransformer classifier = estimator.Fit(model.Transform(labelled));
        return context.MulticlassClassification.Evaluate(classifier.Transform(model.Transform(test)), WordFeatures.LabelKey).MicroAccuracy;
    }
}
