using Microsoft.ML.Data;

namespace Microsoft.ML;

public abstract partial class TrainCatalogBase
{
    private protected CrossValidationResult[] CrossValidateTrain(IDataView data, IEstimator<ITransformer> estimator, int numFolds, string samplingKeyColumn, int? seed = null)
    {
        Environment.CheckValue(data, nameof(data));
        Environment.CheckValue(estimator, nameof(estimator));
        Environment.CheckParam(numFolds > 1, nameof(numFolds), "Must be more than 1");
        return [.. new DataOperationsCatalog(Environment).CrossValidationSplit(data, numFolds, samplingKeyColumn, seed).Select((split, fold) =>
        {
            var model = estimator.Fit(split.TrainSet);
            // What a chain does in training only, it does with the rows held out too.
            var scores = model is ITransformerChainAccessor chain
                ? new TransformerChain<ITransformer>(chain.Transformers, chain.Scopes).Transform(split.TestSet, TransformerScope.Everything)
                : model.Transform(split.TestSet);
            return new CrossValidationResult(model, scores, fold);
        })];
    }

    private protected struct CrossValidationResult
    {
        public readonly ITransformer Model;

        public readonly IDataView Scores;

        public readonly int Fold;

        public CrossValidationResult(ITransformer model, IDataView scores, int fold) => (Model, Scores, Fold) = (model, scores, fold);
    }

    public sealed class CrossValidationResult<T>
        where T : class
    {
        public readonly T Metrics;

        public readonly ITransformer Model;

        public readonly IDataView ScoredHoldOutSet;

        public readonly int Fold;

        internal CrossValidationResult(ITransformer model, T metrics, IDataView scores, int fold)
            => (Model, Metrics, ScoredHoldOutSet, Fold) = (model, metrics, scores, fold);
    }
}

public sealed partial class MulticlassClassificationCatalog
{
    /// <summary>Trains once for each part of the rows, on the others, and evaluates on that part.</summary>
    public IReadOnlyList<CrossValidationResult<MulticlassClassificationMetrics>> CrossValidate(IDataView data, IEstimator<ITransformer> estimator, int numberOfFolds = 5,
        string labelColumnName = DefaultColumnNames.Label, string samplingKeyColumnName = null, int? seed = null)
    {
        Environment.CheckNonEmpty(labelColumnName, nameof(labelColumnName));
        return [.. CrossValidateTrain(data, estimator, numberOfFolds, samplingKeyColumnName, seed)
            .Select(result => new CrossValidationResult<MulticlassClassificationMetrics>(result.Model, Evaluate(result.Scores, labelColumnName), result.Scores, result.Fold))];
    }
}
