using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>The start of what has several layers: the data is factorized, then its activations, then theirs, each as an ordinary factorization of its own.</summary>
internal static class LayerWiseTraining
{
    /// <summary>Runs the factorizations one after the other.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X.</param>
    /// <param name="layers">What each factorization is to be, from the layer next to the features on.</param>
    /// <param name="templates">Receives the templates of each layer.</param>
    /// <param name="deepest">Receives the activations of the last.</param>
    /// <param name="monitor">Is told of every iteration.</param>
    /// <param name="phases">Receives how each went.</param>
    public static void Run(ComputeEngine engine, DataMatrix data, IReadOnlyList<NmfSettings> layers, Factor[] templates, Factor deepest, ITrainingMonitor monitor, List<TrainingPhase> phases)
    {
        ExampleMatrix? below = null;
        for (int i = 0; i < layers.Count; i++)
        {
            bool isDeepest = i == layers.Count - 1;
            DataMatrix layerData = below is null ? data : engine.Load(below);
            Factor activations = isDeepest ? deepest : engine.Allocate(data.Rows, layers[i].Rank);
            try
            {
                phases.Add(new TrainingPhase($"layer {i + 1}", NmfTraining.Run(engine, new FactorPair(layerData, templates[i], activations), layers[i], monitor)));
                below = isDeepest ? null : ExampleMatrixBuilder.From(activations.ToMatrix());
            }
            finally
            {
                if (i > 0)
                    layerData.Dispose();
                if (!isDeepest)
                    activations.Dispose();
            }
        }
    }
}
