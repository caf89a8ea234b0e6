namespace Microsoft.ML.Nmf;

/// <summary>Where a training stood after an iteration.</summary>
/// <param name="Iteration">How many iterations were done; 0 is the start.</param>
/// <param name="Objective">What the training lowers: the divergence plus the penalties.</param>
/// <param name="Divergence">D_β between the data and its approximation, without the penalties, summed over all entries.</param>
/// <param name="Seconds">Seconds since the first iteration began.</param>
public sealed record TrainingIteration(int Iteration, double Objective, double Divergence, double Seconds);
