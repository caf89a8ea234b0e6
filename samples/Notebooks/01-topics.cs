#:package Nmf.MLExtension@0.2.0
#:package Plotly.NET.CSharp@0.14.0
#:property PublishAot=false

// %% [markdown]
// # Topics from raw text
//
// You have a pile of texts and want to know what they are about. Non-negative matrix factorization (NMF) answers with *topics*: groups of words that occur
// together. It needs no labels and no examples of what to look for.
//
// The texts become a table **X**: a row for each text, a column for each word, and in each cell how much the word counts in the text. NMF writes this table
// as the product of two small ones,
//
// > X ≈ H Wᵀ,
//
// where a column of **W**, the *templates*, is a topic (how much each word belongs to it), and a row of **H**, the *activations*, says how much of each
// topic a text has. All numbers are at least zero. That is the whole trick: nothing can be subtracted again, so a text can only be a *sum* of topics, and a
// topic has to be something that texts really contain. This is why people can read the result.

// %%
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Plotly.NET;
using Plotly.NET.CSharp;
using Chart = Plotly.NET.CSharp.Chart;

// %% [markdown]
// ## The texts
//
// 408 short texts. Each has a subject (12 of them) and a field (4 of them), written down by a person. NMF will not see either: we keep them to judge what
// it finds.

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

string[] texts = [.. notes.GetColumn<string>("Text")];
string[] subjects = [.. notes.GetColumn<string>("Subject")];
Show("Four of the texts", Enumerable.Range(0, 4).Select(i => new { Subject = subjects[100 * i], Text = texts[100 * i] }));

// %% [markdown]
// ## From texts to words
//
// `ProduceTopicWords` makes X: lower case, split into words, without stop words such as *the* and without words that occur in fewer than three texts. A
// cell holds TF-IDF: a word counts more, the more often the text has it and the fewer other texts do. Every row is scaled to length 1, so that long texts
// count no more than short ones.

// %%
var words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text");
IDataView wordTable = words.Fit(notes).Transform(notes);
int numberOfWords = ((VectorDataViewType)wordTable.Schema["Words"].Type).Size;
double filled = wordTable.GetColumn<VBuffer<float>>("Words").Average(row => row.GetValues().Length);
Show("The table X", [new { Texts = texts.Length, Words = numberOfWords, WordsInAText = filled, FilledPercent = 100 * filled / numberOfWords }]);

// %% [markdown]
// Nearly all cells are empty. The library never fills them in, so that X may have millions of rows.
//
// ## Fitting
//
// `rank` is the number of topics. We ask for 12. The activations come out as a column `Topics`, and `Shares` makes each row add up to 1: *40 % of this text
// is about topic 3*.

// %%
var pipeline = words.Append(mlContext.Transforms.Nmf(new NmfEstimator.Options
{
    OutputColumnName = "Topics",
    InputColumnName = "Words",
    Rank = 12,
    Normalization = ActivationNormalization.Shares,
}));
ITransformer fitted = pipeline.Fit(notes);
NmfModel model = fitted.FindNmf().Model;
Console.WriteLine(model);

// %% [markdown]
// ## The topics
//
// Topics come in the order of their *prevalence*: the share of each in all that the model says about the texts. The words are those that weigh most in its
// column of W.

// %%
IReadOnlyList<Topic> topics = model.GetTopics(wordsPerTopic: 8);
IReadOnlyList<double> prevalence = model.GetPrevalence();
Show("Topics", topics.Select(topic => new
{
    Topic = topic.Index,
    Percent = 100 * prevalence[topic.Index],
    Words = topic.Words.Select(word => word.Word),
}));

// %%
string[] names = [.. topics.Select(topic => $"{topic.Index} {string.Join(", ", topic.Words.Take(3).Select(word => word.Word))}")];
Show("Prevalence of the topics", Chart.Bar<double, string, string>([.. prevalence.Reverse()], Keys: names.Reverse().ToArray())
    .WithXAxisStyle<double, double, string>(TitleText: "share of the model")
    .WithSize(Width: 800, Height: 450));

// %% [markdown]
// A topic is more than a list: the words have weights. A topic whose first words weigh much more than the rest is narrow; one that falls slowly is broad.

// %%
Show("How the weights fall", Chart.Combine(model.GetTopics(wordsPerTopic: 20).Take(4).Select(topic => Chart.Line<int, float, string>(
        x: Enumerable.Range(1, topic.Words.Count),
        y: topic.Words.Select(word => word.Weight / topic.Words[0].Weight),
        Name: names[topic.Index],
        MultiText: topic.Words.Select(word => word.Word).ToArray())))
    .WithXAxisStyle<double, double, string>(TitleText: "word, from the heaviest on")
    .WithYAxisStyle<double, double, string>(TitleText: "weight, of that of the first")
    .WithSize(Width: 800, Height: 400));

// %% [markdown]
// ## Did it find the subjects?
//
// Now we look at the labels. For each subject, the mean shares of the topics in its texts: if a subject is one topic, its row has one bright square.

// %%
IDataView transformed = fitted.Transform(notes);
float[][] shares = [.. transformed.GetColumn<float[]>("Topics")];
string[] subjectNames = [.. subjects.Distinct()];
double[][] shareOfSubject =
[
    .. subjectNames.Select(subject =>
    {
        float[][] rows = [.. shares.Where((_, i) => subjects[i] == subject)];
        return Enumerable.Range(0, model.Rank).Select(topic => rows.Average(row => (double)row[topic])).ToArray();
    }),
];
Show("Shares of the topics in the texts of a subject", Chart.Heatmap<double, string, string, string>(
        shareOfSubject, X: names, Y: subjectNames, ColorScale: StyleParam.Colorscale.Viridis, ReverseYAxis: true)
    .WithSize(Width: 900, Height: 550));
Show("The largest topic of each subject", subjectNames.Select((subject, i) =>
{
    int largest = Array.IndexOf(shareOfSubject[i], shareOfSubject[i].Max());
    return new { Subject = subject, Topic = names[largest], Percent = 100 * shareOfSubject[i][largest] };
}));

// %% [markdown]
// ## A new text
//
// The fitted pipeline takes texts that it has never seen. The templates stay as they are, and the row of activations that approximates the text best is
// solved for, exactly.

// %%
IDataView unseen = mlContext.Data.LoadFromEnumerable([
    new { Text = "Two moons of Saturn in the eyepiece, and then the clouds came." },
    new { Text = "The soup wants more salt, and the onions should have been fried in butter first." },
]);
IDataView seen = fitted.Transform(unseen);
Show("What new texts are about", seen.GetColumn<string>("Text").Zip(seen.GetColumn<float[]>("Topics"), (text, row) => new
{
    Text = text,
    MostlyAbout = names[Array.IndexOf(row, row.Max())],
    Percent = 100 * row.Max(),
}));

// %% [markdown]
// ## How many topics?
//
// The one number you have to choose. More topics always approximate X better; what to look at is how much each one still brings. Too few, and a topic mixes
// two subjects. Too many, and a subject falls apart. There is rarely one right answer: try some, and read the words.

// %%
int[] ranks = [2, 4, 6, 8, 10, 12, 16, 20, 24];
double[] errors = [.. ranks.Select(rank =>
{
    ITransformer ofRank = words.Append(mlContext.Transforms.Nmf("Topics", "Words", rank: rank)).Fit(notes);
    return ofRank.FindNmf().Model.ReconstructionError;
})];
Show("Error by number of topics", Chart.Line<int, double, string>(ranks, errors, ShowMarkers: true)
    .WithXAxisStyle<double, double, string>(TitleText: "topics")
    .WithYAxisStyle<double, double, string>(TitleText: "½ ‖X − H Wᵀ‖²")
    .WithSize(Width: 800, Height: 350));

// %% [markdown]
// ## How the training went
//
// NMF starts from a guess and improves W and H in turn. The error never rises, and training ends when it hardly falls any more. If `History.End` says
// `IterationsExhausted`, give it more of them.

// %%
Show("Training", Chart.Line<int, double, string>(model.History.Select(at => at.Number), model.History.Select(at => at.Objective))
    .WithXAxisStyle<double, double, string>(TitleText: "iteration")
    .WithYAxisStyle<double, double, string>(TitleText: "objective")
    .WithSize(Width: 800, Height: 300));
Console.WriteLine($"{model.History.Count - 1} iterations; {model.History.End}.");

// %% [markdown]
// **What to take along.** Texts → `ProduceTopicWords` → `Nmf` → topics. Words say what a topic means, prevalence how much of it there is, activations where.
// Next: [topics of topics](02-hierarchies.ipynb).
