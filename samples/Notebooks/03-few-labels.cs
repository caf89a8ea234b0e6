#:package Nmf.MLExtension@0.2.0
#:package Plotly.NET.CSharp@0.14.0
#:property PublishAot=false

// %% [markdown]
// # Few labels
//
// Texts are easy to come by; labels are not, because a person has to read the text first. Suppose that you have hundreds of texts, want them sorted into 12
// subjects, and somebody has labelled just a few of each. A classifier of words sees only those few, and knows no word that is not in them. Topics are
// learned from *all* texts, so they know which words belong together before they see the first label.
//
// Five ways to classify, by the number of labels:
//
// | | features | learned from | classifier |
// |---|---|---|---|
// | TF-IDF | words | | linear, on the labelled texts |
// | LDA | topics of latent Dirichlet allocation, which ML.NET has | all texts | linear, on the labelled texts |
// | NMF | activations of `Nmf` | all texts | linear, on the labelled texts |
// | Neural NMF | activations of `NeuralNmf` | all texts | linear, on the labelled texts |
// | Neural NMF with labels | words and activations of `NeuralNmf` | all texts and the labels | its own |
//
// The last is *semi-supervised*: one training of topics and classifier together. Its loss is that of the topics on all texts plus that of the labels, on
// the texts that have one.

// %%
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Microsoft.ML.Trainers;
using Plotly.NET;
using Plotly.NET.CSharp;
using Chart = Plotly.NET.CSharp.Chart;

// %% [markdown]
// ## The data
//
// Every fourth text is for testing: no method sees it before. Of the others each method gets the text, and the labels of the first few of each subject.

// %%
var mlContext = new MLContext(seed: 1);
IDataView notes = mlContext.Data.LoadFromTextFile(
    Path.Combine("..", "data", "field-notes.tsv"),
    [new TextLoader.Column("Subject", DataKind.String, 1), new TextLoader.Column("Text", DataKind.String, 2)],
    hasHeader: true);
string[] texts = [.. notes.GetColumn<string>("Text")];
string[] subjects = [.. notes.GetColumn<string>("Subject")];
string[] classes = [.. subjects.Distinct()];

// An empty label is a missing one.
IDataView Rows(IEnumerable<int> rows, ISet<int> known)
    => mlContext.Data.LoadFromEnumerable(rows.Select(i => new { Text = texts[i], Label = known.Contains(i) ? subjects[i] : "" }));

int[] training = [.. Enumerable.Range(0, texts.Length).Where(i => i % 4 != 3)];
int[] testing = [.. Enumerable.Range(0, texts.Length).Where(i => i % 4 == 3)];
IDataView test = Rows(testing, testing.ToHashSet());
Show("The texts", [new { ForTraining = training.Length, ForTesting = testing.Length, Subjects = classes.Length }]);

// Which texts are labelled: those that come first after a shuffle.
HashSet<int> Known(int labelsPerSubject, int seed)
{
    var random = new Random(seed);
    int[] shuffled = [.. training.OrderBy(_ => random.Next())];
    return [.. shuffled.GroupBy(i => subjects[i]).SelectMany(group => group.Take(labelsPerSubject))];
}

// %% [markdown]
// ## What every method starts from
//
// Labels become keys, texts become words: TF-IDF for all but LDA, which is a model of counts. Topics without labels need learning only once. LDA gets an
// `alphaSum` for short texts, which are about few topics each: its default of 100 spreads every text over all of them.

// %%
var keys = mlContext.Transforms.Conversion.MapValueToKey("Label", keyData: mlContext.Data.LoadFromEnumerable(classes.Select(name => new { Name = name })));
var words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text");
var counts = mlContext.Transforms.Text.ProduceTopicWords(new TopicWordsEstimator.Options
{
    OutputColumnName = "Counts",
    InputColumnName = "Text",
    Weighting = TopicWordsWeighting.Counts,
});
const int Topics = 24;
IDataView unlabelled = Rows(training, new HashSet<int>());

ITransformer tfIdf = keys.Append(words).Fit(unlabelled);
ITransformer lda = keys.Append(counts)
    .Append(mlContext.Transforms.Text.LatentDirichletAllocation(
        "Lda", "Counts", numberOfTopics: Topics, alphaSum: 2, numberOfThreads: 1, resetRandomGenerator: true))
    .Fit(unlabelled);
ITransformer nmf = keys.Append(words).Append(mlContext.Transforms.Nmf("Nmf", "Words", rank: Topics)).Fit(unlabelled);
ITransformer neural = keys.Append(words).Append(mlContext.Transforms.NeuralNmf("Neural", "Words", ranks: [Topics, 12])).Fit(unlabelled);

// %% [markdown]
// ## The classifiers
//
// A linear one for the first four: multinomial logistic regression on the labelled texts. TF-IDF values and the shares of LDA are small, so that ML.NET's
// default penalties would leave nothing of its weights, and they get lighter ones. Activations come at the size that the defaults are made for.

// %%
double Accuracy(IDataView predicted) => mlContext.MulticlassClassification.Evaluate(predicted).MicroAccuracy;

double Linear(ITransformer features, string column, HashSet<int> known)
{
    var options = new LbfgsMaximumEntropyMulticlassTrainer.Options { FeatureColumnName = column, NumberOfThreads = 1 };
    if (column is "Words" or "Lda")
        (options.L1Regularization, options.L2Regularization) = (0, 1e-2f);
    IDataView labelled = features.Transform(Rows(training.Where(known.Contains), known));
    ITransformer classifier = mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options).Fit(mlContext.Data.Cache(labelled));
    return Accuracy(classifier.Transform(features.Transform(test)));
}

ITransformer Guided(HashSet<int> known)
    => keys.Append(words)
        .Append(mlContext.Transforms.NeuralNmf("Guided", "Words", ranks: [Topics, 12], labelColumnName: "Label"))
        .Fit(Rows(training, known));

// %% [markdown]
// ## The race
//
// With so few labels, luck decides which ones you have. So every number is the mean over three draws of the labelled texts.

// %%
int[] labelsPerSubject = [1, 2, 4, 8, 16];
int[] draws = [1, 2, 3];
var methods = new (string Name, Func<HashSet<int>, double> Accuracy)[]
{
    ("TF-IDF", known => Linear(tfIdf, "Words", known)),
    ("LDA", known => Linear(lda, "Lda", known)),
    ("NMF", known => Linear(nmf, "Nmf", known)),
    ("Neural NMF", known => Linear(neural, "Neural", known)),
    ("Neural NMF with labels", known => Accuracy(Guided(known).Transform(test))),
};
double[][] accuracies =
[
    .. methods.Select(method => labelsPerSubject
        .Select(labels => draws.Average(draw => method.Accuracy(Known(labels, draw)))).ToArray()),
];
Show("Test texts that get the right subject, in per cent, by labels of each subject", methods.Select((method, i) => new
{
    Method = method.Name,
    With1 = 100 * accuracies[i][0],
    With2 = 100 * accuracies[i][1],
    With4 = 100 * accuracies[i][2],
    With8 = 100 * accuracies[i][3],
    With16 = 100 * accuracies[i][4],
}));

// %%
Show("Accuracy by number of labels", Chart.Combine(methods.Select((method, i) => Chart.Line<string, double, string>(
        x: labelsPerSubject.Select(labels => labels.ToString()),
        y: accuracies[i].Select(accuracy => Math.Round(accuracy, 3)),
        Name: method.Name,
        ShowMarkers: true)))
    .WithXAxisStyle<double, double, string>(TitleText: "labels of each subject", AxisType: StyleParam.AxisType.Category)
    .WithYAxisStyle<double, double, string>(TitleText: "accuracy")
    .WithSize(Width: 800, Height: 450));

// %% [markdown]
// ## What a guided model looks like inside
//
// Its scores are a weight for each subject and each word or topic. So a prediction can be explained: *cooking, because topic 3, because of salt and
// butter*.

// %%
HashSet<int> few = Known(labelsPerSubject: 4, seed: 1);
ITransformer guided = Guided(few);
NeuralNmfModel model = guided.FindNeuralNmf().Model;
Console.WriteLine(model);
IReadOnlyList<Topic> topics = model.Deepest.GetTopics(wordsPerTopic: 5);
IReadOnlyList<string> classNames = model.Classifier!.ClassNames!;
FactorMatrix weights = model.Scores!.TopicWeights[^1];
Show("The topic that says most for each subject", classNames.Select((name, c) =>
{
    int best = Enumerable.Range(0, topics.Count).MaxBy(topic => weights[topic, c]);
    return new { Subject = name, Topic = best, Weight = weights[best, c], Words = topics[best].Words.Select(word => word.Word) };
}));

// %% [markdown]
// ## Using it
//
// `PredictedLabel` is a key; `MapKeyToValue` gives its name. `Score` holds a probability for each subject.

// %%
string[] questions =
[
    "Two moons of Saturn in the eyepiece, and then the clouds came.",
    "The soup wants more salt, and the onions should have been fried in butter first.",
    "The server refused every packet until we had replaced the cable.",
];
IDataView answers = guided.Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(guided.Transform(test)))
    .Transform(mlContext.Data.LoadFromEnumerable(questions.Select(text => new { Text = text, Label = "" })));
Show("New texts", questions.Zip(answers.GetColumn<string>("PredictedLabel"), answers.GetColumn<float[]>("Score")).Select(row => new
{
    Text = row.First,
    Subject = row.Second,
    Percent = 100 * row.Third.Max(),
}));

// %% [markdown]
// **What to take along.** With few labels of each class, learn topics from all texts first: they are worth more than the words of a few texts. With one label
// of each, the guided `NeuralNmf` is far ahead of all but its own topics, because texts without a label teach it too. With more of them nothing here is clearly
// better than it: differences of two points are luck on a hundred test texts. The [README](../../README.md) has the same race on 25,769 texts of 12 classes.
//
// LDA suffers from texts of a dozen words each, of which it gets nothing but counts.
