using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>Where the templates of a neural factorization start.</summary>
internal static class NeuralStart
{
    /// <summary>Fills the templates, layer by layer or at random; those that are given are taken as they are.</summary>
    public static void Fill(ComputeEngine engine, DataMatrix data, LayerStack stack, NeuralNmfSettings settings, ITrainingMonitor monitor, List<TrainingPhase> phases)
    {
        FactorMatrix?[] given = [.. settings.InitialTemplates ?? new FactorMatrix?[stack.Depth]];
        if (settings.Initialization == NeuralNmfInitialization.Random || given.All(templates => templates is not null))
        {
            var random = new Random(settings.Seed);
            for (int i = 0; i < stack.Depth; i++)
            {
                if (given[i] is { } templates)
                    stack.Templates[i].CopyFrom(templates.Values);
                else
                    RandomStart.Fill(stack.Templates[i], 1, random);
            }

            return;
        }

        using Factor deepest = engine.Allocate(data.Rows, settings.Ranks[^1]);
        NmfSettings[] layers = [.. settings.Ranks.Select((rank, i) => new NmfSettings
        {
            Rank = rank,
            Solver = NmfSolver.CoordinateDescent,
            Initialization = NmfInitialization.Nndsvd,
            InitialTemplates = given[i],
            AreTemplatesFixed = given[i] is not null,
            Stopping = settings.Pretraining,
            Seed = unchecked(settings.Seed + i),
            Phase = $"Neural NMF, layer {i + 1} of {stack.Depth}",
        })];
        LayerWiseTraining.Run(engine, data, layers, stack.Templates, deepest, monitor, phases);
    }

    /// <summary>
    /// Gives the columns of each layer that was not given one norm, such that the layer's activations S_i have the mean square of what they explain, S_i A_iᵀ: the losses of all layers then
    /// count in the same unit, that of the data.
    /// </summary>
    public static void Balance(ComputeEngine engine, LayerPass pass, LayerStack stack, NeuralNmfSettings settings)
    {
        for (int i = 0; i < stack.Depth; i++)
        {
            if (settings.InitialTemplates?[i] is not null)
                continue;
            stack.Scratch[i].CopyFrom(FirstUnitRow(stack.Templates[i]));
            engine.TakeColumnNorms(stack.Templates[i], stack.Scratch[i]);
            stack.UpdateGrams();
            pass.Forward(stack);
            Factor activations = pass.Activations[i];
            double explained = engine.Inner(pass.Products[i], activations) / pass.EntriesBefore(i);
            double scale = Math.Sqrt(engine.Inner(activations, activations) / ((double)activations.Rows * activations.Rank) / explained);
            if (double.IsFinite(scale) && scale > 0)
                engine.Combine(scale, stack.Templates[i], 0, stack.Templates[i], stack.Templates[i]);
        }
    }

    // A matrix whose every column has the norm 1.
    private static float[] FirstUnitRow(Factor shape)
    {
        var values = new float[shape.Rows * shape.Rank];
        values.AsSpan(0, shape.Rank).Fill(1);
        return values;
    }
}
