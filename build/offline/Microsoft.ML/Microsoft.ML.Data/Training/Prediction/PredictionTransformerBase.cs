using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Data;

/// <summary>The base of transformers that predict: it keeps what was learnt, and the schema that it was learnt on.</summary>
/// <typeparam name="TModel">The type of what was learnt.</typeparam>
public abstract class PredictionTransformerBase<TModel> : IPredictionTransformer<TModel>
    where TModel : class
{
    private protected const string DirModel = "Model";
    private protected const string DirTransSchema = "TrainSchema";

    private protected readonly IHost Host;

    internal DataViewSchema TrainSchema;

    private protected PredictionTransformerBase(IHost host, TModel model, DataViewSchema trainSchema)
    {
        Host = Contracts.CheckRef(host, nameof(host));
        Model = host.CheckRef(model, nameof(model));
        TrainSchema = host.CheckRef(trainSchema, nameof(trainSchema));
    }

    private protected PredictionTransformerBase(IHost host, ModelLoadContext ctx, TModel model)
    {
        (Host, Model) = (host, model);
        ctx.TryLoadBinaryStream(DirTransSchema, reader => TrainSchema = SchemaCodec.Read(reader));
        host.CheckDecode(TrainSchema is not null);
    }

    public TModel Model { get; }

    bool ITransformer.IsRowToRowMapper => true;

    private protected IPredictor ModelAsPredictor => (IPredictor)Model;

    public abstract DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

    public IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return Score(input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return Score(new EmptyDataView(Host, inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => SaveModel(ctx);

    private protected abstract void SaveModel(ModelSaveContext ctx);

    private protected void SaveModelCore(ModelSaveContext ctx)
    {
        ctx.SaveModel(Model, DirModel);
        ctx.SaveBinaryStream(DirTransSchema, writer => SchemaCodec.Write(writer, TrainSchema));
    }

    private RowToRowMapperTransform Score(IDataView input)
    {
        var scorer = (IScorer)this;
        return new(Host, input, scorer.Bind(input.Schema), scorer.Bind);
    }
}
