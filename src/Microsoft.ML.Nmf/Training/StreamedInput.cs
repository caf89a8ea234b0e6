using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Training;

/// <summary>What an estimator trains on in batches.</summary>
/// <typeparam name="TTransformer">The transformer that it makes.</typeparam>
/// <param name="Rows">The rows.</param>
/// <param name="Features">The number of features, m.</param>
/// <param name="FeatureNames">The names of the m features, or null.</param>
/// <param name="LabelColumn">The column of labels with its classes, or null.</param>
/// <param name="Previous">Where the training goes on from; null where it starts.</param>
/// <param name="Save">Writes a checkpoint; null for none.</param>
internal sealed record StreamedInput<TTransformer>(
    StreamedRows Rows, int Features, string[]? FeatureNames, LabelColumn? LabelColumn, TTransformer? Previous, Action<TTransformer>? Save)
    where TTransformer : class;
