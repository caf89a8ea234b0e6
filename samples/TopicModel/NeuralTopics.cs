using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>Layers of topics, trained by back-propagation; where labels are known, towards topics that tell them apart.</summary>
public sealed class NeuralTopics(IReadOnlyList<int> ranks, double? labelsKnown, int epochs) : LayeredTopicMethod(ranks)
{
    public override string Description
        => FormattableString.Invariant($"ranks {string.Join(", ", Ranks)}{(labelsKnown is { } share ? $", {100 * share:0.###} % of the labels outside the test known" : "")}");

    public override double? LabelsKnown => labelsKnown;

    public override FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress> progress, CancellationToken stop)
    {
        NeuralNmfTransformer transformer = context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = Words,
            LabelColumnName = labelsKnown is null ? null : LabelKey,
            LayerOutputColumnNames = LayerColumns,
            Ranks = Ranks,
            MaximumNumberOfIterations = epochs,
            Seed = Seed,
            Engine = Engine,
            Progress = progress,
            StoppingToken = stop,
        }).Fit(features);
        NeuralNmfModel model = transformer.Model;
        NeuralNmfEpoch end = model.Epochs[^1];
        string loss = FormattableString.Invariant($"loss {end.Loss:G6}{(labelsKnown is null ? "" : $", label loss {end.LabelLoss:G4}")}");
        return new FittedTopics(transformer, model.Phases, loss, model.Layers, () => Report.Hierarchy(model.GetHierarchy(WordsPerTopic)),
            (path, texts) => model.SaveReport(path, examinations: [transformer.Examine(texts, FittedTopics.Examination)]));
    }
}
