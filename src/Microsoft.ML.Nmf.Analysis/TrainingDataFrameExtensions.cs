using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>How trainings went, as data frames. A number that is NaN is a missing value.</summary>
public static class TrainingDataFrameExtensions
{
    /// <summary>The iterations: columns "iteration", "objective", "divergence" and "seconds".</summary>
    public static DataFrame ToDataFrame(this TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return AddIterations(new Rows(), [.. history]).ToDataFrame();
    }

    /// <summary>The iterations of all phases, one after the other: column "phase", and those of a history.</summary>
    public static DataFrame ToDataFrame(this IEnumerable<TrainingPhase> phases)
    {
        ArgumentNullException.ThrowIfNull(phases);
        (string Phase, TrainingIteration At)[] rows = [.. phases.SelectMany(phase => phase.History.Select(at => (phase.Name, at)))];
        return AddIterations(new Rows().Text("phase", rows, (row, _) => row.Phase), [.. rows.Select(row => row.At)]).ToDataFrame();
    }

    /// <summary>
    /// The epochs of a neural factorization: columns "epoch", "loss", "loss of layer 1" and so on (for the reconstruction one of them), "label loss",
    /// "validation loss", "learning rate", "optimality residual" and "seconds".
    /// </summary>
    public static DataFrame ToDataFrame(this IEnumerable<NeuralNmfEpoch> epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        NeuralNmfEpoch[] rows = [.. epochs];
        Rows frame = new Rows().Number("epoch", rows, (row, _) => row.Number).Real("loss", rows, (row, _) => row.Loss);
        AddLayers(frame, "loss of layer", rows, row => row.LayerLosses);
        return frame.Real("label loss", rows, (row, _) => row.LabelLoss).Real("validation loss", rows, (row, _) => row.ValidationLoss)
            .Real("learning rate", rows, (row, _) => row.LearningRate).Real("optimality residual", rows, (row, _) => row.OptimalityResidual)
            .Real("seconds", rows, (row, _) => row.Seconds).ToDataFrame();
    }

    /// <summary>
    /// The numbers of the snapshots, which may be taken while the training runs: columns "phase", "iteration", "objective", "divergence", "seconds", "step
    /// length", "label loss", "validation loss", "loss of layer 1" and so on, and "gradient norm of layer 1" and so on where gradients or their norms were
    /// recorded.
    /// </summary>
    public static DataFrame ToDataFrame(this TrainingRecorder recorder)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        IReadOnlyList<TrainingSnapshot> rows = recorder.Snapshots;
        Rows frame = AddIterations(new Rows().Text("phase", rows, (row, _) => row.Phase), [.. rows.Select(row => row.Iteration)])
            .Real("step length", rows, (row, _) => row.StepLength).Real("label loss", rows, (row, _) => row.LabelLoss)
            .Real("validation loss", rows, (row, _) => row.ValidationLoss);
        AddLayers(frame, "loss of layer", rows, row => row.LayerLosses);
        AddLayers(frame, "gradient norm of layer", rows, row => row.GradientNorms);
        return frame.ToDataFrame();
    }

    private static Rows AddIterations(Rows frame, IReadOnlyList<TrainingIteration> rows)
        => frame.Number("iteration", rows, (row, _) => row.Number).Real("objective", rows, (row, _) => row.Objective)
            .Real("divergence", rows, (row, _) => row.Divergence).Real("seconds", rows, (row, _) => row.Seconds);

    private static void AddLayers<T>(Rows frame, string name, IReadOnlyList<T> rows, Func<T, IReadOnlyList<double>> of)
    {
        int layers = rows.Select(row => of(row).Count).DefaultIfEmpty().Max();
        for (int i = 0; i < layers; i++)
        {
            int layer = i;
            frame.Real($"{name} {layer + 1}", rows, (row, _) => layer < of(row).Count ? of(row)[layer] : null);
        }
    }
}
