using Microsoft.ML.Data;

namespace Microsoft.ML.Trainers;

/// <summary>An estimator that learns to predict.</summary>
/// <typeparam name="TTransformer">The type of its transformer.</typeparam>
/// <typeparam name="TModel">The type of what it learns.</typeparam>
public interface ITrainerEstimator<out TTransformer, out TModel> : IEstimator<TTransformer>
    where TTransformer : IPredictionTransformer<TModel>
    where TModel : class
{
    TrainerInfo Info { get; }
}

/// <summary>The base of trainers: checks the columns, and adds those of the prediction.</summary>
/// <typeparam name="TTransformer">The type of its transformer.</typeparam>
/// <typeparam name="TModel">The type of what it learns.</typeparam>
public abstract class TrainerEstimatorBase<TTransformer, TModel> : ITrainerEstimator<TTransformer, TModel>
    where TTransformer : ISingleFeaturePredictionTransformer<TModel>
    where TModel : class
{
    private protected const string NoTrainingInstancesMessage = "No valid training instances found, all instances have missing features.";

    public readonly SchemaShape.Column FeatureColumn;

    public readonly SchemaShape.Column LabelColumn;

    public readonly SchemaShape.Column WeightColumn;

    private protected readonly IHost Host;

    private protected TrainerEstimatorBase(IHost host, SchemaShape.Column feature, SchemaShape.Column label, SchemaShape.Column weight = default)
    {
        Contracts.CheckValue(host, nameof(host));
        Host = host;
        Host.CheckParam(feature.IsValid, nameof(feature), "not initialized properly");
        (FeatureColumn, LabelColumn, WeightColumn) = (feature, label, weight);
    }

    public abstract TrainerInfo Info { get; }

    private protected abstract PredictionKind PredictionKind { get; }

    public TTransformer Fit(IDataView input) => TrainTransformer(input);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        CheckInputSchema(inputSchema);
        var output = inputSchema.ToDictionary(column => column.Name);
        foreach (var column in GetOutputColumnsCore(inputSchema))
            output[column.Name] = column;
        return new SchemaShape(output.Values);
    }

    private protected abstract SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema);

    private protected abstract TModel TrainModelCore(TrainContext trainContext);

    private protected abstract TTransformer MakeTransformer(TModel model, DataViewSchema trainSchema);

    private protected TTransformer TrainTransformer(IDataView trainSet, IDataView validationSet = null, IPredictor initPredictor = null)
    {
        Host.CheckValue(trainSet, nameof(trainSet));
        CheckInputSchema(SchemaShape.Create(trainSet.Schema));
        var validation = validationSet is null ? null : MakeRoles(validationSet);
        var model = TrainModelCore(new TrainContext(MakeRoles(trainSet), validation, null, initPredictor));
        return MakeTransformer(model, trainSet.Schema);
    }

    private protected virtual RoleMappedData MakeRoles(IDataView data) => new(data, opt: false,
        RoleMappedSchema.ColumnRole.Label.Bind(LabelColumn.Name),
        RoleMappedSchema.ColumnRole.Feature.Bind(FeatureColumn.Name),
        RoleMappedSchema.ColumnRole.Weight.Bind(WeightColumn.Name));

    private protected virtual void CheckLabelCompatible(SchemaShape.Column labelCol)
        => CheckCompatible(LabelColumn, labelCol, "label", nameof(labelCol));

    private void CheckInputSchema(SchemaShape inputSchema)
    {
        CheckCompatible(FeatureColumn, Find(FeatureColumn, "feature"), "feature", nameof(inputSchema));
        if (WeightColumn.IsValid)
            CheckCompatible(WeightColumn, Find(WeightColumn, "weight"), "weight", nameof(inputSchema));
        if (LabelColumn.IsValid)
            CheckLabelCompatible(Find(LabelColumn, "label"));

        SchemaShape.Column Find(SchemaShape.Column wanted, string role)
            => inputSchema.TryFindColumn(wanted.Name, out var column) ? column : throw Host.ExceptSchemaMismatch(nameof(inputSchema), role, wanted.Name);
    }

    private void CheckCompatible(SchemaShape.Column wanted, SchemaShape.Column column, string role, string parameter)
    {
        if (!wanted.IsCompatibleWith(column))
            throw Host.ExceptSchemaMismatch(parameter, role, wanted.Name, wanted.GetTypeString(), column.GetTypeString());
    }
}
