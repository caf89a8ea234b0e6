using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

// EngineProbe ENGINE [GPU]: trains a small model and transforms with it; prints what the log says of the engine, or the message of the exception.
// EngineProbe Module: makes the least-squares module; prints the shape of its templates, or the message of the exception.
var context = new MLContext(1) { GpuDeviceId = args.Length > 1 ? int.Parse(args[1]) : null };
context.Log += (_, e) =>
{
    if (e.RawMessage.Contains("; engine ", StringComparison.Ordinal) || e.RawMessage.StartsWith("Training on", StringComparison.Ordinal))
        Console.WriteLine($"{e.Kind}: {e.Message}");
};
IDataView data = context.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Row { Features = [i % 2, 1 - i % 2, i % 3] }));
try
{
    if (args[0] == "Module")
    {
        MakeModule();
        return;
    }

    TrainingEngine engine = Enum.Parse<TrainingEngine>(args[0]);
    var options = new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 2, Engine = engine };
    NmfTransformer model = context.Transforms.Nmf(options).Fit(data);
    Console.WriteLine($"{model.Transform(data).GetColumn<float[]>("Topics").Count()} rows");
}
catch (InvalidOperationException problem)
{
    Console.WriteLine(problem.Message);
}

// Apart, so that TorchSharp is not asked for where only models are trained.
[MethodImpl(MethodImplOptions.NoInlining)]
static void MakeModule()
{
    using var module = new NonnegativeLeastSquaresModule(3, 2);
    Console.WriteLine(string.Join(" × ", module.Templates.shape));
}

internal sealed class Row
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];
}
