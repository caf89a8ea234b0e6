namespace Microsoft.ML.Trainers;

/// <summary>The base of what trainers learn.</summary>
/// <typeparam name="TOutput">The type of the predictions.</typeparam>
public abstract class ModelParametersBase<TOutput> : ICanSaveModel, IPredictorProducing<TOutput>
{
    private protected readonly IHost Host;

    private protected ModelParametersBase(IHostEnvironment env, string name)
    {
        Contracts.CheckValue(env, nameof(env));
        Host = env.Register(name);
    }

    PredictionKind IPredictor.PredictionKind => PredictionKind;

    private protected abstract PredictionKind PredictionKind { get; }

    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(ctx);

    private protected virtual void Save(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        SaveCore(ctx);
    }

    private protected virtual void SaveCore(ModelSaveContext ctx)
    {
    }
}
