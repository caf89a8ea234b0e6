using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Topics;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Learns a non-negative matrix factorization X ≈ H Wᵀ of a vector column: minimises <c>D_β(X ‖ H Wᵀ) + l1 Σ H + l2/2 Σ H² + l1' Σ W + l2'/2 Σ W² +
/// o/2 Σ_j Σ_(k≠l) W_jk W_jl</c> over H (examples × rank) and W (features × rank), neither negative. The transformer gives each row its activations,
/// a row of H.
/// </summary>
/// <remarks>
/// <see href="https://doi.org/10.1038/44565">Lee and Seung</see>, "Learning the parts of objects by non-negative matrix factorization", Nature 1999. The
/// algorithms are named at <see cref="NmfSolver"/>, the divergence at <see cref="BetaDivergence"/>. Computes in float32. On the processor the same seed and
/// data give the same bits on any number of threads; on a GPU results may differ in the last digits.
/// </remarks>
public sealed partial class NmfEstimator : FactorizationEstimator<NmfTransformer>
{
    private readonly Options _options;

    /// <summary>Takes a copy of the options.</summary>
    internal NmfEstimator(ComponentHost host, Options options)
        : this((Options)options.Copy(), host)
    {
    }

    private NmfEstimator(Options options, ComponentHost host)
        : base(host, options)
    {
        _options = options;
        LayeredFactorizationOptions.CheckDistinct(OutputColumnNames, "OutputColumnName, ReconstructionColumnName and ResidualColumnName");
        LayeredFactorizationOptions.CheckKept(nameof(Options.InputColumnName), options.InputColumnName, OutputColumnNames.Skip(1));
    }

    /// <inheritdoc />
    private protected override IReadOnlyList<string> OutputColumnNames => [_options.OutputColumnName, .. _options.Explanations.Select(column => column.Name)];

    /// <inheritdoc />
    private protected override long WorkingBytes(WorkingMemory memory, TrainingInput input) => WorkingBytes(memory, input.Examples, _options);

    /// <summary>The most bytes that a training holds at once, besides the data.</summary>
    /// <param name="memory">What it is made of.</param>
    /// <param name="examples">What is trained on.</param>
    /// <param name="options">Resolved options.</param>
    internal static long WorkingBytes(WorkingMemory memory, ExampleMatrix examples, Options options)
    {
        int rank = options.Rank, features = examples.Columns;
        long start = options.InitialTemplates is null && options.Initialization != NmfInitialization.Random
            ? memory.OfNndsvd(features, rank)
            : memory.OfRandomStart(features, rank);
        long iterations = memory.OfIterations(features, rank, options.Beta, NmfTraining.UpdateOf(options), examples is ObservedExamples);
        // What known templates leave of the data is held beside it, on the host and on the engine, and so are the factors of it.
        if (options is { NumberGuided: > 0, AreTemplatesFixed: false, InitialTemplates: null })
            start += 2 * examples.Bytes + memory.OfExamples(rank) + memory.OfFeatures(rank);
        return memory.OfExamples(rank) + memory.OfFeatures(rank) + Math.Max(start, iterations);
    }

    /// <inheritdoc />
    private protected override IEnumerable<(string Option, int Rank)> RanksByOption => [(nameof(Options.Rank), _options.Rank)];

    /// <inheritdoc />
    private protected override string Describe()
    {
        string start = _options.AreTemplatesFixed ? "fixed templates"
            : (_options.InitialTemplates is null ? _options.Initialization.ToString() : "custom factors")
                + (_options.NumberFixed == 0 ? "" : $" beside {_options.NumberFixed} fixed templates")
                + (_options.SeedWords.Count == 0 ? "" : $" with {_options.SeedWords.Count} seeded topics");
        return string.Create(CultureInfo.InvariantCulture, $"NMF of rank {_options.Rank}, beta {_options.Beta}, {_options.Solver} from {start}");
    }

    /// <inheritdoc />
    private protected override TrainingActivations? KeptBy(NmfTransformer transformer) => transformer.Model.TrainingActivations;

    /// <inheritdoc />
    private protected override NmfTransformer Train(
        ComputeEngine engine, TrainingInput input, FactorizationOptions ofStart, ITrainingMonitor monitor, ColumnNames columns)
    {
        var options = (Options)ofStart;
        OptionRange.Shape(options.InitialTemplates, input.Examples.Columns, options.Rank, "feature", nameof(Options.InitialTemplates));
        OptionRange.Shape(options.FixedTemplates, input.Examples.Columns, options.NumberFixed, "feature", nameof(Options.FixedTemplates));
        OptionRange.Shape(options.InitialActivations, input.Examples.Rows, options.Rank, "example", nameof(Options.InitialActivations));
        options = WithSeeds(options, input.FeatureNames, monitor.Warn);
        NmfResult result = NmfTraining.Run(engine, input.Examples, options, monitor);
        TrainingStatistics? statistics = options.KeepStatistics
            ? PlanOf((input.Examples.Columns, input.FeatureNames), _ => { }).StatisticsOf(engine, input.Examples, [result.Templates]) : null;
        NmfModel model = ModelOf(result, input.FeatureNames, input.Examples.Rows, options, statistics);
        ActivationSettings settings = SettingsOf(result, options);
        model.TrainingActivations = KeptActivations.Of(
            options.KeepActivations, () => result.Activations!, () => ActivationProblem.Create(model.Templates, settings),
            input.Examples, model.Scale, engine, monitor.CheckAlive);
        return TransformerOf(model, settings, options, columns);
    }

    private Options WithSeeds(Options options, string[]? featureNames, Action<string> warn)
        => options.WithSeeds(SeedSearch.Find(options.SeedWords, featureNames, InputColumnName, nameof(Options.SeedWords), warn));

    private static NmfModel ModelOf(NmfResult result, string[]? featureNames, int rows, Options options, TrainingStatistics? statistics)
    {
        var model = new NmfModel(result.Templates, featureNames, options.Beta, rows, result.Moments, options.Normalization, result.History)
        {
            Statistics = statistics,
        };
        if (options.SeedWords.Count == 0)
            return model;
        var names = new string?[options.Rank];
        options.SeedWords.Select(topic => topic.Key).ToArray().CopyTo(names, options.NumberFixed);
        model.Restore(names);
        return model;
    }

    private static ActivationSettings SettingsOf(NmfResult result, Options options)
        => options.ToActivationSettings() with { L1 = result.ActivationPenalty.L1, L2 = result.ActivationPenalty.L2 };

    private NmfTransformer TransformerOf(NmfModel model, ActivationSettings settings, Options options, ColumnNames columns)
        => new(Host.Register(nameof(NmfTransformer)), columns, model, settings, options.Reading.Settings,
            [0, .. options.Explanations.Select(column => column.Output)]);

    /// <inheritdoc />
    private protected override double ObjectiveOf(NmfTransformer transformer) => transformer.Model.History.Last.Objective;
}
