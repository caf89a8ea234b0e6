#:package Nmf.MLExtension@0.2.0
#:package Plotly.NET.CSharp@0.14.0
#:property PublishAot=false

// %% [markdown]
// # Train on a GPU, serve without one
//
// Training reads all rows many times; that is work for a GPU. Serving takes a row and solves a small problem; that is work for any processor. So the two
// need not have the same packages:
//
// | | package | brings |
// |---|---|---|
// | training on a GPU | `Nmf.MLExtension` and `TorchSharp-cuda-linux` or `TorchSharp-cuda-windows` | TorchSharp, and libtorch with CUDA, some gigabytes |
// | training on processors | `Nmf.MLExtension` or `Nmf.MLExtension.Core` | nothing native of ours |
// | serving | `Nmf.MLExtension.Core` | `Microsoft.ML` alone |
//
// This notebook runs on any machine: where there is no GPU, or no libtorch, training falls back to the processor. To have it train on a GPU, put one more
// line at the top, `#:package TorchSharp-cuda-linux@…` in the program or `#r "nuget: TorchSharp-cuda-linux, …"` in the notebook, in the version of
// TorchSharp that came along. Nothing else changes.

// %%
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Plotly.NET;
using Plotly.NET.CSharp;
using Chart = Plotly.NET.CSharp.Chart;

// %% [markdown]
// ## What trains?
//
// `Engine` decides:
//
// | `TrainingEngine` | trains on |
// |---|---|
// | `Automatic`, the default | the first CUDA device if there is one, otherwise the processor in managed code |
// | `Managed` | the processor, in managed code |
// | `Torch` | a CUDA device, or the processor by libtorch; an error where there is no libtorch |
//
// The log of the context says what was taken. Of its lines we keep the one that names the engine.

// %%
var mlContext = new MLContext(seed: 1);
var engines = new List<string>();
mlContext.Log += (_, line) =>
{
    const string Mark = "; engine ";
    int found = line.Message.IndexOf(Mark, StringComparison.Ordinal);
    if (found >= 0)
        engines.Add(line.Message[(found + Mark.Length)..].Split(',', ';', '.')[0]);
};

IDataView notes = mlContext.Data.LoadFromTextFile(
    Path.Combine("..", "data", "field-notes.tsv"), [new TextLoader.Column("Text", DataKind.String, 2)], hasHeader: true);
var words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text");

ITransformer Train(TrainingEngine engine) => words.Append(mlContext.Transforms.Nmf(new NmfEstimator.Options
{
    OutputColumnName = "Topics",
    InputColumnName = "Words",
    Rank = 12,
    Engine = engine,
    Seed = 1,
})).Fit(notes);

ITransformer automatic = Train(TrainingEngine.Automatic);
ITransformer managed = Train(TrainingEngine.Managed);
Show("What trained", new[] { "Automatic", "Managed" }.Zip(engines, (asked, took) => new { Asked = asked, Took = took }));

// %% [markdown]
// ## Does it matter for the result?
//
// Both engines do the same steps from the same start. They add numbers up in different orders, so the last digits differ, and on text that is all. Where
// `Automatic` has taken the managed engine, nothing differs at all.

// %%
NmfModel model = automatic.FindNmf().Model, other = managed.FindNmf().Model;
double largest = 0, difference = 0;
for (int feature = 0; feature < model.Templates.Rows; feature++)
{
    for (int topic = 0; topic < model.Rank; topic++)
    {
        largest = Math.Max(largest, model.Templates[feature, topic]);
        difference = Math.Max(difference, Math.Abs(model.Templates[feature, topic] - other.Templates[feature, topic]));
    }
}

Show("The templates of both", [new { Topics = model.Rank, DifferInPercentOfTheLargest = 100 * difference / largest }]);
Show("Training", Chart.Line<int, double, string>(model.History.Select(at => at.Number), model.History.Select(at => Math.Round(at.Objective, 4)))
    .WithXAxisStyle<double, double, string>(TitleText: "iteration")
    .WithYAxisStyle<double, double, string>(TitleText: "objective")
    .WithSize(Width: 800, Height: 300));

// %% [markdown]
// When is a GPU worth it? For thousands of rows and columns and multiplicative updates, that is for β other than 2 and for `DeepNmf`: there it is 5 to 25
// times as fast as 16 processors. Coordinate descent (`Nmf` with β = 2) and neural NMF consist of many small steps and gain little or nothing. On a few
// hundred short texts, starting the GPU takes longer than the whole training. [docs/gpu.md](../../docs/gpu.md) has measured times of every algorithm.
//
// ## Saving
//
// The model file has the whole pipeline, words and all. Engine and device are not part of it.

// %%
mlContext.Model.Save(automatic, notes.Schema, "topics.zip");
Show("The file", [new { Name = "topics.zip", IsBelow100Kilobytes = new FileInfo("topics.zip").Length < 100_000 }]);

// %% [markdown]
// ## Serving
//
// Another program, which has `Nmf.MLExtension.Core` alone: [serve.cs](serve.cs).

// %%
Console.WriteLine(File.ReadAllText("serve.cs"));

// %% [markdown]
// We run it in a process of its own and ask it about two texts. It answers with the bits of every activation.

// %%
string[] questions =
[
    "Two moons of Saturn in the eyepiece, and then the clouds came.",
    "The soup wants more salt, and the onions should have been fried in butter first.",
];
var start = new ProcessStartInfo("dotnet", ["run", "serve.cs", "--", "topics.zip", .. questions]) { RedirectStandardOutput = true };
Process server = Process.Start(start)!;
string[] answer = server.StandardOutput.ReadToEnd().TrimEnd().Split(Environment.NewLine);
server.WaitForExit();
if (server.ExitCode != 0)
    throw new InvalidOperationException($"serve.cs ended with status {server.ExitCode}: {string.Join(Environment.NewLine, answer)}");
Console.WriteLine(answer[^1]);

// %% [markdown]
// The process that trained and the one that serves must agree to the last bit: on the same row, alone or among others, before and after saving.

// %%
IDataView asked = mlContext.Data.LoadFromEnumerable(questions.Select(text => new { Text = text }));
float[][] here = [.. automatic.Transform(asked).GetColumn<float[]>("Topics")];
float[][] there = [.. answer.SkipLast(1).Select(line => line.Split(' ').Select(bits => BitConverter.Int32BitsToSingle(int.Parse(bits))).ToArray())];
IReadOnlyList<Topic> topics = model.GetTopics(wordsPerTopic: 5);
Show("What the server says", questions.Select((text, i) =>
{
    int main = Array.IndexOf(there[i], there[i].Max());
    return new { Text = text, MostlyAbout = topics[main].Words.Select(word => word.Word), SameBits = here[i].SequenceEqual(there[i]) };
}));

// %% [markdown]
// **What to take along.** Install `Nmf.MLExtension` where you train and `Nmf.MLExtension.Core` where you serve. The GPU is found, used and reported by
// itself, and the model file does not care.
