using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

/// <summary>What an estimator trains on.</summary>
/// <param name="Examples">X, n × m.</param>
/// <param name="FeatureNames">The names of the m features, or null.</param>
internal sealed record TrainingInput(ExampleMatrix Examples, string[]? FeatureNames);
