using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>Recorded gradients are those of the objective for the recorded templates, in the unit of the data.</summary>
public class RecordedGradientTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void Those_of_a_chain_are_its_differences(double beta)
    {
        double[,] x = NeuralData.Scaled(NeuralData.Grouped(20, 9, 4), 50);
        var recorder = new TrainingRecorder { Parts = RecordedParts.All };
        var options = new DeepNmfEstimator.Options
        {
            Ranks = [4, 2],
            Beta = beta,
            Seed = 3,
            MaximumNumberOfIterations = 6,
            Tolerance = 0,
            Initialization = LayerInitialization.Random,
            ActivationsL1Regularization = 0.5f,
            Layers = [new() { TemplatesL1Regularization = 20, TemplatesL2Regularization = 10, TemplatesOrthogonality = 30 }, new() { TemplatesL2Regularization = 5 }],
        };
        using var engine = new ManagedEngine(1);
        DeepNmfTraining.Run(engine, Read(x), Resolved.Of(options), new RecordingMonitor(recorder));
        TrainingSnapshot at = recorder.Snapshots[4];
        double[][,] templates = [.. at.Templates.Select(NeuralData.Read)];
        double[,] activations = NeuralData.Read(at.Activations[^1]);
        Near.Equal(at.Iteration.Objective, Objective(), 1e-4);
        for (int layer = 0; layer < 2; layer++)
        {
            double norm = 0;
            FactorMatrix gradient = at.Gradients[layer];
            foreach (float value in gradient.Values)
                norm += (double)value * value;
            Assert.Equal(Math.Sqrt(norm), at.GradientNorms[layer], 1e-6 * Math.Sqrt(norm));
            for (int j = 0; j < gradient.Rows; j++)
            {
                for (int k = 0; k < gradient.Columns; k++)
                {
                    double here = templates[layer][j, k], step = 1e-3 * (here + 0.1);
                    templates[layer][j, k] = here + step;
                    double above = Objective();
                    templates[layer][j, k] = here - (here > step ? step : 0);
                    double slope = (above - Objective()) / (here > step ? 2 * step : step);
                    templates[layer][j, k] = here;
                    if (here > step)
                        Assert.Equal(slope, gradient[j, k], 1e-2 * Math.Sqrt(norm));
                }
            }
        }

        double Objective()
        {
            double penalty = 0.5 * activations.Cast<double>().Sum();
            for (int layer = 0; layer < 2; layer++)
            {
                DeepNmfLayerOptions own = options.Layers![layer]!;
                for (int j = 0; j < templates[layer].GetLength(0); j++)
                {
                    double[] row = Naive.Row(templates[layer], j);
                    double sum = row.Sum(), squares = row.Sum(v => v * v);
                    penalty += own.TemplatesL1Regularization * sum + 0.5 * own.TemplatesL2Regularization * squares + 0.5 * own.TemplatesOrthogonality * (sum * sum - squares);
                }
            }

            return Naive.Divergence(x, activations, Naive.Multiply(templates[0], templates[1]), beta) + penalty;
        }
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void Those_of_neural_layers_are_the_naive_ones_for_all_rows_together_and_in_batches(NeuralNmfLoss loss)
    {
        double[,] x = NeuralData.Scaled(NeuralData.Grouped(24, 9, 4), 50);
        foreach (int? batch in new int?[] { null, 7 })
        {
            var recorder = new TrainingRecorder { Parts = RecordedParts.All };
            NeuralNmfEstimator.Options options = NeuralData.Options([4, 2], 3, loss, null, NeuralNmfOptimizer.Adam(0.01));
            options.BatchSize = batch;
            options.Initialization = LayerInitialization.Random;
            using var engine = new ManagedEngine(1);
            NeuralNmfTraining.Run(engine, Read(x), options.With(o => o.Resolve()), new RecordingMonitor(recorder));
            TrainingSnapshot at = recorder.Snapshots[2];
            double[][,] templates = [.. at.Templates.Select(NeuralData.Read)], forward = NaiveNeural.Forward(x, templates);
            double[][,] gradients = NaiveNeural.Gradient(x, templates, NaiveNeural.Supports(forward), loss, null);
            for (int layer = 0; layer < 2; layer++)
            {
                Near.Equal(gradients[layer], NeuralData.Read(at.Gradients[layer]), 1e-3);
                // Batches have their rows in places of the data that they were drawn from.
                Near.Equal(forward[layer], NeuralData.Read(at.Activations[layer]), 1e-3);
            }
        }
    }

    // In a unit of its own, as a column is read.
    private static ExampleMatrix Read(double[,] x) => ExampleMatrixBuilder.From(Build.Matrix(x)).BuildInUnit();

    private sealed class RecordingMonitor(TrainingRecorder recorder) : ITrainingMonitor
    {
        public TrainingRecorder? Recorder => recorder;

        public void CheckAlive()
        {
        }

        public void Report(TrainingProgress progress)
        {
        }

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
