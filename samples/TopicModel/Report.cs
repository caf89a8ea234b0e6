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

    public static void Hierarchy(IReadOnlyList<TopicNode> roots)
    {
        var tree = new Tree(new Text("topics"));
        foreach (TopicNode root in roots)
            AddTo(tree, root);
        _console.Write(tree);
    }

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
            _console.WriteLine($"  {predictions[i].PredictedLabel} (is {documents[i].Label}): {start}");
        }
    }

    /// <summary>Runs something with a progress bar where the terminal can show one, and without a word where it cannot.</summary>
    public static T WithProgress<T>(Func<IProgress<TrainingProgress>?, T> run)
    {
        if (!_console.Profile.Capabilities.Interactive || !_console.Profile.Capabilities.Ansi)
            return run(null);
        return _console.Progress().AutoClear(true).Start(display =>
        {
            return run(new Bar(display));
        });
    }

    private static IAnsiConsole Widened(IAnsiConsole console)
    {
        console.Profile.Width = 200;
        return console;
    }

    private static string Percent(double share) => FormattableString.Invariant($"{share:P1}");

    private static void AddTo(IHasTreeNodes parent, TopicNode topic)
    {
        TreeNode node = parent.AddNode(new Text(FormattableString.Invariant($"{topic.Prevalence,4:P0}  {topic.Topic}")));
        foreach (TopicNode child in topic.Children)
            AddTo(node, child);
    }

    // One bar a phase of the training.
    private sealed class Bar(ProgressContext display) : IProgress<TrainingProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(TrainingProgress value)
        {
            if (!_tasks.TryGetValue(value.Phase, out ProgressTask? task))
                _tasks.Add(value.Phase, task = display.AddTask(value.Phase.EscapeMarkup(), maxValue: value.MaximumNumberOfIterations));
            task.Value = value.Iteration.Number;
        }
    }
}
