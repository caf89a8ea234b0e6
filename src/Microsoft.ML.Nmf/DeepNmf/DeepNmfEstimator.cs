using System.Globalization;
using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Learns a deep non-negative matrix factorization X ≈ H W_Lᵀ … W_2ᵀ W_1ᵀ of a vector column: minimises D_β of it plus penalties over all factors together. W_1 is next to the
/// features (features × r_1), every further W_i makes r_i coarser components of the r_(i−1) of the layer before, and H are the activations of the deepest (examples × r_L).
/// </summary>
/// <remarks>
/// Starts layer by layer, with an ordinary factorization of the data, then of its activations, and so on; then trains all factors together by multiplicative updates (Févotte
/// and Idier 2011), the deepest templates first, then the activations, then outwards to the features. The same seed, data and processor give the same bits on any number of
/// threads.
/// </remarks>
public sealed partial class DeepNmfEstimator : FactorizationEstimator<DeepNmfTransformer>
{
    private readonly Options _options;
    private readonly DeepNmfSettings _settings;
    private readonly (string Name, int Layer)[] _outputs;

    /// <summary>Takes a copy of the options.</summary>
    internal DeepNmfEstimator(ComponentHost host, Options options)
        : this((Options)options.Copy(), host)
    {
    }

    private DeepNmfEstimator(Options options, ComponentHost host)
        : base(host, options)
    {
        _options = options;
        _outputs = LayerOptions.Outputs(options.OutputColumnName, options.LayerOutputColumnNames, options.Ranks.Count);
        LayerOptions.CheckDistinct(OutputColumnNames, "LayerOutputColumnNames and OutputColumnName");
        _settings = Resolve(options, Seed);
    }

    /// <inheritdoc />
    private protected override IReadOnlyList<string> OutputColumnNames => [.. _outputs.Select(o => o.Name)];

    /// <inheritdoc />
    private protected override (int Example, int Feature) WorkingFloats
    {
        get
        {
            // Each layer's activations, its effective templates, and the terms of both.
            int ranks = _options.Ranks.Sum();
            return (2 * ranks, 3 * ranks);
        }
    }

    /// <inheritdoc />
    private protected override string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"Deep NMF of ranks {string.Join(", ", _options.Ranks)}, beta {_settings.Beta}, from {(_options.InitialActivations is null ? _settings.Initialization.ToString() : "custom factors")}");

    /// <inheritdoc />
    private protected override DeepNmfTransformer Train(ComputeEngine engine, TrainingInput input, HostMonitor monitor, ColumnNames columns)
    {
        OptionRange.Shape(_settings.Layers[0].InitialTemplates, input.Examples.Columns, _settings.Layers[0].Rank, "feature", "Layers[0].InitialTemplates");
        OptionRange.Shape(_options.InitialActivations, input.Examples.Rows, _settings.Layers[^1].Rank, "example");
        DeepNmfResult result = DeepNmfTraining.Run(engine, input.Examples, _settings, monitor);
        var model = new DeepNmfModel(result.Templates, input.FeatureNames, _settings.Beta, input.Examples.Rows, result.ActivationSums, result.Phases);
        return new DeepNmfTransformer(Host.Register(nameof(DeepNmfTransformer)), columns, model, _options.ToActivationSettings(), [.. _outputs.Select(o => o.Layer)]);
    }

    private static DeepNmfSettings Resolve(Options options, int seed)
    {
        IReadOnlyList<DeepNmfLayerOptions> layers = options.Layers ?? [.. options.Ranks.Select(_ => new DeepNmfLayerOptions())];
        if (layers.Count != options.Ranks.Count)
            throw new ArgumentOutOfRangeException(nameof(options.Layers), layers.Count, $"Layers has {layers.Count} entries, but Ranks has {options.Ranks.Count}: give one for each layer.");
        for (int i = 0; i < layers.Count; i++)
        {
            FactorMatrix? templates = layers[i].InitialTemplates;
            if (templates is null && options.InitialActivations is not null)
                throw new ArgumentOutOfRangeException($"Layers[{i}].InitialTemplates", null, $"InitialActivations is set, but Layers[{i}].InitialTemplates is not: activations alone are no start. Set both.");
            OptionRange.Shape(templates, i == 0 ? templates?.Rows ?? 0 : options.Ranks[i - 1], options.Ranks[i], i == 0 ? "feature" : $"component of layer {i}", $"Layers[{i}].InitialTemplates");
        }

        return new DeepNmfSettings
        {
            Layers = [.. layers.Select((l, i) => new DeepNmfLayerSettings(options.Ranks[i], new Penalty(l.L1Regularization, l.L2Regularization, l.Orthogonality), l.IsFixed, l.InitialTemplates))],
            Beta = options.Beta,
            Initialization = options.Initialization,
            InitialActivations = options.InitialActivations,
            ActivationPenalty = new Penalty(options.ActivationsL1Regularization, options.ActivationsL2Regularization),
            Pretraining = new StoppingRule(options.PretrainingIterations, options.Tolerance, IsBudget: true),
            Joint = new StoppingRule(options.MaximumNumberOfIterations, options.Tolerance),
            Seed = seed,
        };
    }
}
