using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>NMF from statistics of rows.</summary>
/// <param name="options">Resolved options, with the features of seeds.</param>
/// <param name="features">The features of the data.</param>
/// <param name="column">The name of their column.</param>
/// <param name="make">Makes the transformer of a result: its rows, what topics were called before, and the statistics that it keeps.</param>
internal sealed class NmfStream(
    NmfEstimator.Options options, (int Count, string[]? Names) features, string column,
    Func<NmfResult, int, NmfTransformer?, TrainingStatistics?, NmfTransformer> make) : StreamedPlan<NmfTransformer>
{
    /// <inheritdoc />
    public override string Phase => "NMF";

    // Whether templates may be updated by steps that never leave a zero; where entries are listed one by one, they are.
    private bool MayBeMultiplicative
        => options.Solver == NmfSolver.MultiplicativeUpdates || (options.Reading.CountsUnevenly && !options.TemplatesMayBeNegative);

    /// <inheritdoc />
    public override IReadOnlyList<FactorMatrix> Start(ComputeEngine engine, ExampleMatrix sample, uint[] labels, ITrainingMonitor monitor)
    {
        if (options.AreTemplatesFixed)
            return [options.FixedTemplates!];
        int iterations = options.Solver == NmfSolver.MultiplicativeUpdates ? StreamedTraining.ManyIterations : StreamedTraining.FewIterations;
        return options.InitialTemplates is { } given && options.FixedTemplates is null
            ? [given]
            : [NmfTraining.Run(engine, sample, StreamedTraining.ForStart(options, iterations), StreamedTraining.Quietly(monitor)).Templates];
    }

    /// <inheritdoc />
    public override (IReadOnlyList<FactorMatrix> Start, TrainingStatistics? Before) GoOnFrom(NmfTransformer previous, Action<string> warn)
    {
        NmfModel model = previous.Model;
        GoingOn.Check(model.Beta, [model.Rank], options.Beta, [options.Rank], options.InitialTemplates is not null);
        FeatureMatch match = FeatureMatch.Of(features.Names, features.Count, model.FeatureNames, model.Templates.Rows, column, warn);
        FactorMatrix templates = match.Match(model.Templates);
        return ([MayBeMultiplicative ? StreamedStart.LiftTrained(templates, options.NumberFixed) : templates],
            GoingOn.Before(model.Statistics, match, options.ForgettingFactor));
    }

    /// <inheritdoc />
    public override StreamedModel Create(ComputeEngine engine, ExampleMatrix sample, IReadOnlyList<FactorMatrix> start, bool isLifted = true)
    {
        bool isMultiplicative = options.Solver == NmfSolver.MultiplicativeUpdates || sample is ObservedExamples;
        FactorUnits units = FactorUnits.For(sample, null, options.Beta);
        FactorMatrix stored = FactorUnits.Divide(ExampleWeights.Scale(start[0], sample.Weights?.ColumnScales), units.Templates)!;
        NmfEstimator.Options inUnits = options.Weighted(sample.Weights).InUnits(units);
        FactorMatrix? seeds = options.SeedFeatures.Count == 0 ? null : NmfTraining.ProfilesOf(sample, inUnits);
        return ModelOf(engine, sample.Unit, sample is ObservedExamples, isLifted && isMultiplicative ? StreamedStart.Lift(stored, options.NumberFixed) : stored,
            seeds is null ? null : () => NmfTraining.PullTo(engine, seeds, inUnits), sample.Weights);
    }

    /// <inheritdoc />
    public override StreamedModel Restore(ComputeEngine engine, double unit, bool hasHoles, IReadOnlyList<FactorMatrix> templates)
    {
        StateShape.Check(templates, [options.Rank]);
        return ModelOf(engine, unit, hasHoles, templates[0]);
    }

    /// <inheritdoc />
    public override NmfTransformer Make(StreamedModel model, StreamedResult trained, NmfTransformer? previous, bool keepsStatistics)
    {
        FactorMatrix[] layers = model.ReadTemplates();
        if (options.FixedTemplates is { } known)
            layers[0] = known.Beside(layers[0].TakeColumns([.. Enumerable.Range(known.Columns, options.Rank - known.Columns)]));
        (double[] sums, double[] products) = trained.Statistics.ActivationsOf(0, ((ChainModel)model).Units.Activations);
        ActivationMoments[] moments = ActivationMoments.OfChain(layers, sums, products);
        int[][] order = TopicOrder.Arrange(layers, moments, _ => previous is not null || options.InitialTemplates is not null, options.NumberGuided);
        trained.Recorder?.Finish(order);
        TrainingStatistics statistics = trained.Statistics.With([trained.Statistics.Layers[0].Reorder(order[0], null)]);
        var result = new NmfResult(layers[0], moments[0], trained.History, options.ActivationPenalty);
        return make(result, RowsOf(statistics), previous, keepsStatistics ? statistics : null);
    }

    private ChainModel ModelOf(ComputeEngine engine, double unit, bool hasHoles, FactorMatrix stored, Func<TemplatePull?>? createPull = null,
        ExampleWeights? weights = null)
    {
        FactorUnits units = FactorUnits.Of(unit, options.Beta);
        Factor factor = engine.Allocate(features.Count, options.Rank);
        factor.CopyFrom(stored.Values);
        return new ChainModel(engine, [factor], new ChainSettings(
            options.Beta,
            units,
            options.InUnits(units).ToActivationSettings(),
            rows => [units.Of(options.TemplatePenaltyFor(rows), units.Templates) with { Kept = options.NumberFixed }],
            [options.AreTemplatesFixed],
            HasHoles: hasHoles,
            IsExact: options.Solver == NmfSolver.AlternatingLeastSquares,
            MayBeNegative: options.TemplatesMayBeNegative,
            CreatePull: createPull,
            Features: weights));
    }
}
