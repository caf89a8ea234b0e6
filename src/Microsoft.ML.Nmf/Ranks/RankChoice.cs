using System.Globalization;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>Chooses a rank by the errors of the blocks that were held out.</summary>
internal static class RankChoice
{
    // Of what the best rank gains on one component: a loss of less counts as none.
    private const double Negligible = 0.01;

    /// <summary>The mean and its standard error.</summary>
    public static (double Mean, double StandardError) MeanOf(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return (mean, values.Count < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count));
    }

    /// <summary>The rank of the least mean error.</summary>
    /// <param name="errors">For each rank the error of each block.</param>
    public static int BestOf(IReadOnlyDictionary<int, double[]> errors) => errors.OrderBy(rank => rank.Value.Average()).ThenBy(rank => rank.Key).First().Key;

    /// <summary>By how much a rank is above another, block by block.</summary>
    public static (double Mean, double StandardError) LossOf(double[] errors, double[] best) => MeanOf([.. errors.Zip(best, (error, least) => error - least)]);

    /// <summary>The smallest rank that loses no more than the standard error of that, or next to nothing; and why.</summary>
    /// <param name="errors">For each rank the error of each block, beside that of one component.</param>
    public static (int Rank, string Reason) Choose(IReadOnlyDictionary<int, double[]> errors)
    {
        int best = BestOf(errors);
        double gain = 1 - errors[best].Average();
        int[] ranks = [.. errors.Keys.Order()];
        string word = errors[best].Length == 1 ? "block" : "blocks";
        if (gain <= 0)
        {
            return (ranks[0], string.Create(CultureInfo.InvariantCulture,
                $"No rank predicts the {errors[best].Length} held-out {word} better than one component does: the data shows no components, or has too few rows. ")
                + $"{ranks[0]} is the smallest rank that was compared.");
        }

        int chosen = ranks.First(rank => LossOf(errors[rank], errors[best]) is var (loss, error) && loss <= Math.Max(error, Negligible * gain));
        var reason = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"Rank {chosen} is recommended: with {errors[chosen].Average():F4} of the error of one component it ")
                + (chosen == best
                    ? $"predicts the {errors[best].Length} held-out {word} best, and no smaller rank does so up to the spread of the {word}."
                    : $"is the smallest rank that predicts the {errors[best].Length} held-out {word} as well as the best, "
                        + string.Create(CultureInfo.InvariantCulture, $"rank {best} with {errors[best].Average():F4}, up to the spread of the {word}.")),
        };
        if (chosen == ranks[^1] && ranks.Length > 1)
            reason.Add("It is the largest that was compared: compare larger ones too.");
        else if (chosen == ranks[0] && ranks.Length > 1 && chosen > 1)
            reason.Add("It is the smallest that was compared: compare smaller ones too.");
        return (chosen, string.Join(' ', reason));
    }
}
