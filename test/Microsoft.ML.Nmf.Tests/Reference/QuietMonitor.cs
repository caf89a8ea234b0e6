using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Keeps what it is told, and stops or cancels when asked to.</summary>
internal sealed class QuietMonitor : ITrainingMonitor
{
    public List<TrainingProgress> Reports { get; } = [];

    public List<(string Phase, TrainingHistory History)> Finished { get; } = [];

    public Func<bool> IsCancelled { get; set; } = () => false;

    public Func<bool> IsStopped { get; set; } = () => false;

    public bool IsStopRequested => IsStopped();

    public void CheckAlive()
    {
        if (IsCancelled())
            throw new OperationCanceledException();
    }

    public void Report(TrainingProgress progress) => Reports.Add(progress);

    public void Finish(string phase, TrainingHistory history, StoppingRule rule) => Finished.Add((phase, history));
}
