using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.DeepNmf;

/// <summary>Deep NMF from statistics of rows.</summary>
/// <param name="options">Resolved options.</param>
/// <param name="features">The features of the data.</param>
/// <param name="column">The name of their column.</param>
/// <param name="make">Makes the transformer of a result: its rows, what topics were called before, and the statistics that it keeps.</param>
internal sealed class DeepNmfStream(
    DeepNmfEstimator.Options options, (int Count, string[]? Names) features, string column,
    Func<DeepNmfResult, int, DeepNmfTransformer?, TrainingStatistics?, DeepNmfTransformer> make) : StreamedPlan<DeepNmfTransformer>
{
    /// <inheritdoc />
    public override string Phase => "Deep NMF, all layers";

    /// <inheritdoc />
    public override IReadOnlyList<FactorMatrix> Start(ComputeEngine engine, ExampleMatrix sample, uint[] labels, ITrainingMonitor monitor)
    {
        FactorMatrix?[] given = [.. options.Ranks.Select((_, i) => options.InitialTemplatesOf(i))];
        return given.All(templates => templates is not null)
            ? given!
            : DeepNmfTraining.Run(engine, sample, StreamedTraining.ForStart(options, StreamedTraining.ManyIterations), StreamedTraining.Quietly(monitor)).Templates;
    }

    /// <inheritdoc />
    public override (IReadOnlyList<FactorMatrix> Start, TrainingStatistics? Before) GoOnFrom(DeepNmfTransformer previous, Action<string> warn)
    {
        DeepNmfModel model = previous.Model;
        GoingOn.Check(model.Beta, [.. model.Layers.Select(layer => layer.Rank)], options.Beta, options.Ranks, options.InitialTemplates is not null);
        FactorMatrix[] templates = [.. model.Layers.Select(layer => layer.Templates)];
        FeatureMatch match = FeatureMatch.Of(features.Names, features.Count, model.FeatureNames, templates[0].Rows, column, warn);
        templates[0] = match.Match(templates[0]);
        return ([.. templates.Select((layer, i) => options.LayerAt(i).IsFixed ? layer : StreamedStart.LiftTrained(layer))],
            GoingOn.Before(model.Statistics, match, options.ForgettingFactor));
    }

    /// <inheritdoc />
    public override StreamedModel Create(ComputeEngine engine, ExampleMatrix sample, IReadOnlyList<FactorMatrix> start, bool isLifted = true)
    {
        FactorUnits units = FactorUnits.For(sample, null, options.Beta);
        FactorMatrix first = FactorUnits.Divide(ExampleWeights.Scale(start[0], sample.Weights?.ColumnScales), units.Templates)!;
        FactorMatrix[] stored = [first, .. start.Skip(1)];
        return ModelOf(engine, sample.Unit, sample is ObservedExamples,
            [.. stored.Select((layer, i) => isLifted && !options.LayerAt(i).IsFixed ? StreamedStart.Lift(layer) : layer)],
            sample.Weights);
    }

    /// <inheritdoc />
    public override StreamedModel Restore(ComputeEngine engine, double unit, bool hasHoles, IReadOnlyList<FactorMatrix> templates)
    {
        StateShape.Check(templates, options.Ranks);
        return ModelOf(engine, unit, hasHoles, templates);
    }

    /// <inheritdoc />
    public override DeepNmfTransformer Make(StreamedModel model, StreamedResult trained, DeepNmfTransformer? previous, bool keepsStatistics)
    {
        FactorMatrix[] layers = model.ReadTemplates();
        (double[] sums, double[] products) = trained.Statistics.ActivationsOf(0, ((ChainModel)model).Units.Activations);
        ActivationMoments[] moments = ActivationMoments.OfChain(layers, sums, products);
        int[][] order = TopicOrder.Arrange(layers, moments, i => previous is not null || options.InitialTemplatesOf(i) is not null);
        trained.Recorder?.Finish(order);
        TrainingStatistics statistics = trained.Statistics.With([trained.Statistics.Layers[0].Reorder(order[^1], null)]);
        TrainingPhase[] phases = [new() { Name = "all layers", History = trained.History }];
        return make(new DeepNmfResult(layers, moments, phases), RowsOf(statistics), previous, keepsStatistics ? statistics : null);
    }

    private ChainModel ModelOf(ComputeEngine engine, double unit, bool hasHoles, IReadOnlyList<FactorMatrix> stored, ExampleWeights? weights = null)
    {
        FactorUnits units = FactorUnits.Of(unit, options.Beta);
        DeepNmfEstimator.Options inUnits = options.InUnits(units);
        var templates = new Factor[stored.Count];
        for (int i = 0; i < templates.Length; i++)
        {
            templates[i] = engine.Allocate(stored[i].Rows, stored[i].Columns);
            templates[i].CopyFrom(stored[i].Values);
        }

        Penalty[] penalties = [.. templates.Select((_, i) => inUnits.LayerAt(i).TemplatePenalty)];
        return new ChainModel(engine, templates, new ChainSettings(
            options.Beta, units, inUnits.ToActivationSettings(), _ => penalties, [.. templates.Select((_, i) => options.LayerAt(i).IsFixed)],
            HasHoles: hasHoles, Features: weights));
    }
}
