using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The data and the two factors of X ≈ H Wᵀ where an engine works on them.</summary>
/// <param name="Data">X, n × m; its transpose comes with it.</param>
/// <param name="Templates">W, m × r.</param>
/// <param name="Activations">H, n × r.</param>
internal sealed record FactorPair(DataMatrix Data, Factor Templates, Factor Activations);
