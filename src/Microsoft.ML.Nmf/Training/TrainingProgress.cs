namespace Microsoft.ML.Nmf;

/// <summary>What a training tells about itself after each iteration.</summary>
/// <param name="Phase">What is being trained, in a few words.</param>
/// <param name="MaximumNumberOfIterations">The iterations after which the phase ends in any case.</param>
/// <param name="Iteration">Where it stands.</param>
/// <param name="RelativeDecrease">By what share of itself the last iteration lowered the objective; NaN at the start.</param>
public sealed record TrainingProgress(string Phase, int MaximumNumberOfIterations, TrainingIteration Iteration, double RelativeDecrease);
