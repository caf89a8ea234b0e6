using System.Globalization;
using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Learns a deep non-negative matrix factorization X ≈ H W_Lᵀ … W_1ᵀ W_0ᵀ of a vector column: minimises D_β of it plus penalties over all factors
/// together. W_0 is next to the features (features × r_0), every further W_i makes r_i coarser components of the r_(i−1) of the layer before, and H
/// are the activations of the deepest (examples × r_L).
/// </summary>
/// <remarks>
/// Starts layer by layer, with an ordinary factorization of the data, then of its activations, and so on; then trains all factors together by
/// multiplicative updates (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier 2011</see>), the deepest templates first, then the
/// activations, then outwards to the features. On the processor the same seed and data give the same bits on any number of threads; on a GPU results may
/// differ in the last digits.
/// </remarks>
public sealed partial class DeepNmfEstimator : FactorizationEstimator<DeepNmfTransformer>
{
    private readonly Options _options;
    private readonly (string Name, int Output)[] _outputs;

    /// <summary>Takes a copy of the options.</summary>
    internal DeepNmfEstimator(ComponentHost host, Options options)
        : this((Options)options.Copy(), host)
    {
    }

    private DeepNmfEstimator(Options options, ComponentHost host)
        : base(host, options)
    {
        _options = options;
        _outputs = [.. options.LayerOutputs, .. options.Explanations];
        LayeredFactorizationOptions.CheckDistinct(
            OutputColumnNames, "OutputColumnName, LayerOutputColumnNames, ReconstructionColumnName and ResidualColumnName");
        LayeredFactorizationOptions.CheckKept(nameof(Options.InputColumnName), options.InputColumnName, OutputColumnNames.Skip(1));
    }

    /// <inheritdoc />
    private protected override IReadOnlyList<string> OutputColumnNames => [.. _outputs.Select(o => o.Name)];

    /// <inheritdoc />
    private protected override long WorkingBytes(WorkingMemory memory, TrainingInput input)
    {
        IReadOnlyList<int> ranks = _options.Ranks;
        int first = ranks[0], deepest = ranks[^1];
        bool isLayerWise = _options.InitialActivations is null && _options.Initialization == LayerInitialization.LayerWise;
        // The numerator and the denominator of the activations, and those of the other layers; the effective templates of all layers but the first, and
        // for each layer the product of the data with its activations; the denominator of the first.
        IEnumerable<int> activations = [deepest, deepest, .. ranks.SkipLast(1)], templates = [first, .. ranks, .. ranks.Skip(1)];
        if (_options.Beta is not (BetaDivergence.Euclidean or BetaDivergence.KullbackLeibler) || input.Examples is ObservedExamples)
            templates = [.. templates, .. ranks.Skip(1)];
        long together = memory.OfExamples(activations) + memory.OfFeatures(templates)
            + memory.OfTiles(input.Examples.Columns, first, _options.Beta) + memory.OfProducts(first);
        long start = isLayerWise ? memory.OfLayerWiseStart(ranks, _options.Beta) : 0;
        return memory.OfExamples(deepest) + memory.OfFeatures(first) + Math.Max(start, together);
    }

    /// <inheritdoc />
    private protected override IEnumerable<(string Option, int Rank)> RanksByOption => _options.RanksByOption;

    /// <inheritdoc />
    private protected override string Describe()
    {
        string start = _options.InitialActivations is null ? _options.Initialization.ToString() : "custom factors";
        return string.Create(CultureInfo.InvariantCulture, $"Deep NMF of ranks {string.Join(", ", _options.Ranks)}, beta {_options.Beta}, from {start}");
    }

    /// <inheritdoc />
    private protected override TrainingActivations? KeptBy(DeepNmfTransformer transformer) => transformer.Model.TrainingActivations;

    /// <inheritdoc />
    private protected override DeepNmfTransformer Train(
        ComputeEngine engine, TrainingInput input, FactorizationOptions ofStart, ITrainingMonitor monitor, ColumnNames columns)
    {
        var options = (Options)ofStart;
        OptionRange.Shape(options.InitialTemplatesOf(0), input.Examples.Columns, options.Ranks[0], "feature", $"{nameof(Options.InitialTemplates)}[0]");
        OptionRange.Shape(options.InitialActivations, input.Examples.Rows, options.Ranks[^1], "example", nameof(Options.InitialActivations));
        DeepNmfResult result = DeepNmfTraining.Run(engine, input.Examples, options, monitor);
        TrainingStatistics? statistics = options.KeepStatistics
            ? PlanOf((input.Examples.Columns, input.FeatureNames), _ => { }).StatisticsOf(engine, input.Examples, result.Templates) : null;
        DeepNmfModel model = ModelOf(result, input.FeatureNames, input.Examples.Rows, statistics);
        ActivationSettings settings = options.ToActivationSettings();
        model.TrainingActivations = KeptActivations.Of(
            options.KeepActivations, () => result.Activations!, () => ActivationProblem.Create(model.Deepest.EffectiveTemplates, settings),
            input.Examples, model.ScaleOf(model.Deepest), engine, monitor.CheckAlive);
        return TransformerOf(model, columns);
    }

    private DeepNmfModel ModelOf(DeepNmfResult result, string[]? featureNames, int rows, TrainingStatistics? statistics)
        => new(result.Templates, featureNames, _options.Beta, rows, result.Moments, _options.Normalization, result.Phases) { Statistics = statistics };

    private DeepNmfTransformer TransformerOf(DeepNmfModel model, ColumnNames columns)
        => new(Host.Register(nameof(DeepNmfTransformer)), columns, model, _options.ToActivationSettings(), _options.Reading.Settings,
            [.. _outputs.Select(output => output.Output)]);

    /// <inheritdoc />
    private protected override double ObjectiveOf(DeepNmfTransformer transformer) => transformer.Model.Phases[^1].History.Last.Objective;
}
