using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Learns a neural non-negative matrix factorization of a vector column (Gao et al. 2019; <see href="https://doi.org/10.48550/arXiv.2303.00058">Will et al.
/// 2023</see>, arXiv 2303.00058): layers of templates A_0, …, A_L whose activations are S_0 = q(X, A_0), S_i = q(S_(i−1), A_i), with q(X, A) = argmin over
/// S ≥ 0 of ‖X − S Aᵀ‖², one row an example. A_0 is next to the features (features × r_0), every further A_i is r_(i−1) × r_i. The templates are trained
/// together by back-propagation through q; where some rows have labels, so is a classification layer on the deepest activations, and the topics are shaped
/// by it.
/// </summary>
/// <remarks>
/// Starts layer by layer, with an ordinary factorization of the data, then of its activations, and so on. For
/// <see cref="NeuralNmfOptimizer.Automatic"/> the layers without initial templates are then scaled so that the losses of all layers count in the unit
/// of the data; initial templates keep their scale. On the processor the same seed and data give the same bits on any number of threads; on a GPU
/// results may differ in the last digits.
/// </remarks>
public sealed partial class NeuralNmfEstimator : FactorizationEstimator<NeuralNmfTransformer>
{
    private readonly Options _options;
    private readonly (string Name, int Output)[] _outputs;

    /// <summary>Takes a copy of the options.</summary>
    internal NeuralNmfEstimator(ComponentHost host, Options options)
        : this((Options)options.Copy(), host)
    {
    }

    private NeuralNmfEstimator(Options options, ComponentHost host)
        : base(host, options)
    {
        _options = options;
        (string? Name, int Output)[] ofLabels =
            [(ScoreColumnName, NeuralNmfTransformer.Scores), (PredictedLabelColumnName, NeuralNmfTransformer.PredictedLabel)];
        IEnumerable<(string, int)> scores = ofLabels.Where(output => output.Name is not null).Select(output => (output.Name!, output.Output));
        _outputs = [.. options.LayerOutputs, .. scores, .. options.Explanations];
        LayeredFactorizationOptions.CheckDistinct(OutputColumnNames, "OutputColumnName, LayerOutputColumnNames, ScoreColumnName, PredictedLabelColumnName, "
            + "ReconstructionColumnName and ResidualColumnName");
        // The main activations may replace the features, and the predicted label the label.
        LayeredFactorizationOptions.CheckKept(nameof(Options.InputColumnName), options.InputColumnName, OutputColumnNames.Skip(1));
        LayeredFactorizationOptions.CheckKept(
            nameof(Options.LabelColumnName), LabelColumnName, OutputColumnNames.Where(name => name != PredictedLabelColumnName));
    }

    /// <inheritdoc />
    private protected override IReadOnlyList<string> OutputColumnNames => [.. _outputs.Select(o => o.Name)];

    /// <inheritdoc />
    private protected override string? LabelColumnName => _options.LabelColumnName;

    /// <inheritdoc />
    private protected override long WorkingBytes(WorkingMemory memory, TrainingInput input)
    {
        IReadOnlyList<int> ranks = _options.Ranks;
        int first = ranks[0], deepest = ranks[^1];
        long layers = memory.OfExamples(ranks), templates = memory.OfFeatures(first);
        IEnumerable<int> others = ranks.Skip(1);
        bool isReconstruction = _options.Loss == NeuralNmfLoss.Reconstruction;
        // Each layer's activations and products; the first layer's templates, gradients and scratch; the reconstruction's A_0 … A_i, two of the deepest rank.
        long held = 2 * layers + 3 * templates + (isReconstruction ? memory.OfFeatures([.. others, deepest, deepest]) : 0);
        // Two factors of back-propagation, and the activations that the automatic optimizer keeps; the templates, gradients, targets and free entries
        // of a step of it and the steps that it keeps, or two factors of any other optimizer with a memory; the reconstruction's X A_0 … A_i.
        int memories = _options.IsAutomatic ? 4 + CurvaturePairs.FactorsHeld(_options.MaximumNumberOfIterations) : 2;
        long epochs = (_options.IsAutomatic ? 3 : 2) * layers + memories * templates
            + (isReconstruction ? memory.OfExamples(others) : 0) + memory.OfProducts(first);
        if (input.LabelColumn is { } labels)
        {
            epochs += ClassificationLayer.BytesFor(labels.Classes, deepest, input.Labels.Length);
            if (_options.ScoreSource == NeuralNmfScoreSource.FeaturesAndTopics && ScoreTraining.Suits(input.Examples.Rows, input.Examples.Columns, labels.Classes))
                epochs += ScoreTraining.BytesFor(input.Examples.Rows, input.Examples.Columns, ranks.Sum(), labels.Classes);
        }

        long start = _options.Initialization == LayerInitialization.Random
            ? 0
            : memory.OfExamples(deepest) + memory.OfLayerWiseStart(ranks, BetaDivergence.Euclidean);
        // Batches and held-out rows are copies of the data.
        bool isSplit = _options.BatchSize is { } size && size < input.Examples.Rows || _options.ValidationFraction > 0;
        return held + Math.Max(start, epochs) + (isSplit ? input.Examples.Bytes : 0);
    }

    private string? ScoreColumnName => LabelColumnName is null ? null : _options.ScoreColumnName;

    private string? PredictedLabelColumnName => LabelColumnName is null ? null : _options.PredictedLabelColumnName;

    /// <inheritdoc />
    private protected override SchemaShape.Column ShapeOf(string name, bool hasNames, SchemaShape inputSchema)
    {
        if (LabelColumnName is null || (name != ScoreColumnName && name != PredictedLabelColumnName))
            return ShapeColumns.SingleVector(name, hasNames);
        // Key values of a type that is not kept are not in the output either.
        DataViewType? values = LabelColumn.PromisedValues(inputSchema, LabelColumnName) is { } all && ClassKeys.Keeps(all) ? all : null;
        return name == ScoreColumnName ? ShapeColumns.SingleVector(name, values is not null) : ShapeColumns.Key(name, values);
    }

    /// <inheritdoc />
    private protected override IEnumerable<(string Option, int Rank)> RanksByOption => _options.RanksByOption;

    /// <inheritdoc />
    private protected override string Describe()
    {
        string labels = LabelColumnName is null ? "" : $", labels in column '{LabelColumnName}'";
        return string.Create(CultureInfo.InvariantCulture,
            $"Neural NMF of ranks {string.Join(", ", _options.Ranks)}, {_options.Loss.ToString().ToLowerInvariant()} loss{labels},");
    }

    /// <inheritdoc />
    private protected override NeuralNmfTransformer Train(
        ComputeEngine engine, TrainingInput input, FactorizationOptions ofStart, ITrainingMonitor monitor, ColumnNames columns)
    {
        var options = (Options)ofStart;
        OptionRange.Shape(options.InitialTemplatesOf(0), input.Examples.Columns, options.Ranks[0], "feature", $"{nameof(Options.InitialTemplates)}[0]");
        ClassKeys? classes = input.LabelColumn is { } label ? ClassKeys.Of(label) : null;
        NeuralNmfResult result = NeuralNmfTraining.Run(engine, input.Examples, options, monitor, input.Labels, classes?.Count ?? 0);
        TrainingStatistics? statistics = null;
        if (options.KeepStatistics)
        {
            statistics = PlanOf((input.Examples.Columns, input.FeatureNames), label: null, monitor.Warn, monitor.CheckAlive)
                .StatisticsOf(engine, input.Examples, result.Templates);
        }

        return TransformerOf(result, input.FeatureNames, input.Examples.Rows, classes, statistics);
    }

    /// <inheritdoc />
    private protected override double ObjectiveOf(NeuralNmfTransformer transformer) => transformer.Model.History.Last.Objective;
}
