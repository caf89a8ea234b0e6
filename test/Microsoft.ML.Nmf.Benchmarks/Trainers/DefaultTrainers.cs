using Microsoft.ML.Nmf.Benchmarks.FewLabels;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.Trainers;

/// <summary>How well trainers of ML.NET do on activations with the options they have by default, beside the best of a few other options.</summary>
internal static class DefaultTrainers
{
    private const int Seed = 1;

    public static int Run(Corpus corpus)
    {
        Document[] documents = FewLabelsComparison.DocumentsOf(corpus);
        var context = new MLContext(Seed);
        var split = new FewLabelsSplit(context, documents, Seed);
        IDataView training = split.Labelled(split.TrainingCount);
        ActivationColumn[] columns = [.. ActivationColumn.All(context, training)];
        Figures.Say($"{documents.Length:N0} texts of {documents.Select(d => d.Label).Distinct().Count()} classes, {split.Features} words; a fifth held out.");
        Console.WriteLine($"| trainer | {string.Join(" | ", columns.Select(column => column.Name))} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (TrainerGrid grid in TrainerGrid.All(context))
        {
            string[] cells =
            [
                .. columns.Select(column =>
                {
                    double byDefault = column.Accuracy(context, grid.Default, training, split.Test);
                    double best = Math.Max(byDefault, grid.Others.Max(other => column.Accuracy(context, other, training, split.Test)));
                    return FormattableString.Invariant($"{100 * byDefault:F1} of {100 * best:F1}");
                }),
            ];
            Console.WriteLine($"| {grid.Name} | {string.Join(" | ", cells)} |");
        }

        return 0;
    }
}
