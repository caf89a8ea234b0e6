using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>A place in a chain of factors. Two places with the same factor share it.</summary>
/// <param name="Factor">The factor that stands there.</param>
/// <param name="IsFixed">Whether it is left as it is.</param>
/// <param name="Penalty">The penalty on it.</param>
internal sealed record ChainLink(Factor Factor, bool IsFixed, Penalty Penalty);
