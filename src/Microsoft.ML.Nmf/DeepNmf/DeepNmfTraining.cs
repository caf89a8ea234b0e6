using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.DeepNmf;

/// <summary>What a deep factorization ends with.</summary>
/// <param name="Templates">W_1, …, W_L, from the features to the deepest.</param>
/// <param name="ActivationSums">The sums of the deepest activations' columns.</param>
/// <param name="Phases">What was trained, one after the other, and how each went.</param>
internal sealed record DeepNmfResult(IReadOnlyList<FactorMatrix> Templates, double[] ActivationSums, IReadOnlyList<TrainingPhase> Phases);

/// <summary>
/// Deep non-negative matrix factorization: minimises D_β(X ‖ H W_Lᵀ … W_2ᵀ W_1ᵀ) plus the penalties over all factors together, from a start that factorizes layer by layer.
/// </summary>
internal static class DeepNmfTraining
{
    // Coordinate descent and NNDSVD leave zeros, which multiplicative updates could never leave: they start at this share of the mean of their factor.
    private const float LiftOfZeros = 1e-2f;

    /// <summary>Runs a deep factorization from its start to its end.</summary>
    public static DeepNmfResult Run(ComputeEngine engine, ExampleMatrix examples, DeepNmfSettings settings, ITrainingMonitor monitor)
    {
        int depth = settings.Layers.Count;
        using DataMatrix data = engine.Load(examples);
        var templates = new Factor[depth];
        Factor? activations = null;
        try
        {
            for (int i = 0; i < depth; i++)
                templates[i] = engine.Allocate(i == 0 ? examples.Columns : settings.Layers[i - 1].Rank, settings.Layers[i].Rank);
            activations = engine.Allocate(examples.Rows, settings.Layers[^1].Rank);
            var phases = new List<TrainingPhase>();
            if (settings.InitialActivations is { } given)
                StartFrom(settings, given, templates, activations);
            else if (settings.Initialization == DeepNmfInitialization.Random)
                StartRandomly(data, settings, templates, activations);
            else
                StartLayerWise(engine, data, settings, monitor, templates, activations, phases);

            ChainLink[] links =
            [
                new(activations, IsFixed: false, settings.ActivationPenalty),
                .. Enumerable.Range(0, depth).Reverse().Select(i => new ChainLink(templates[i], settings.Layers[i].IsFixed, settings.Layers[i].Penalty)),
            ];
            using FactorChain chain = FactorChain.Create(engine, data, links, settings.Beta, FactorChain.DefaultOrder(links.Length));
            phases.Add(new TrainingPhase("all layers", TrainingLoop.Run(chain, settings.Joint, "Deep NMF, all layers", monitor)));
            return new DeepNmfResult([.. templates.Select(t => t.ToMatrix())], activations.ToMatrix().ColumnSums(), phases);
        }
        finally
        {
            activations?.Dispose();
            foreach (Factor? factor in templates)
                factor?.Dispose();
        }
    }

    private static void StartFrom(DeepNmfSettings settings, FactorMatrix given, Factor[] templates, Factor activations)
    {
        for (int i = 0; i < templates.Length; i++)
            templates[i].CopyFrom(settings.Layers[i].InitialTemplates!.Values);
        activations.CopyFrom(given.Values);
    }

    // Equal shares of the mean for every factor: Π means · Π ranks is the mean of the product.
    private static void StartRandomly(DataMatrix data, DeepNmfSettings settings, Factor[] templates, Factor activations)
    {
        var random = new Random(settings.Seed);
        double ranks = settings.Layers.Aggregate(1.0, (product, layer) => product * layer.Rank);
        float largest = (float)(2 * Math.Pow(data.Examples.Mean / ranks, 1.0 / (templates.Length + 1)));
        RandomInitialization.Fill(activations, largest, random);
        for (int i = 0; i < templates.Length; i++)
        {
            if (settings.Layers[i].InitialTemplates is { } given)
                templates[i].CopyFrom(given.Values);
            else
                RandomInitialization.Fill(templates[i], largest, random);
        }
    }

    private static void StartLayerWise(ComputeEngine engine, DataMatrix data, DeepNmfSettings settings, ITrainingMonitor monitor, Factor[] templates, Factor activations, List<TrainingPhase> phases)
    {
        LayerWiseTraining.Run(engine, data, [.. templates.Select((_, i) => SettingsOf(settings, i))], templates, activations, monitor, phases);
        for (int i = 0; i < templates.Length; i++)
        {
            if (!settings.Layers[i].IsFixed && settings.Layers[i].InitialTemplates is null)
                LiftZeros(templates[i]);
        }

        LiftZeros(activations);
    }

    // The factorization of one layer; templates that were given are kept, and only activations fitted to them.
    private static NmfSettings SettingsOf(DeepNmfSettings settings, int layer)
    {
        bool isEuclidean = settings.Beta == BetaDivergence.Euclidean;
        DeepNmfLayerSettings own = settings.Layers[layer];
        return new NmfSettings
        {
            Rank = own.Rank,
            Beta = settings.Beta,
            Solver = isEuclidean ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates,
            Initialization = isEuclidean ? NmfInitialization.Nndsvd : NmfInitialization.NndsvdA,
            InitialTemplates = own.InitialTemplates,
            AreTemplatesFixed = own.InitialTemplates is not null,
            TemplatePenalty = own.Penalty,
            ActivationPenalty = layer == settings.Layers.Count - 1 ? settings.ActivationPenalty : default,
            Stopping = settings.Pretraining,
            Seed = unchecked(settings.Seed + layer),
            Phase = $"Deep NMF, layer {layer + 1} of {settings.Layers.Count}",
        };
    }

    private static void LiftZeros(Factor factor)
    {
        float[] values = [.. factor.ToMatrix().Values];
        double mean = values.Length == 0 ? 0 : values.Average();
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Max(values[i], (float)(LiftOfZeros * mean));
        factor.CopyFrom(values);
    }
}
