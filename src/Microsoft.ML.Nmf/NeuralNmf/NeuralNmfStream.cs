using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>Neural NMF from statistics of rows.</summary>
/// <param name="options">Resolved options.</param>
/// <param name="features">The features of the data.</param>
/// <param name="labels">The number of classes, 0 without labels, and the share of rows that have one.</param>
/// <param name="column">The name of the feature column.</param>
/// <param name="checkAlive">Throws when the training has been cancelled.</param>
/// <param name="make">Makes the transformer of a result: its rows, what topics were called before, and the statistics that it keeps.</param>
internal sealed class NeuralNmfStream(
    NeuralNmfEstimator.Options options, (int Count, string[]? Names) features, (int Classes, double Share) labels, string column, Action checkAlive,
    Func<NeuralNmfResult, int, NeuralNmfTransformer?, TrainingStatistics?, NeuralNmfTransformer> make) : StreamedPlan<NeuralNmfTransformer>
{
    private double[]? _classification;

    /// <inheritdoc />
    public override string Phase => NeuralNmfTraining.AllLayers;

    /// <inheritdoc />
    public override IReadOnlyList<FactorMatrix> Start(ComputeEngine engine, ExampleMatrix sample, uint[] keys, ITrainingMonitor monitor)
    {
        // A class that the first rows lack has a row of zeros.
        bool hasLabels = keys.Any(key => key != 0);
        NeuralNmfResult start = NeuralNmfTraining.Run(
            engine, sample, StreamedTraining.ForStart(options, StreamedTraining.FewIterations), StreamedTraining.Quietly(monitor), hasLabels ? keys : [],
            hasLabels ? labels.Classes : 0);
        _classification = start.Classification;
        return start.Templates;
    }

    /// <inheritdoc />
    public override (IReadOnlyList<FactorMatrix> Start, TrainingStatistics? Before) GoOnFrom(NeuralNmfTransformer previous, Action<string> warn)
    {
        NeuralNmfModel model = previous.Model;
        bool areGiven = options.InitialTemplates?.Any(templates => templates is not null) == true;
        GoingOn.Check(BetaDivergence.Euclidean, [.. model.Layers.Select(layer => layer.Rank)], BetaDivergence.Euclidean, options.Ranks, areGiven);
        if (!options.IsAutomatic)
        {
            throw new ArgumentException("A previous model is given, but the optimizer is Adam or ProjectedGradient, and a training goes on with the automatic one. Leave "
                + "Optimizer out, or train without the model.", nameof(previous));
        }

        if (model.Loss != options.Loss)
        {
            throw new ArgumentException($"The previous model has the loss {model.Loss} and the estimator {options.Loss}: a training goes on with the loss that it had. Set "
                + "the Loss of the model, or train without it.", nameof(previous));
        }

        FactorMatrix[] templates = [.. model.Layers.Select(layer => layer.Templates)];
        FeatureMatch match = FeatureMatch.Of(features.Names, features.Count, model.FeatureNames, templates[0].Rows, column, warn);
        return ([match.Match(templates[0]), .. templates.Skip(1)], GoingOn.Before(model.Statistics, match, options.ForgettingFactor));
    }

    /// <inheritdoc />
    public override StreamedModel Create(ComputeEngine engine, ExampleMatrix sample, IReadOnlyList<FactorMatrix> start, bool isLifted = true)
    {
        double meanSquare = sample.SumOfSquares / ((double)sample.Rows * sample.Columns);
        NeuralStreamModel model = ModelOf(engine, sample.Unit, meanSquare, start, labels.Classes);
        if (_classification is { } weights)
            model.Problem.Classification?.Set([.. weights.Select(weight => weight * sample.Unit)]);
        return model;
    }

    /// <inheritdoc />
    public override StreamedModel Restore(ComputeEngine engine, double unit, bool hasHoles, IReadOnlyList<FactorMatrix> templates)
        => ModelOf(engine, unit, meanSquare: 1, templates, classes: 0);

    /// <inheritdoc />
    public override NeuralNmfTransformer Make(StreamedModel model, StreamedResult trained, NeuralNmfTransformer? previous, bool keepsStatistics)
    {
        var neural = (NeuralStreamModel)model;
        FactorMatrix[] templates = model.ReadTemplates();
        var moments = new ActivationMoments[templates.Length];
        for (int i = 0; i < templates.Length; i++)
        {
            (double[] sums, double[] products) = trained.Statistics.ActivationsOf(i, neural.Unit);
            moments[i] = ActivationMoments.Of(sums, products);
        }

        LinearScores? scores = ScoresOf(neural);
        int[][] order = TopicOrder.Arrange(templates, moments, i => previous is not null || options.InitialTemplatesOf(i) is not null);
        trained.Recorder?.Finish(order);
        TrainingStatistics statistics = trained.Statistics.With(
            [.. trained.Statistics.Layers.Select((layer, i) => layer.Reorder(order[i], i == 0 ? null : order[i - 1]))]);
        double[]? classification = neural.Problem.Classification is { } layer ? NeuralNmfTraining.WeightsOf(layer, order[^1], neural.Unit) : null;
        NeuralNmfEpoch[] epochs = [.. neural.Epochs.Select((epoch, i) => epoch with { Seconds = trained.History[i].Seconds })];
        TrainingPhase[] phases = [new() { Name = "all layers", History = trained.History }];
        var result = new NeuralNmfResult(templates, moments, classification, scores?.InOrder(order), phases, epochs);
        return make(result, RowsOf(statistics), previous, keepsStatistics ? statistics : null);
    }

    // From the labelled rows that are held and the first rows, which take part as rows without a label do.
    private LinearScores? ScoresOf(NeuralStreamModel model)
    {
        if (model.Labels?.Pass is not { } held || options.ScoreSource != NeuralNmfScoreSource.FeaturesAndTopics)
            return null;
        ExampleBatch sample = model.Sample!;
        int[] unlabelled = [.. Enumerable.Range(0, sample.Labels.Length).Where(i => sample.Labels[i] == 0)];
        if (!ScoreTraining.Suits(held.Data.Rows + unlabelled.Length, features.Count, labels.Classes))
            return null;
        using LayerPass? others = unlabelled.Length == 0 ? null : new LayerPass(
            model.Engine, model.Engine.Load(ExampleMatrixBuilder.TakeRows(sample.Examples, unlabelled)), options.Ranks, labels: null, ownsData: true);
        LayerPass[] passes = others is null ? [held] : [held, others];
        model.Problem.Evaluate(passes, train: false);
        return ScoreTraining.Run(model.Engine, passes, labels.Classes, options.LabelLoss, checkAlive);
    }

    private NeuralStreamModel ModelOf(ComputeEngine engine, double unit, double meanSquare, IReadOnlyList<FactorMatrix> start, int classes)
    {
        var problem = new NeuralProblem(engine, features.Count, meanSquare, options.InUnit(unit), classes);
        problem.Stack.Change(templates =>
        {
            for (int i = 0; i < templates.Length; i++)
                templates[i].CopyFrom(start[i].Values);
        });
        return new NeuralStreamModel(engine, problem, options.Ranks, unit, classes == 0 ? null : new HeldLabels(engine, options.Ranks, labels.Share));
    }
}
