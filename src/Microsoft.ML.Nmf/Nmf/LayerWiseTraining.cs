using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>The usual start of a factorization in layers: the data is factorized, then its activations, then theirs, each as an ordinary NMF.</summary>
internal static class LayerWiseTraining
{
    /// <summary>Runs the factorizations one after the other.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X.</param>
    /// <param name="layers">
    /// Resolved options of each factorization, from the layer next to the features on. Templates that are given are kept, and only activations fitted to them.
    /// </param>
    /// <param name="stopping">When the training of one layer stops.</param>
    /// <param name="templates">Receives the templates of each layer.</param>
    /// <param name="deepest">Receives the activations of the last.</param>
    /// <param name="monitor">Is told of every iteration.</param>
    /// <param name="model">What the layers are of, in a word or two.</param>
    /// <param name="units">
    /// By what the data and the factors of the layer next to the features are divided. The activations of every layer have the unit of the first's, for what is
    /// reported of the layers that factorize them, and the other templates have none.
    /// </param>
    /// <returns>How each went.</returns>
    public static IEnumerable<TrainingPhase> Run(
        ComputeEngine engine,
        DataMatrix data,
        IReadOnlyList<NmfEstimator.Options> layers,
        StoppingRule stopping,
        Factor[] templates,
        Factor deepest,
        ITrainingMonitor monitor,
        string model,
        FactorUnits units)
    {
        var phases = new List<TrainingPhase>();
        ExampleMatrix? below = null;
        for (int i = 0; i < layers.Count; i++)
        {
            bool isDeepest = i == layers.Count - 1;
            DataMatrix layerData = below is null ? data : engine.Load(below);
            Factor activations = isDeepest ? deepest : engine.Allocate(data.Rows, layers[i].Rank);
            try
            {
                var factors = new FactorPair(layerData, templates[i], activations);
                string phase = $"{model}, layer {i + 1} of {layers.Count}";
                bool areGiven = layers[i].InitialTemplates is not null;
                FactorUnits unitsOfLayer = i == 0 ? units : units with { Data = units.Activations, Templates = 1 };
                TrainingHistory history = NmfTraining.Run(engine, factors, layers[i], stopping, monitor, phase, unitsOfLayer, areGiven);
                phases.Add(new TrainingPhase { Name = $"layer {i + 1}", History = history });
                // The rows stay multiplied by what those of the data were.
                ExampleWeights? weights = data.Examples.Weights is { RowScales: not null } scaled ? scaled with { Columns = null } : null;
                below = isDeepest ? null : ExampleMatrixBuilder.From(activations.ToMatrix()).Build(units.Activations, weights);
            }
            finally
            {
                if (i > 0)
                    layerData.Dispose();
                if (!isDeepest)
                    activations.Dispose();
            }
        }

        return phases;
    }
}
