using System.CommandLine;
using TopicModel;

// Texts in, topics out: reads labelled texts, factorizes their words, prints the topics, classifies by them, and saves the
// whole pipeline as a model file. Or two such files in, and which of their topics are alike.
RootCommand command = TopicCommand.Create(Train, Compare);

try
{
    return command.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception problem) when (problem is IOException or InvalidDataException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

static void Train(Request request)
{
    string path = request.Data?.FullName ?? Path.Combine(AppContext.BaseDirectory, "data", "field-notes.tsv");
    Corpus corpus = Corpus.Open(path, request.Text, request.Label);
    // A word of a single text says nothing about others; in a large collection neither does one of a few.
    int documents = request.MinimumDocuments ?? (corpus.Documents.Count < 5000 ? 3 : 5);
    if (documents > corpus.Documents.Count)
    {
        throw new ArgumentException(
            $"--min-documents is {documents}, but there are only {corpus.Documents.Count} texts, so that no word would count. Give a lower number.");
    }

    new TopicModelRun(corpus, request.Method)
    {
        MinimumDocuments = documents,
        Output = request.Output,
        ReportPage = request.Report,
        TablePath = request.Export,
    }.Run();
}

static void Compare(ComparisonRequest request)
    => Report.Comparison(new ModelComparison(SavedTopics.Open(request.First), SavedTopics.Open(request.Second), request.Layer));
