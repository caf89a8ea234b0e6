using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Learns a neural non-negative matrix factorization of a vector column (Will et al. 2020; Haddock et al., arXiv 2303.00058): layers of templates A_0, …, A_L whose activations are
/// S_0 = q(X, A_0), S_i = q(S_(i−1), A_i), with q(X, A) = argmin over S ≥ 0 of ‖X − S Aᵀ‖², one row an example. The templates are trained together by back-propagation through q;
/// where some rows have labels, so is a classification layer on the deepest activations, and the topics are shaped by it.
/// </summary>
/// <remarks>
/// Starts layer by layer, with an ordinary factorization of the data, then of its activations, and so on. The same seed, data and processor give the same bits on any number of threads.
/// </remarks>
public sealed partial class NeuralNmfEstimator : FactorizationEstimator<NeuralNmfTransformer>
{
    // A step that had to be shortened much may gain little for once.
    private const int EpochsToConverge = 3;

    private readonly Options _options;
    private readonly (string Name, int Layer)[] _layerOutputs;

    /// <summary>Takes a copy of the options.</summary>
    internal NeuralNmfEstimator(ComponentHost host, Options options)
        : this((Options)options.Copy(), host)
    {
    }

    private NeuralNmfEstimator(Options options, ComponentHost host)
        : base(host, options)
    {
        _options = options;
        _layerOutputs = LayerOptions.Outputs(options.OutputColumnName, options.LayerOutputColumnNames, options.Ranks.Count);
        LayerOptions.CheckDistinct(OutputColumnNames, "OutputColumnName, LayerOutputColumnNames, ScoreColumnName and PredictedLabelColumnName");
        CheckTemplates(options);
        if (options.BatchSize is { } rows && options.Optimizer is AutomaticOptimizer)
            throw new ArgumentException($"BatchSize is {rows}, but the automatic optimizer looks at all rows before it takes a step. Leave BatchSize out, or take NeuralNmfOptimizer.Adam or ProjectedGradient.", nameof(options));
    }

    /// <inheritdoc />
    private protected override IReadOnlyList<string> OutputColumnNames
        => [.. _layerOutputs.Select(o => o.Name), .. ((string?[])[ScoreColumnName, PredictedLabelColumnName]).OfType<string>()];

    /// <inheritdoc />
    private protected override string? LabelColumnName => _options.LabelColumnName;

    /// <inheritdoc />
    private protected override (int Example, int Feature) WorkingFloats
    {
        get
        {
            // Each layer's activations, products, and two of what comes back; its templates, gradients, the templates before a step and two for the step.
            int ranks = _options.Ranks.Sum();
            return (4 * ranks, 5 * ranks);
        }
    }

    private string? ScoreColumnName => LabelColumnName is null ? null : _options.ScoreColumnName;

    private string? PredictedLabelColumnName => LabelColumnName is null ? null : _options.PredictedLabelColumnName;

    /// <inheritdoc />
    private protected override SchemaShape.Column ShapeOf(string name, bool hasNames, SchemaShape inputSchema)
    {
        if (LabelColumnName is null || (name != ScoreColumnName && name != PredictedLabelColumnName))
            return ShapeColumns.SingleVector(name, hasNames);
        SchemaShape.Column? values = LabelColumn.PromisedValues(inputSchema, LabelColumnName);
        return name == ScoreColumnName ? ShapeColumns.SingleVector(name, values is not null) : ShapeColumns.Key(name, values);
    }

    /// <inheritdoc />
    private protected override string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"Neural NMF of ranks {string.Join(", ", _options.Ranks)}, {_options.Loss.ToString().ToLowerInvariant()} loss{(LabelColumnName is null ? "" : $", labels in column '{LabelColumnName}'")},");

    /// <inheritdoc />
    private protected override NeuralNmfTransformer Train(ComputeEngine engine, TrainingInput input, HostMonitor monitor, ColumnNames columns)
    {
        OptionRange.Shape(_options.InitialTemplates?[0], input.Examples.Columns, _options.Ranks[0], "feature", "InitialTemplates[0]");
        NeuralNmfResult result = NeuralNmfTraining.Run(engine, input.Examples, input.Labels, SettingsFor(input), monitor);
        NeuralNmfClassifier? classifier = result.Classification is { } weights && input.Classes is { } classes
            ? new NeuralNmfClassifier(FactorMatrix.TakeOver([.. weights.Select(weight => (float)weight)], classes.Count, _options.Ranks[^1]), _options.LabelLoss, classes.Names)
            : null;
        var model = new NeuralNmfModel(result.Templates, result.ActivationSums, input.FeatureNames, input.Examples.Rows, _options.Loss, result.Phases, result.Epochs, classifier);
        return new NeuralNmfTransformer(Host.Register(nameof(NeuralNmfTransformer)), columns, model, Outputs(), input.Classes);
    }

    private NeuralNmfSettings SettingsFor(TrainingInput input) => new()
    {
        Ranks = _options.Ranks,
        InitialTemplates = _options.InitialTemplates,
        Initialization = _options.Initialization,
        Loss = _options.Loss,
        Classes = input.Classes?.Count ?? 0,
        LabelLoss = _options.LabelLoss,
        LabelWeight = _options.LabelWeight,
        ScoreRegularization = _options.ScoreRegularization,
        Optimizer = _options.Optimizer,
        BatchSize = _options.BatchSize,
        ValidationFraction = _options.ValidationFraction,
        ValidationPatience = _options.ValidationPatience,
        Pretraining = new StoppingRule(_options.PretrainingIterations, _options.Tolerance, IsBudget: true),
        Stopping = new StoppingRule(_options.MaximumNumberOfIterations, _options.Tolerance, MayRise: _options.Optimizer is not AutomaticOptimizer, Patience: EpochsToConverge),
        Seed = Seed,
    };

    // What each output column holds, in the order of their names.
    private int[] Outputs()
    {
        var outputs = new List<int>(_layerOutputs.Select(o => o.Layer));
        if (ScoreColumnName is not null)
            outputs.Add(NeuralNmfTransformer.Scores);
        if (PredictedLabelColumnName is not null)
            outputs.Add(NeuralNmfTransformer.PredictedLabel);
        return [.. outputs];
    }

    private static void CheckTemplates(Options options)
    {
        if (options.InitialTemplates is not { } templates)
            return;
        if (templates.Count != options.Ranks.Count)
            throw new ArgumentOutOfRangeException(nameof(options.InitialTemplates), templates.Count, $"InitialTemplates has {templates.Count} entries, but Ranks has {options.Ranks.Count}: give one for each layer, null for a layer without.");
        for (int i = 0; i < templates.Count; i++)
            OptionRange.Shape(templates[i], i == 0 ? templates[0]?.Rows ?? 0 : options.Ranks[i - 1], options.Ranks[i], i == 0 ? "feature" : $"component of layer {i}", $"InitialTemplates[{i}]");
    }
}
