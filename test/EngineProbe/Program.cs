using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

// EngineProbe ENGINE: trains a small model on the engine and transforms with it; prints what the log says of the engine, or the message of the exception.
var context = new MLContext(1);
context.Log += (_, e) =>
{
    if (e.Message.Contains("; engine ", StringComparison.Ordinal))
        Console.WriteLine(e.Message);
};
IDataView data = context.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Row { Features = [i % 2, 1 - i % 2, i % 3] }));
try
{
    NmfTransformer model = context.Transforms.Nmf(new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 2, Engine = Enum.Parse<TrainingEngine>(args[0]) }).Fit(data);
    Console.WriteLine($"{model.Transform(data).GetColumn<float[]>("Topics").Count()} rows");
}
catch (InvalidOperationException problem)
{
    Console.WriteLine(problem.Message);
}

internal sealed class Row
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];
}
