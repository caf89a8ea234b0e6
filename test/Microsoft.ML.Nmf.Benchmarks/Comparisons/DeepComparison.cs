using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Comparisons;

/// <summary>
/// An iteration of the joint training of a deep factorization beside one of an ordinary factorization of its widest rank, with the same β, in turn.
/// </summary>
internal static class DeepComparison
{
    private const int Rounds = 3;

    public static int Run(MLContext context, IDataView features, string[] args)
    {
        int[] ranks = [.. (args.Length > 0 ? args[0] : "50,20,8").Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        double beta = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 2;
        int iterations = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 50;
        var flat = new List<double>();
        var deep = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            flat.AddRange(Figures.Iterations(context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = WordFeatures.Words,
                Rank = ranks[0],
                Beta = beta,
                MaximumNumberOfIterations = iterations,
                Tolerance = 0,
                Seed = round,
            }).Fit(features).Model.History));
            deep.AddRange(Figures.Iterations(context.Transforms.DeepNmf(new DeepNmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = WordFeatures.Words,
                Ranks = ranks,
                Beta = beta,
                PretrainingIterations = 20,
                MaximumNumberOfIterations = iterations,
                Tolerance = 0,
                Seed = round,
            }).Fit(features).Model.Phases[^1].History));
        }

        double one = 1000 * Figures.Median(flat), all = 1000 * Figures.Median(deep);
        Figures.Say($"β = {beta}, median of {flat.Count} iterations each:");
        Figures.Say($"{one:F1} ms at rank {ranks[0]}, {all:F1} ms jointly at ranks {string.Join(", ", ranks)}: {all / one:F2} times");
        return 0;
    }
}
