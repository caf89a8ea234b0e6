namespace Microsoft.ML;

internal enum PredictionKind
{
    Unknown = 0,
    MulticlassClassification = 3,
}

/// <summary>What a trainer learns.</summary>
internal interface IPredictor
{
    PredictionKind PredictionKind { get; }
}

internal interface IPredictorProducing<out TResult> : IPredictor
{
}
