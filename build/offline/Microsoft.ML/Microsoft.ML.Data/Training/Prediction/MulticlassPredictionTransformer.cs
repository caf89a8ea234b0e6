using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;
using Microsoft.ML.Internal.Utilities.Offline;

[assembly: LoadableClass(typeof(ISingleFeaturePredictionTransformer<object>), typeof(MulticlassPredictionTransformer), null, typeof(SignatureLoadModel),
    "", MulticlassPredictionTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Adds the score of each class, and the class with the largest one.</summary>
/// <typeparam name="TModel">The type of what was learnt.</typeparam>
public sealed class MulticlassPredictionTransformer<TModel> : SingleFeaturePredictionTransformerBase<TModel>, IScorer
    where TModel : class
{
    private readonly string _labelColumn;
    private readonly string _scoreColumn;
    private readonly string _predictedLabelColumn;

    internal MulticlassPredictionTransformer(IHostEnvironment env, TModel model, DataViewSchema inputSchema, string featureColumn, string labelColumn,
        string scoreColumn = AnnotationUtils.Const.ScoreValueKind.Score, string predictedLabel = DefaultColumnNames.PredictedLabel)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(MulticlassPredictionTransformer<TModel>)), model, inputSchema, featureColumn)
        => (_labelColumn, _scoreColumn, _predictedLabelColumn) = (labelColumn, scoreColumn, predictedLabel);

    internal MulticlassPredictionTransformer(IHostEnvironment env, ModelLoadContext ctx, IHost host, TModel model)
        : base(host, ctx, model)
        => (_labelColumn, _scoreColumn, _predictedLabelColumn) = (ctx.LoadStringOrNull(), ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());

    IRowMapper IScorer.Bind(DataViewSchema inputSchema)
    {
        var features = inputSchema.GetColumnOrNull(FeatureColumnName) ?? throw Host.ExceptParam("schema", $"{FeatureColumnName} column 'Feature' not found");
        if (!features.Type.SameSizeAndItemType(((IValueMapper)Model).InputType))
            throw Host.Except("Incompatible features column type: '{0}' vs '{1}'", features.Type, ((IValueMapper)Model).InputType);
        var label = _labelColumn is null ? null : TrainSchema.GetColumnOrNull(_labelColumn);
        return new MulticlassScoreMapper(this, (IValueMapper)Model, inputSchema, features, label, _predictedLabelColumn, _scoreColumn);
    }

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(MulticlassScoreMapper.GetVersionInfo());
        base.SaveCore(ctx);
        ctx.SaveStringOrNull(_labelColumn);
        ctx.SaveNonEmptyString(_scoreColumn);
        ctx.SaveNonEmptyString(_predictedLabelColumn);
    }
}

internal static class MulticlassPredictionTransformer
{
    public const string LoaderSignature = "MulticlassPredXfer";

    public static ISingleFeaturePredictionTransformer<object> Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(MulticlassScoreMapper.GetVersionInfo());
        ctx.LoadModel<IPredictor, SignatureLoadModel>(env, out var model, PredictionTransformerBase.DirModel);
        return Generic.Call(Load<object>, model.GetType(), env, ctx, (object)model);
    }

    private static ISingleFeaturePredictionTransformer<object> Load<TModel>(IHostEnvironment env, ModelLoadContext ctx, object model)
        where TModel : class
        => new MulticlassPredictionTransformer<TModel>(env, ctx, env.Register(nameof(MulticlassPredictionTransformer<TModel>)), (TModel)model);
}

internal static class PredictionTransformerBase
{
    internal const string DirModel = "Model";
}
