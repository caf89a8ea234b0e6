using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>A transformer that predicts.</summary>
/// <typeparam name="TModel">The type of what was learnt.</typeparam>
public interface IPredictionTransformer<out TModel> : ITransformer
    where TModel : class
{
    TModel Model { get; }
}

/// <summary>A transformer that predicts from one column of features.</summary>
/// <typeparam name="TModel">The type of what was learnt.</typeparam>
public interface ISingleFeaturePredictionTransformer<out TModel> : IPredictionTransformer<TModel>
    where TModel : class
{
    string FeatureColumnName { get; }

    DataViewType FeatureColumnType { get; }
}
