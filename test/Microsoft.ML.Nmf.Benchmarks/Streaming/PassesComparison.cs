using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Reproductions;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>Some passes over the texts in batches beside a fit in memory.</summary>
internal static class PassesComparison
{
    private const int UsualPasses = 20;

    public static int Run(IDataView features, string[] args)
    {
        ExampleMatrix examples = WordFeatures.Matrix(features);
        int passes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : UsualPasses;
        string chosen = args.Length > 1 ? args[1] : "";
        var table = new MarkdownTable("model", "in memory", "seconds", $"{passes} passes", "seconds", "above it (%)", "goal (%)");
        foreach (StreamedModel model in StreamedModel.Named(chosen))
        {
            StreamedFit full = model.Fit(features, WordFeatures.Words, new FitPlan(null));
            StreamedFit streamed = model.Fit(features, WordFeatures.Words, new FitPlan(passes));
            double objective = model.Objective(full, examples), other = model.Objective(streamed, examples);
            table.Row(
                model.Name, Figures.Short(objective), MarkdownTable.Number(full.Seconds, 2), Figures.Short(other), MarkdownTable.Number(streamed.Seconds, 2),
                MarkdownTable.Number(100 * (other / objective - 1), 2), MarkdownTable.Number(model.Goal, 0));
        }

        return 0;
    }
}
