#:package Nmf.MLExtension@0.2.0
#:package Plotly.NET.CSharp@0.14.0
#:property PublishAot=false

// %% [markdown]
// # Topics of topics
//
// One layer of topics is a flat list. But *stars* and *birds* are both about nature, and *code* and *circuits* both about technology. Two models learn such
// an order by themselves, from the texts alone:
//
// - **`DeepNmf`** factorizes the templates again: X ≈ H W₂ᵀ W₁ᵀ W₀ᵀ. W₀ holds fine topics, made of words; W₁ coarser topics, made of fine ones; and so on.
//   All layers are trained together, as one approximation of the texts.
// - **`NeuralNmf`** is a network whose every layer solves a least-squares problem with weights that are at least zero, S₀ = q(X, A₀), S₁ = q(S₀, A₁), …,
//   trained by back-propagation like any network. It can follow labels too ([the next notebook](03-few-labels.ipynb)).
//
// [Topics from raw text](01-topics.ipynb) explains the words used here.

// %%
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Plotly.NET;
using Plotly.NET.CSharp;
using Chart = Plotly.NET.CSharp.Chart;

// %%
var mlContext = new MLContext(seed: 1);
IDataView notes = mlContext.Data.LoadFromTextFile(
    Path.Combine("..", "data", "field-notes.tsv"),
    [
        new TextLoader.Column("Field", DataKind.String, 0),
        new TextLoader.Column("Subject", DataKind.String, 1),
        new TextLoader.Column("Text", DataKind.String, 2),
    ],
    hasHeader: true);
string[] fields = [.. notes.GetColumn<string>("Field")];
string[] subjects = [.. notes.GetColumn<string>("Subject")];
Show("What people say the texts are about", fields.Zip(subjects).GroupBy(row => row.First).Select(group => new
{
    Field = group.Key,
    Subjects = group.Select(row => row.Second).Distinct(),
    Texts = group.Count(),
}));

// %% [markdown]
// ## Deep NMF
//
// `ranks` are the sizes of the layers, from the words on: 24 fine topics, 12 of those, and 4 at the top.

// %%
var words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text");
ITransformer deepPipeline = words.Append(mlContext.Transforms.DeepNmf(new DeepNmfEstimator.Options
{
    OutputColumnName = "Topics",
    InputColumnName = "Words",
    Ranks = [24, 12, 4],
    Seed = 1,
    Normalization = ActivationNormalization.Shares,
})).Fit(notes);
DeepNmfModel deep = deepPipeline.FindDeepNmf().Model;
Console.WriteLine(deep);

// %% [markdown]
// Every layer can be read by itself, in words. `EffectiveTemplates`, the product of the templates up to a layer, says what its topics are made of in the end.

// %%
Show("The four topics of the deepest layer", deep.Deepest.GetTopics(wordsPerTopic: 10).Zip(deep.Deepest.GetPrevalence(), (topic, share) => new
{
    Topic = topic.Index,
    Percent = 100 * share,
    Words = topic.Words.Select(word => word.Word),
}));

// %% [markdown]
// ## The tree
//
// `GetHierarchy` hangs each topic below the one that brings most of it about. Percentages add up: those below a topic never have more than it has.

// %%
void PrintTree(IReadOnlyList<TopicNode> nodes, string indent)
{
    foreach (TopicNode node in nodes)
    {
        Console.WriteLine($"{indent}{100 * node.Prevalence,3:0} %  {string.Join(", ", node.Topic.Words.Select(word => word.Word))}");
        PrintTree(node.Children, indent + "      ");
    }
}

IReadOnlyList<TopicNode> tree = deep.GetHierarchy(wordsPerTopic: 5);
PrintTree(tree, "");

// %% [markdown]
// The same as a plot. The inner ring is the deepest layer; click a part to go into it.

// %%
GenericChart TreePlot(IReadOnlyList<TopicNode> roots, bool isTreemap)
{
    var labels = new List<string>();
    var parents = new List<string>();
    var ids = new List<string>();
    var sizes = new List<double>();
    void Add(TopicNode node, string parent)
    {
        string id = $"{node.Layer}/{node.Topic.Index}";
        ids.Add(id);
        parents.Add(parent);
        labels.Add(string.Join("<br>", node.Topic.Words.Take(3).Select(word => word.Word)));
        // What none below it has: the plot adds the rest up.
        sizes.Add(Math.Round(Math.Max(node.Prevalence - node.Children.Sum(child => child.Prevalence), 0), 5));
        foreach (TopicNode child in node.Children)
            Add(child, id);
    }

    foreach (TopicNode root in roots)
        Add(root, "");
    return (isTreemap
            ? Chart.Treemap<string, string, double, string, string>(
                labels, parents, Values: sizes, Ids: ids, BranchValues: StyleParam.BranchValues.Remainder)
            : Chart.Sunburst<string, string, double, string, string>(
                labels, parents, Values: sizes, Ids: ids, BranchValues: StyleParam.BranchValues.Remainder))
        .WithSize(Width: 750, Height: 750);
}

Show("The tree of deep NMF", TreePlot(tree, isTreemap: false));

// %% [markdown]
// ## What a topic is made of
//
// A tree is a simplification: a fine topic may serve several coarse ones. The links have the whole truth. `GetLinks` gives the shares of the layer before,
// which add up to 1. As a table with a row for each coarse topic and a column for each topic before, that is W of the layer.

// %%
string Name(TopicLayer layer, int topic) => string.Join(", ", layer.GetTopics(wordsPerTopic: 3)[topic].Words.Select(word => word.Word));

TopicLayer middle = deep.Layers[1];
double[][] links =
[
    .. Enumerable.Range(0, deep.Deepest.Rank).Select(topic =>
    {
        Dictionary<int, double> shares = deep.Deepest.GetLinks(topic).ToDictionary(link => link.Topic, link => link.Share);
        return Enumerable.Range(0, middle.Rank).Select(other => Math.Round(shares.GetValueOrDefault(other), 5)).ToArray();
    }),
];
Show("Links from the deepest layer to the one before", Chart.Heatmap<double, string, string, string>(
        links,
        X: Enumerable.Range(0, middle.Rank).Select(topic => Name(middle, topic)).ToArray(),
        Y: Enumerable.Range(0, deep.Deepest.Rank).Select(topic => Name(deep.Deepest, topic)).ToArray(),
        ColorScale: StyleParam.Colorscale.Viridis,
        ReverseYAxis: true)
    .WithSize(Width: 950, Height: 450));

// %% [markdown]
// ## Neural NMF
//
// The same sizes, the same pipeline, another model. Its tree is read by the same calls: both models are a `LayeredModel`.

// %%
ITransformer neuralPipeline = words.Append(mlContext.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
{
    OutputColumnName = "Topics",
    InputColumnName = "Words",
    Ranks = [24, 12, 4],
    Normalization = ActivationNormalization.Shares,
})).Fit(notes);
NeuralNmfModel neural = neuralPipeline.FindNeuralNmf().Model;
Console.WriteLine(neural);
IReadOnlyList<TopicNode> neuralTree = neural.GetHierarchy(wordsPerTopic: 5);
PrintTree(neuralTree, "");

// %%
Show("The tree of neural NMF", TreePlot(neuralTree, isTreemap: true));

// %% [markdown]
// Being a network, it has a loss for each layer, which `Epochs` keeps. Training lowers their sum; a single one may rise.

// %%
Show("Losses of the layers", Chart.Combine(Enumerable.Range(0, neural.Layers.Count).Select(layer => Chart.Line<int, double, string>(
        x: neural.Epochs.Select(epoch => epoch.Number),
        y: neural.Epochs.Select(epoch => epoch.LayerLosses[layer] / neural.Epochs[0].LayerLosses[layer]),
        Name: $"layer {layer}")))
    .WithXAxisStyle<double, double, string>(TitleText: "epoch")
    .WithYAxisStyle<double, double, string>(TitleText: "loss, of that at the start")
    .WithSize(Width: 800, Height: 350));

// %% [markdown]
// ## Do the trees agree with people?
//
// The coarse topics never saw the four fields. How large are they in the texts of each subject?

// %%
void ShowShares(string title, ITransformer pipeline)
{
    float[][] rows = [.. pipeline.Transform(notes).GetColumn<float[]>("Topics")];
    double Percent(string subject, int topic) => 100 * rows.Where((_, i) => subjects[i] == subject).Average(row => row[topic]);
    Show(title, subjects.Distinct().Select(subject => new
    {
        Field = fields[Array.IndexOf(subjects, subject)],
        Subject = subject,
        Topic0 = Percent(subject, 0),
        Topic1 = Percent(subject, 1),
        Topic2 = Percent(subject, 2),
        Topic3 = Percent(subject, 3),
    }));
}

ShowShares("Deep NMF: per cent of the coarse topics in the texts of a subject", deepPipeline);
ShowShares("Neural NMF: per cent of the coarse topics in the texts of a subject", neuralPipeline);

// %% [markdown]
// Deep NMF found the four fields by itself. Neural NMF did not: one topic takes most of nature and of culture besides home. Its layers each approximate
// the one before as well as they can, and nothing asks for topics of equal weight. Where a tree has to follow given classes, show it some labels, here the
// field of every fifth text, and let them count: here five times as much as they do by default.

// %%
string[] texts = [.. notes.GetColumn<string>("Text")];
IDataView someLabelled = mlContext.Data.LoadFromEnumerable(texts.Select((text, i) => new { Text = text, Field = i % 5 == 0 ? fields[i] : "" }));
ITransformer guidedPipeline = words.Append(mlContext.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
{
    OutputColumnName = "Topics",
    InputColumnName = "Words",
    Ranks = [24, 12, 4],
    LabelColumnName = "Field",
    LabelWeight = 0.1,
    Normalization = ActivationNormalization.Shares,
})).Fit(someLabelled);
NeuralNmfModel guided = guidedPipeline.FindNeuralNmf().Model;
Console.WriteLine(guided);
PrintTree(guided.GetHierarchy(wordsPerTopic: 5), "");
ShowShares("Guided neural NMF: per cent of the coarse topics in the texts of a subject", guidedPipeline);

// %% [markdown]
// **What to take along.** `DeepNmf` when the tree itself is what you want. `NeuralNmf` when some rows have labels that it should follow, and for
// classifying by [few labels](03-few-labels.ipynb). Both trees are read by `GetHierarchy`, `Layers` and `GetLinks`.
