namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What a training takes over from the model that it goes on from.</summary>
internal static class GoingOn
{
    /// <summary>Refuses a model of another shape.</summary>
    /// <param name="knownBeta">β of the model.</param>
    /// <param name="knownRanks">The ranks of the model.</param>
    /// <param name="beta">β of the training.</param>
    /// <param name="ranks">The ranks of the training.</param>
    /// <exception cref="ArgumentException">They differ.</exception>
    public static void Check(double knownBeta, IReadOnlyList<int> knownRanks, double beta, IReadOnlyList<int> ranks)
    {
        if (!knownRanks.SequenceEqual(ranks))
        {
            throw new ArgumentException($"The previous model has {InWords(knownRanks)} and the estimator {InWords(ranks)}: a training goes on with the components "
                + "that there are. Set the rank of the model, or train without it.", "previous");
        }

        if (knownBeta != beta)
        {
            throw new ArgumentException(FormattableString.Invariant($"The previous model has beta {knownBeta} and the estimator {beta}: a training goes on with the ")
                + "divergence that it had. Set the Beta of the model, or train without it.", "previous");
        }
    }

    /// <summary>The statistics of the rows of before, as often as they are to count; null where they are not to, or are not known.</summary>
    /// <param name="known">Those of the model.</param>
    /// <param name="match">Which feature of the data is which of the model.</param>
    /// <param name="factor">How often a row counts.</param>
    public static TrainingStatistics? Before(TrainingStatistics? known, FeatureMatch match, double factor)
        => known is null || factor == 0 ? null : match.Match(known).Scale(factor);

    /// <summary>Refuses statistics of another kind than those of the training.</summary>
    /// <param name="before">The statistics of the rows of before, or null.</param>
    /// <param name="own">Those of the training.</param>
    /// <exception cref="ArgumentException">They are of another kind.</exception>
    public static void CheckFits(TrainingStatistics? before, TrainingStatistics own)
    {
        if (before?.Fits(own) == false)
        {
            throw new ArgumentException($"The previous model has {before}, to which those of this training cannot be added, {own}: missing values or weights count in "
                + "one of them alone. Set ForgettingFactor to 0, which goes on from the topics without them, or read the rows as before.", "previous");
        }
    }

    private static string InWords(IReadOnlyList<int> ranks) => ranks.Count == 1 ? $"rank {ranks[0]}" : $"ranks {string.Join(", ", ranks)}";
}
