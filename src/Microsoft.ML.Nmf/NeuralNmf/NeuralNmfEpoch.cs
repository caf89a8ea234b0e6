namespace Microsoft.ML.Nmf;

/// <summary>Where the training of a neural factorization stood after an epoch.</summary>
/// <param name="Epoch">How many epochs were done; 0 is the start.</param>
/// <param name="Loss">What is minimised: the sum of the layers' losses plus the weighted label loss.</param>
/// <param name="LayerLosses">
/// mean((S_(i−1) − A_i S_i)²) of each layer for the energy; the one mean((X − A_0 … A_L S_L)²) for the reconstruction.
/// </param>
/// <param name="LabelLoss">The mean label loss of the labelled examples with the penalty on the classification layer, before its weight; NaN without labels.</param>
/// <param name="ValidationLoss">The loss of the rows that were held out; NaN without them.</param>
/// <param name="LearningRate">The rate of the steps of the epoch; for the automatic optimizer the length of its step in the metric of the activations, 1 being Newton's. NaN at the start.</param>
/// <param name="OptimalityResidual">
/// How far any activation of any layer and example is from solving its least-squares problem: the largest violation of a Karush-Kuhn-Tucker condition, as a share of the largest entry of the
/// example's A_iᵀ S_(i−1).
/// </param>
/// <param name="Seconds">Seconds since the first epoch began.</param>
public sealed record NeuralNmfEpoch(
    int Epoch, double Loss, IReadOnlyList<double> LayerLosses, double LabelLoss, double ValidationLoss, double LearningRate, double OptimalityResidual, double Seconds);
