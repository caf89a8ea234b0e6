using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Spectre.Console;

namespace TopicModel;

/// <summary>What the program prints.</summary>
internal static class Report
{
    private static readonly IAnsiConsole _console = Console.IsOutputRedirected ? Plain() : AnsiConsole.Console;

    public static void Say(FormattableString text) => _console.WriteLine(FormattableString.Invariant(text));

    public static void Topics(IReadOnlyList<Topic> topics)
    {
        foreach (Topic topic in topics)
            _console.WriteLine(Printed.Text($"  {topic.Index,3}  {topic}"));
    }

    public static void Hierarchy(IReadOnlyList<TopicNode> roots) => _console.Write(TopicTree.Of(roots));

    public static void Accuracies(IEnumerable<(string Features, MulticlassClassificationMetrics Metrics)> classifiers)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("features").AddColumn("accuracy").AddColumn("per class");
        foreach ((string features, MulticlassClassificationMetrics metrics) in classifiers)
            table.AddRow(features, Percent(metrics.MicroAccuracy), Percent(metrics.MacroAccuracy));
        _console.Write(table);
    }

    public static void Predictions(IReadOnlyList<Document> documents, IReadOnlyList<Prediction> predictions)
    {
        for (int i = 0; i < documents.Count; i++)
        {
            string start = documents[i].Text.Length > 60 ? documents[i].Text[..60] + "…" : documents[i].Text;
            _console.WriteLine(Printed.Text($"  {predictions[i].PredictedLabel} (is {documents[i].Label}): {start}"));
        }
    }

    public static void Comparison(ModelComparison comparison) => comparison.Print(_console);

    /// <summary>Trains something and shows how it goes.</summary>
    public static T WithProgress<T>(Func<IProgress<TrainingProgress>, T> train) => TrainingDisplay.Run(_console, train);

    // Where the output goes to a file or a program: no colours, also not in a build that has them for its log, and lines are as long as they are.
    private static IAnsiConsole Plain()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = 10_000;
        return console;
    }

    private static string Percent(double share) => FormattableString.Invariant($"{share:P1}");
}
