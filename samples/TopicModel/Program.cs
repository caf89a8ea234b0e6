using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Nmf;
using TopicModel;

// Texts in, topics out: reads labelled texts, factorizes their words, prints the topics, classifies by them, and saves the
// whole pipeline as a model file.
var data = new Option<FileInfo?>("--data") { Description = "A tab-separated file, .tsv or .tsv.gz; without it, the texts that come with the sample." };
var text = new Option<string?>("--text") { Description = "The text column, by its name in the header line or by its number from 0." };
var label = new Option<string?>("--label") { Description = "The label column, by its name in the header line or by its number from 0." };
var model = new Option<string>("--model") { Description = "nmf for one layer of topics, deep or neural for several.", DefaultValueFactory = _ => "nmf" };
model.AcceptOnlyFromAmong("nmf", "deep", "neural");
var rank = new Option<int?>("--rank") { Description = "The number of topics, for --model nmf." };
var ranks = new Option<string?>("--ranks") { Description = "The numbers of topics of the layers, from the finest, for --model deep or neural: 50,20,8 say." };
var labels = new Option<double?>("--labels-known") { Description = "For --model neural: the share of labels outside the test, above 0 and at most 1, that the topics are guided by; without it they are found without labels." };
var beta = new Option<double>("--beta") { Description = "Beta of the divergence: 2 Euclidean, 1 Kullback-Leibler, 0 Itakura-Saito, or any other.", DefaultValueFactory = _ => 2 };
var iterations = new Option<int>("--iterations") { Description = "The iterations of the factorization; for --model deep and neural of each layer and of all together.", DefaultValueFactory = _ => 50 };
var engine = new Option<TrainingEngine>("--engine") { Description = "What trains: Automatic, Managed or Torch." };
var documents = new Option<int?>("--min-documents") { Description = "In how many texts a word must occur to count." };
var output = new Option<FileInfo>("--out") { Description = "The model file to write.", DefaultValueFactory = _ => new FileInfo("model.zip") };
var command = new RootCommand("Finds the topics of a collection of texts, and classifies the texts by them.") { data, text, label, model, rank, ranks, labels, beta, iterations, engine, documents, output };

command.SetAction(arguments =>
{
    Corpus corpus = arguments.GetValue(data) is { } file
        ? Corpus.Open(file.FullName, arguments.GetValue(text) ?? "text", arguments.GetValue(label) ?? "label")
        : Corpus.Open(Path.Combine(AppContext.BaseDirectory, "data", "field-notes.tsv"), arguments.GetValue(text) ?? "text", arguments.GetValue(label) ?? "subject");
    bool isOwn = arguments.GetValue(data) is null;
    if (arguments.GetValue(labels) is { } share && (arguments.GetValue(model) != "neural" || !(share > 0 && share <= 1)))
        throw new ArgumentException(FormattableString.Invariant($"--labels-known is {share}, but must be above 0 and at most 1, with --model neural."));
    if (arguments.GetValue(model) == "neural" && arguments.GetValue(beta) != 2)
        throw new ArgumentException("--beta must be 2 with --model neural, whose layers are least-squares problems.");
    int count = arguments.GetValue(iterations);
    TrainingEngine trainer = arguments.GetValue(engine);
    TopicMethod method = arguments.GetValue(model) switch
    {
        "deep" => new DeepTopics(Numbers(arguments.GetValue(ranks) ?? (isOwn ? "24,12,4" : "50,20,8")), arguments.GetValue(beta), count) { Engine = trainer },
        "neural" => new NeuralTopics(Numbers(arguments.GetValue(ranks) ?? (isOwn ? "24,12" : "50,20")), arguments.GetValue(labels), count) { Engine = trainer },
        _ => new NmfTopics(arguments.GetValue(rank) ?? (isOwn ? 12 : 20), arguments.GetValue(beta), count) { Engine = trainer },
    };
    new TopicModelRun(corpus, method)
    {
        // A word of a single text says nothing about others; in a large collection neither does one of a few.
        MinimumDocuments = arguments.GetValue(documents) ?? (corpus.Documents.Count < 5000 ? 3 : 5),
        Output = arguments.GetValue(output)!.FullName,
    }.Run();
});

try
{
    return command.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception problem) when (problem is IOException or InvalidDataException or ArgumentException or InvalidOperationException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

static int[] Numbers(string list)
    => [.. list.Split(',').Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new ArgumentException($"--ranks is '{list}', but must be numbers with commas between, such as 50,20,8."))];
