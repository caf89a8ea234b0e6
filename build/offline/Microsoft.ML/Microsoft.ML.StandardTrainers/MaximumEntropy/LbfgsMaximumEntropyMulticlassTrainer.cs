namespace Microsoft.ML.Trainers;

/// <summary>Learns to tell classes apart by linear scores, whose softmax are the probabilities of the classes.</summary>
public sealed class LbfgsMaximumEntropyMulticlassTrainer : LbfgsTrainerBase<LbfgsMaximumEntropyMulticlassTrainer.Options,
    MulticlassPredictionTransformer<MaximumEntropyModelParameters>, MaximumEntropyModelParameters>
{
    private int _numClasses;

    internal LbfgsMaximumEntropyMulticlassTrainer(IHostEnvironment env, string labelColumn = DefaultColumnNames.Label, string featureColumn = DefaultColumnNames.Features,
        string weights = null, float l1Weight = Options.Defaults.L1Regularization, float l2Weight = Options.Defaults.L2Regularization,
        float optimizationTolerance = Options.Defaults.OptimizationTolerance, int memorySize = Options.Defaults.HistorySize, bool enforceNoNegativity = Options.Defaults.EnforceNonNegativity)
        : this(env, new Options
        {
            LabelColumnName = labelColumn,
            FeatureColumnName = featureColumn,
            ExampleWeightColumnName = weights,
            L1Regularization = l1Weight,
            L2Regularization = l2Weight,
            OptimizationTolerance = optimizationTolerance,
            HistorySize = memorySize,
            EnforceNonNegativity = enforceNoNegativity,
        })
    {
    }

    internal LbfgsMaximumEntropyMulticlassTrainer(IHostEnvironment env, Options options)
        : base(env, options, TrainerUtils.MakeU4ScalarColumn(options.LabelColumnName))
    {
        if (options.ShowTrainingStatistics)
            throw Host.ExceptNotSupp("This stand-in computes no training statistics.");
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    private protected override int ClassCount => _numClasses;

    /// <summary>Goes on from another model.</summary>
    public MulticlassPredictionTransformer<MaximumEntropyModelParameters> Fit(IDataView trainData, MaximumEntropyModelParameters modelParameters)
        => TrainTransformer(trainData, initPredictor: modelParameters);

    private protected override void CheckLabel(RoleMappedData data) => data.CheckMulticlassLabel(out _numClasses);

    private protected override VBuffer<float> InitializeWeightsFromPredictor(IPredictor srcPredictor)
    {
        var model = (MaximumEntropyModelParameters)srcPredictor;
        float[] weights = [.. model.GetBiases(), .. model.DenseWeightsEnumerable()];
        return new(weights.Length, weights);
    }

    private protected override MaximumEntropyModelParameters CreatePredictor() => new(Host, in CurrentWeights, _numClasses, NumFeatures, null);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema)
    {
        inputSchema.TryFindColumn(LabelColumn.Name, out var label);
        var ofLabel = label.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues).Concat(AnnotationUtils.GetTrainerOutputAnnotation());
        return
        [
            new(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, new SchemaShape(AnnotationUtils.AnnotationsForMulticlassScoreColumn(label))),
            new(DefaultColumnNames.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true, new SchemaShape(ofLabel)),
        ];
    }

    private protected override MulticlassPredictionTransformer<MaximumEntropyModelParameters> MakeTransformer(MaximumEntropyModelParameters model, DataViewSchema trainSchema)
        => new(Host, model, trainSchema, FeatureColumn.Name, LabelColumn.Name);

    public sealed class Options : OptionsBase
    {
        public bool ShowTrainingStatistics = false;
    }
}
