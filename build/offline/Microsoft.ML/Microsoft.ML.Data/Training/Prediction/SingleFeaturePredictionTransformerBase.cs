namespace Microsoft.ML.Data;

/// <summary>The base of transformers that predict from one column of features.</summary>
/// <typeparam name="TModel">The type of what was learnt.</typeparam>
public abstract class SingleFeaturePredictionTransformerBase<TModel> : PredictionTransformerBase<TModel>, ISingleFeaturePredictionTransformer<TModel>
    where TModel : class
{
    private protected SingleFeaturePredictionTransformerBase(IHost host, TModel model, DataViewSchema trainSchema, string featureColumn)
        : base(host, model, trainSchema)
        => (FeatureColumnName, FeatureColumnType) = (featureColumn, TypeOf(featureColumn));

    private protected SingleFeaturePredictionTransformerBase(IHost host, ModelLoadContext ctx, TModel model)
        : base(host, ctx, model)
    {
        FeatureColumnName = ctx.LoadNonEmptyString();
        FeatureColumnType = TypeOf(FeatureColumnName);
    }

    public string FeatureColumnName { get; }

    public DataViewType FeatureColumnType { get; }

    public sealed override DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        if (inputSchema.GetColumnOrNull(FeatureColumnName) is not { } features)
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "feature", FeatureColumnName);
        if (!features.Type.Equals(FeatureColumnType))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "feature", FeatureColumnName, FeatureColumnType.ToString(), features.Type.ToString());
        return Transform(new EmptyDataView(Host, inputSchema)).Schema;
    }

    private protected sealed override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        SaveCore(ctx);
    }

    private protected virtual void SaveCore(ModelSaveContext ctx)
    {
        SaveModelCore(ctx);
        ctx.SaveNonEmptyString(FeatureColumnName);
    }

    private DataViewType TypeOf(string featureColumn)
        => TrainSchema.GetColumnOrNull(featureColumn)?.Type ?? throw Host.ExceptSchemaMismatch(nameof(featureColumn), "feature", featureColumn);
}
