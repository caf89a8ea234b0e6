#:package Nmf.MLExtension.Core@0.2.0
#:property PublishAot=false
#:property WithShow=false

// serve.cs MODEL TEXT ...: prints the activations of each text, a line each. It has neither TorchSharp nor a line of code that names the library.
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(args[0], out _);
IDataView rows = model.Transform(mlContext.Data.LoadFromEnumerable(args.Skip(1).Select(text => new { Text = text })));
foreach (float[] activations in rows.GetColumn<float[]>("Topics"))
    Console.WriteLine(string.Join(' ', activations.Select(BitConverter.SingleToInt32Bits)));

string[] torch = [.. AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!).Where(name => name.Contains("Torch"))];
Console.WriteLine($"Assemblies of Torch: {(torch.Length == 0 ? "none" : string.Join(", ", torch))}");
