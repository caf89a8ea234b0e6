using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Spectre.Console;

namespace TopicModel;

/// <summary>What the program prints.</summary>
internal static class Report
{
    // Where the output goes to a file or a program: no colours, and lines are not broken at the width of a terminal.
    private static readonly IAnsiConsole _console = Console.IsOutputRedirected
        ? Widened(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No }))
        : AnsiConsole.Console;

    public static void Say(FormattableString text) => _console.WriteLine(FormattableString.Invariant(text));

    public static void Topics(IReadOnlyList<Topic> topics)
    {
        foreach (Topic topic in topics)
            _console.WriteLine($"  {topic.Index,3}  {topic}");
    }

    public static void Accuracies(int rank, MulticlassClassificationMetrics byTopics, int words, MulticlassClassificationMetrics byWords)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("features").AddColumn("accuracy").AddColumn("per class");
        table.AddRow(FormattableString.Invariant($"{rank} topics"), Percent(byTopics.MicroAccuracy), Percent(byTopics.MacroAccuracy));
        table.AddRow(FormattableString.Invariant($"{words:N0} words (TF-IDF)"), Percent(byWords.MicroAccuracy), Percent(byWords.MacroAccuracy));
        _console.Write(table);
    }

    public static void Predictions(IReadOnlyList<Document> documents, IReadOnlyList<Prediction> predictions)
    {
        for (int i = 0; i < documents.Count; i++)
        {
            string start = documents[i].Text.Length > 60 ? documents[i].Text[..60] + "…" : documents[i].Text;
            _console.WriteLine($"  {predictions[i].PredictedLabel} (is {documents[i].Label}): {start}");
        }
    }

    /// <summary>Runs something with a progress bar where the terminal can show one, and without a word where it cannot.</summary>
    public static T WithProgress<T>(string title, Func<IProgress<TrainingProgress>?, T> run)
    {
        if (!_console.Profile.Capabilities.Interactive || !_console.Profile.Capabilities.Ansi)
            return run(null);
        return _console.Progress().AutoClear(true).Start(display =>
        {
            ProgressTask task = display.AddTask(title);
            return run(new Bar(task));
        });
    }

    private static IAnsiConsole Widened(IAnsiConsole console)
    {
        console.Profile.Width = 200;
        return console;
    }

    private static string Percent(double share) => FormattableString.Invariant($"{share:P1}");

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.MaximumNumberOfIterations;
            task.Value = value.Iteration.Iteration;
        }
    }
}
