namespace Microsoft.ML.Nmf;

/// <summary>A part of a training.</summary>
/// <param name="Name">What was trained.</param>
/// <param name="History">How it went.</param>
public sealed record TrainingPhase(string Name, TrainingHistory History);
