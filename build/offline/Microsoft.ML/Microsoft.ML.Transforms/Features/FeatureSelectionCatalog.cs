using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>The selections of features.</summary>
public static class FeatureSelectionCatalog
{
    public static CountFeatureSelectingEstimator SelectFeaturesBasedOnCount(this TransformsCatalog.FeatureSelectionTransforms catalog, string outputColumnName,
        string inputColumnName = null, long count = CountFeatureSelectingEstimator.Defaults.Count)
        => new(CatalogUtils.GetEnvironment(catalog), outputColumnName, inputColumnName, count);
}
