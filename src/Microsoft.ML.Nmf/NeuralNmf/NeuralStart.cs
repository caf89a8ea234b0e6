using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The templates that a neural factorization starts from.</summary>
internal static class NeuralStart
{
    /// <summary>
    /// Under the energy, what the loss of a layer counts beside that of the layer before. As columns grow the activations shrink, and with them the losses of
    /// the layers after, without end: how much those count is a choice. Where all count the same, the energy is least where the topics of a group coincide,
    /// and which of very many minima is found is a matter of chance. At a 64th, topics are those that explain the data, and the start layer by layer leads
    /// to the least energy that any start does.
    /// </summary>
    public const double WeightOfNext = 1.0 / 64;

    /// <summary>Fills the templates, layer by layer or at random; those that are given are taken as they are.</summary>
    /// <returns>How the pre-training of each layer went, if there was any.</returns>
    public static IEnumerable<TrainingPhase> Fill(
        ComputeEngine engine, DataMatrix data, LayerStack stack, NeuralNmfEstimator.Options options, ITrainingMonitor monitor)
    {
        IEnumerable<TrainingPhase> phases = [];
        bool areAllGiven = Enumerable.Range(0, stack.Depth).All(i => options.InitialTemplatesOf(i) is not null);
        if (options.Initialization == LayerInitialization.Random || areAllGiven)
            stack.Change(templates => FillRandomly(templates, options));
        else
            stack.Change(templates => phases = FillLayerWise(engine, data, templates, options, monitor));
        return phases;
    }

    // Scales the layers that were fitted to data to the mean 1/√r_i, that of a layer fitted to data of mean 1: rates then mean the same for any data.
    private static void TakeMeans(ComputeEngine engine, Factor[] templates, NeuralNmfEstimator.Options options)
    {
        for (int i = 0; i < templates.Length; i++)
        {
            double sum = engine.ColumnSums(templates[i]).Sum();
            if (options.InitialTemplatesOf(i) is null && sum > 0)
                engine.Combine(Math.Sqrt(templates[i].Rank) * templates[i].Rows / sum, templates[i], 0, templates[i], templates[i]);
        }
    }

    /// <summary>
    /// Scales the layers without initial templates: the columns of A_i get one norm, such that S_i has the mean square of what it explains, S_i A_iᵀ, and
    /// under the energy <see cref="WeightOfNext"/> of it. The deepest activations, whose size changes no loss of a layer, get back what the others gave up.
    /// Costs a forward pass for each layer.
    /// </summary>
    public static void Balance(ComputeEngine engine, LayerPass pass, LayerStack stack, NeuralNmfEstimator.Options options)
    {
        double weight = options.Loss == NeuralNmfLoss.Energy ? WeightOfNext : 1, taken = 1;
        for (int i = 0; i < stack.Depth; i++)
        {
            if (options.InitialTemplatesOf(i) is not null)
                continue;
            double share = i == stack.Depth - 1 ? 1 / taken : weight;
            taken *= share;
            Factor layer = stack.Templates[i];
            using Factor unit = UnitColumns(engine, layer);
            stack.Change(_ => engine.TakeColumnNorms(layer, unit));
            pass.Forward(stack);
            Factor activations = pass.Activations[i];
            // At the minimiser ⟨S_(i−1), S_i A_iᵀ⟩ is ‖S_i A_iᵀ‖².
            double explained = engine.Inner(pass.Products[i], activations) / pass.EntriesBefore(i);
            double scale = Math.Sqrt(engine.Inner(activations, activations) / ((double)activations.Rows * activations.Rank) / (share * explained));
            if (double.IsFinite(scale) && scale > 0)
                stack.Change(_ => engine.Combine(scale, layer, 0, layer, layer));
        }
    }

    private static void FillRandomly(Factor[] templates, NeuralNmfEstimator.Options options)
    {
        var random = new Random(options.Seed!.Value);
        for (int i = 0; i < templates.Length; i++)
        {
            if (options.InitialTemplatesOf(i) is { } given)
                templates[i].CopyFrom(given.Values);
            else
                RandomStart.Fill(templates[i], 0, 1, random);
        }
    }

    private static IEnumerable<TrainingPhase> FillLayerWise(
        ComputeEngine engine, DataMatrix data, Factor[] templates, NeuralNmfEstimator.Options options, ITrainingMonitor monitor)
    {
        using Factor deepest = engine.Allocate(data.Rows, options.Ranks[^1]);
        NmfEstimator.Options[] layers = [.. templates.Select((_, i) => OptionsOf(options, i))];
        IEnumerable<TrainingPhase> phases = LayerWiseTraining.Run(
            engine, data, layers, options.Pretraining, templates, deepest, monitor, "Neural NMF", NeuralNmfTraining.UnitsOf(data.Examples));
        TakeMeans(engine, templates, options);
        return phases;
    }

    // The factorization of one layer.
    private static NmfEstimator.Options OptionsOf(NeuralNmfEstimator.Options options, int layer)
    {
        var nmf = new NmfEstimator.Options
        {
            Rank = options.Ranks[layer],
            Solver = NmfSolver.CoordinateDescent,
            InitialTemplates = options.InitialTemplatesOf(layer),
            Seed = unchecked(options.Seed!.Value + layer),
        };
        nmf.Resolve();
        return nmf;
    }

    // A matrix of the shape whose every column has the norm 1.
    private static Factor UnitColumns(ComputeEngine engine, Factor shape)
    {
        var values = new float[ArraySize.Of(shape.Rows, shape.Rank)];
        values.AsSpan(0, shape.Rank).Fill(1);
        Factor unit = engine.Allocate(shape.Rows, shape.Rank);
        unit.CopyFrom(values);
        return unit;
    }
}
