using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.DeepNmf;

/// <summary>What a deep factorization ends with.</summary>
/// <param name="Templates">W_0, …, W_L, from the features to the deepest.</param>
/// <param name="Moments">Of the activations of each layer.</param>
/// <param name="Phases">What was trained, one after the other, and how each went.</param>
/// <param name="Activations">The deepest H, where it is kept.</param>
internal sealed record DeepNmfResult(
    IReadOnlyList<FactorMatrix> Templates, IReadOnlyList<ActivationMoments> Moments, IReadOnlyList<TrainingPhase> Phases, FactorMatrix? Activations = null);

/// <summary>
/// Deep non-negative matrix factorization: minimises D_β(X ‖ H W_Lᵀ … W_1ᵀ W_0ᵀ) plus the penalties over all factors together, as a chain, from a
/// start that factorizes layer by layer.
/// </summary>
internal static class DeepNmfTraining
{
    // Coordinate descent and NNDSVD leave zeros, which multiplicative updates could never leave: these start at this share of the mean of their factor.
    private const float LiftOfZeros = 1e-2f;

    /// <summary>Runs a deep factorization from its start to its end.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    /// <param name="options">Resolved options (<see cref="FactorizationOptions.Resolve"/>).</param>
    /// <param name="monitor">Is told of every iteration.</param>
    public static DeepNmfResult Run(ComputeEngine engine, ExampleMatrix examples, DeepNmfEstimator.Options options, ITrainingMonitor monitor)
    {
        IReadOnlyList<int> ranks = options.Ranks;
        options = options.Weighted(examples.Weights);
        FactorUnits units = FactorUnits.For(examples, options.InitialTemplatesOf(0), options.Beta);
        options = options.InUnits(units);
        using DataMatrix data = engine.Load(examples);
        var templates = new Factor[ranks.Count];
        Factor? activations = null;
        try
        {
            for (int i = 0; i < templates.Length; i++)
                templates[i] = engine.Allocate(i == 0 ? examples.Columns : ranks[i - 1], ranks[i]);
            activations = engine.Allocate(examples.Rows, ranks[^1]);
            var phases = new List<TrainingPhase>();
            if (options.InitialActivations is { } given)
                StartFrom(examples, options, given, templates, activations);
            else if (options.Initialization == LayerInitialization.Random)
                StartRandomly(data, options, templates, activations);
            else
                phases.AddRange(StartLayerWise(engine, data, options, monitor, templates, activations, units));

            UnobservedRows.Clear(engine, examples, new FactorPair(data, templates[0], activations));
            ChainLink[] links =
            [
                new(activations, IsFixed: false, options.ActivationPenalty, units.Activations),
                .. templates.Select((factor, i) => LinkOf(factor, options.LayerAt(i), i == 0 ? units.Templates : 1)).Reverse(),
            ];
            using FactorChain chain = FactorChain.Create(engine, data, links, options.Beta);
            phases.Add(new TrainingPhase { Name = "all layers", History = TrainingLoop.Run(chain, options.Stopping, "Deep NMF, all layers", monitor) });
            FactorMatrix[] layers = [.. templates.Select((t, i) => FactorUnits.Multiply(t.ToMatrix(), i == 0 ? units.Templates : 1))];
            layers[0] = ExampleWeights.Scale(layers[0], examples.Weights?.ColumnScales, divides: true)!;
            ActivationMoments[] moments = ActivationMoments.OfChain(engine, activations, layers, units.Activations, examples.Weights);
            int[][] order = TopicOrder.Arrange(layers, moments, i => options.InitialTemplatesOf(i) is not null);
            monitor.Recorder?.Finish(order);
            FactorMatrix? kept = options.KeepActivations == ActivationKeeping.None
                ? null : FactorUnits.Multiply(activations.ToMatrix(), units.Activations).TakeColumns(order[^1]);
            return new DeepNmfResult(layers, moments, phases, kept);
        }
        finally
        {
            activations?.Dispose();
            foreach (Factor? factor in templates)
                factor?.Dispose();
        }
    }

    private static ChainLink LinkOf(Factor templates, DeepNmfLayerOptions layer, double unit) => new(templates, layer.IsFixed, layer.TemplatePenalty, unit);

    private static void StartFrom(ExampleMatrix examples, DeepNmfEstimator.Options options, FactorMatrix given, Factor[] templates, Factor activations)
    {
        // From the activations to the features.
        FactorMatrix[] chain = [given, .. templates.Select((_, i) => options.InitialTemplatesOf(i)!).Reverse()];
        bool IsFixed(int place) => place > 0 && options.LayerAt(templates.Length - place).IsFixed;
        double scale = StartScale.Of(examples, chain, IsFixed);
        activations.CopyFrom(FactorUnits.Multiply(given, scale).Values);
        for (int place = 1; place < chain.Length; place++)
            templates[^place].CopyFrom(FactorUnits.Multiply(chain[place], IsFixed(place) ? 1 : scale).Values);
    }

    // Equal shares of the mean for every factor: Π means · Π ranks is the mean of the product.
    private static void StartRandomly(DataMatrix data, DeepNmfEstimator.Options options, Factor[] templates, Factor activations)
    {
        var random = new Random(options.Seed!.Value);
        double ranks = options.Ranks.Aggregate(1.0, (product, rank) => product * rank);
        float largest = (float)(2 * Math.Pow(data.Examples.Mean / ranks, 1.0 / (templates.Length + 1)));
        RandomStart.Fill(activations, 0, largest, random);
        for (int i = 0; i < templates.Length; i++)
        {
            if (options.InitialTemplatesOf(i) is { } given)
                templates[i].CopyFrom(given.Values);
            else
                RandomStart.Fill(templates[i], 0, largest, random);
        }
    }

    private static IEnumerable<TrainingPhase> StartLayerWise(
        ComputeEngine engine, DataMatrix data, DeepNmfEstimator.Options options, ITrainingMonitor monitor, Factor[] templates, Factor activations,
        FactorUnits units)
    {
        NmfEstimator.Options[] layers = [.. templates.Select((_, i) => OptionsOf(options, i))];
        IEnumerable<TrainingPhase> phases = LayerWiseTraining.Run(
            engine, data, layers, options.Pretraining, templates, activations, monitor, "Deep NMF", units);
        for (int i = 0; i < templates.Length; i++)
        {
            if (!options.LayerAt(i).IsFixed && options.InitialTemplatesOf(i) is null)
                LiftZeros(engine, templates[i]);
        }

        LiftZeros(engine, activations);
        return phases;
    }

    // The factorization of one layer.
    private static NmfEstimator.Options OptionsOf(DeepNmfEstimator.Options options, int layer)
    {
        DeepNmfLayerOptions own = options.LayerAt(layer);
        bool isDeepest = layer == options.Ranks.Count - 1;
        var nmf = new NmfEstimator.Options
        {
            Rank = options.Ranks[layer],
            Beta = options.Beta,
            InitialTemplates = options.InitialTemplatesOf(layer),
            TemplatesL1Regularization = own.TemplatesL1Regularization,
            TemplatesL2Regularization = own.TemplatesL2Regularization,
            TemplatesOrthogonality = own.TemplatesOrthogonality,
            ActivationsL1Regularization = isDeepest ? options.ActivationsL1Regularization : 0,
            ActivationsL2Regularization = isDeepest ? options.ActivationsL2Regularization : 0,
            Seed = unchecked(options.Seed!.Value + layer),
        };
        nmf.Resolve();
        return nmf;
    }

    private static void LiftZeros(ComputeEngine engine, Factor factor)
    {
        double mean = factor.Rows == 0 ? 0 : engine.ColumnSums(factor).Sum() / ((double)factor.Rows * factor.Rank);
        engine.AtLeast(factor, (float)(LiftOfZeros * mean));
    }
}
