using Microsoft.ML;
using Microsoft.ML.Nmf;

// Train ENGINE MODEL: trains a model of each kind in one pipeline, saves it, and prints the bits that it predicts.
// The engine that trained, as the log has it, goes to the error stream.
var context = new MLContext(seed: 1);
context.Log += (_, e) =>
{
    if (e.Message.Contains("; engine ", StringComparison.Ordinal))
        Console.Error.WriteLine(e.Message);
};
TrainingEngine engine = Enum.Parse<TrainingEngine>(args[0]);
IDataView data = Rows.Make(context);
var pipeline = context.Transforms.Nmf(new NmfEstimator.Options
{
    OutputColumnName = "Topics",
    InputColumnName = "Features",
    Rank = 3,
    Engine = engine,
})
    .Append(context.Transforms.DeepNmf(new DeepNmfEstimator.Options
    {
        OutputColumnName = "Deep",
        InputColumnName = "Features",
        Ranks = [4, 2],
        Engine = engine,
    }))
    .Append(context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
    {
        OutputColumnName = "Neural",
        InputColumnName = "Features",
        Ranks = [4, 2],
        Engine = engine,
    }));
ITransformer model = pipeline.Fit(data);
context.Model.Save(model, data.Schema, args[1]);
Rows.PrintBits(model.Transform(data));
