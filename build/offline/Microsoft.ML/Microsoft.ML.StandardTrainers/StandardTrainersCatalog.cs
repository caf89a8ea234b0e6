using Microsoft.ML.Trainers;
using Defaults = Microsoft.ML.Trainers.LbfgsMaximumEntropyMulticlassTrainer.Options.Defaults;

namespace Microsoft.ML;

/// <summary>The standard trainers.</summary>
public static class StandardTrainersCatalog
{
    public static LbfgsMaximumEntropyMulticlassTrainer LbfgsMaximumEntropy(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string exampleWeightColumnName = null,
        float l1Regularization = Defaults.L1Regularization,
        float l2Regularization = Defaults.L2Regularization,
        float optimizationTolerance = Defaults.OptimizationTolerance,
        int historySize = Defaults.HistorySize,
        bool enforceNonNegativity = Defaults.EnforceNonNegativity)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        return new(CatalogUtils.GetEnvironment(catalog), labelColumnName, featureColumnName, exampleWeightColumnName,
            l1Regularization, l2Regularization, optimizationTolerance, historySize, enforceNonNegativity);
    }

    public static LbfgsMaximumEntropyMulticlassTrainer LbfgsMaximumEntropy(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        LbfgsMaximumEntropyMulticlassTrainer.Options options)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(options, nameof(options));
        return new(CatalogUtils.GetEnvironment(catalog), options);
    }
}
