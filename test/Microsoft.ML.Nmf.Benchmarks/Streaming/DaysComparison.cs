using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Reproductions;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>Texts that arrive on five days, each fit going on from the one before, beside a fit in memory of all at once.</summary>
internal static class DaysComparison
{
    private const int Days = 5;
    private const int TextsOfDay = 12_000;
    private const int UsualPasses = 20;
    private const double MostPercent = 2;
    private const double LeastCosine = 0.9;

    public static int Run(ExampleMatrix texts, string[] args)
    {
        int passes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : UsualPasses;
        string chosen = args.Length > 1 ? args[1] : "";
        int ofDay = Math.Min(TextsOfDay, texts.Rows / Days);
        int[] order = ShuffledRows.Order(texts.Rows);
        ExampleMatrix all = ShuffledRows.Take(texts, order.AsSpan(0, Days * ofDay));
        IDataView[] days = [.. Enumerable.Range(0, Days).Select(day => ViewOf(ShuffledRows.Take(texts, order.AsSpan(day * ofDay, ofDay))))];
        IDataView together = ViewOf(all);
        Figures.Say($"{Days} days of {ofDay:N0} texts, {passes} passes a day in batches of {FitPlan.BatchRows:N0}");
        var table = new MarkdownTable(
            "model", "all at once, in memory", "seconds", "day by day", "seconds", "above it (%)", "goal (%)", "mean cosine", "least cosine", "goal",
            "both of two seeds at once");
        foreach (StreamedModel model in StreamedModel.Named(chosen))
        {
            StreamedFit once = model.Fit(together, SparseView.Features, new FitPlan(null));
            StreamedFit? continued = null;
            double seconds = 0;
            foreach (IDataView day in days)
            {
                continued = model.Fit(day, SparseView.Features, new FitPlan(passes, KeepsStatistics: true), continued);
                seconds += continued.Seconds;
            }

            double objective = model.Objective(once, all), other = model.Objective(continued!, all);
            var topics = TopicComparison.Between(once.Topics, continued!.Topics);
            // How far topics may be apart that are as good as each other.
            var ofSeeds = TopicComparison.Between(once.Topics, model.Fit(together, SparseView.Features, new FitPlan(null, Seed: 2)).Topics);
            table.Row(
                model.Name, Figures.Short(objective), MarkdownTable.Number(once.Seconds, 2), Figures.Short(other), MarkdownTable.Number(seconds, 2),
                MarkdownTable.Number(100 * (other / objective - 1), 2), MarkdownTable.Number(MostPercent, 0), MarkdownTable.Number(topics.MeanSimilarity, 3),
                MarkdownTable.Number(topics.Matches[^1].Similarity, 3), MarkdownTable.Number(LeastCosine, 1),
                $"{MarkdownTable.Number(ofSeeds.MeanSimilarity, 3)}, {MarkdownTable.Number(ofSeeds.Matches[^1].Similarity, 3)}");
        }

        return 0;
    }

    // An array, so that reading a row costs next to nothing.
    private static IDataView ViewOf(ExampleMatrix examples) => SparseView.Of([.. SparseView.RowsOf((SparseExamples)examples)], examples.Columns);
}
