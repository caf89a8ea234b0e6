using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;

namespace Microsoft.ML.Nmf.Training;

/// <summary>What an estimator trains on.</summary>
/// <param name="Examples">X, n × m.</param>
/// <param name="FeatureNames">The names of the m features, or null.</param>
/// <param name="Labels">For each example 0 or its class plus 1; empty without labels.</param>
/// <param name="Classes">The classes, or null without labels.</param>
internal sealed record TrainingInput(ExampleMatrix Examples, string[]? FeatureNames, uint[] Labels, ClassKeys? Classes);
