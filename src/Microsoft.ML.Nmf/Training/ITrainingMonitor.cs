namespace Microsoft.ML.Nmf.Training;

/// <summary>What a training talks to while it runs.</summary>
internal interface ITrainingMonitor
{
    /// <summary>Throws when the training has been cancelled. Called at least twice an iteration.</summary>
    void CheckAlive();

    /// <summary>Takes note of an iteration.</summary>
    void Report(TrainingProgress progress);

    /// <summary>Takes note of the end of a phase.</summary>
    void Finish(string phase, TrainingHistory history, StoppingRule rule);
}
