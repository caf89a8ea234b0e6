using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Nmf;

/// <summary>What a factorization of one rank is like, beside those of other ranks (<see cref="NmfRankComparison"/>).</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record NmfRank
{
    /// <summary>The number of components.</summary>
    public required int Rank { get; init; }

    /// <summary>
    /// The divergence of entries that were held out from what the other entries predict, beside that of one component: 1 is no better than that, and above 1
    /// worse. The mean over all blocks that were held out. It falls with each component that the data has, and then no more.
    /// </summary>
    public required double HeldOutError { get; init; }

    /// <summary>The standard error of <see cref="HeldOutError"/>: the spread of the blocks over the root of their number.</summary>
    public required double HeldOutStandardError { get; init; }

    /// <summary>
    /// By how much <see cref="HeldOutError"/> is above that of the best rank, block by block and on average; 0 for the best rank.
    /// </summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>The standard error of <see cref="HeldOutLoss"/>, much less than that of the error itself, since all ranks have the same blocks.</summary>
    public required double HeldOutLossStandardError { get; init; }

    /// <summary>The share of what one component leaves of the training data that these components explain, from 0 to 1. It rises with every
    /// component.</summary>
    public required double ExplainedShare { get; init; }

    /// <summary>
    /// How much the templates of several random starts differ, from 0 for the same templates to 1: the mean over all pairs of starts of
    /// <c>1/(2r) Σ_k [(1 − max_l c_kl) + (1 − max_l c_lk)]</c>, with the correlation c_kl of template k of one with template l of the other, negative ones
    /// being 0 (Wu et al. 2016, <see href="https://doi.org/10.1073/pnas.1521171113"/>, after Amari). NaN without several starts.
    /// </summary>
    public required double AmariDistance { get; init; }

    /// <summary>
    /// How well groups of rows describe which rows have the same largest component in several random starts, 1 where all starts agree (Brunet et al. 2004,
    /// <see href="https://doi.org/10.1073/pnas.0308531101"/>). Over 1000 rows at most. NaN without several starts.
    /// </summary>
    public required double CopheneticCorrelation { get; init; }

    /// <summary>
    /// Whether the ten heaviest features of a component occur in the same rows: normalized pointwise mutual information in the training data, about −1 to 1, as
    /// <see cref="TopicExamination.MeanNpmi"/>. The mean over all components. NaN where no component has two features.
    /// </summary>
    public required double Coherence { get; init; }

    /// <summary>The rank and its numbers, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"rank {Rank}: held-out error {HeldOutError:F4} ± {HeldOutStandardError:F4}, explained {100 * ExplainedShare:F1} %, Amari distance ")
        + string.Create(CultureInfo.InvariantCulture, $"{AmariDistance:F3}, cophenetic correlation {CopheneticCorrelation:F3}, coherence {Coherence:F3}");
}

/// <summary>How far a comparison of ranks is.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record NmfRankProgress
{
    /// <summary>The rank of the training that has just ended.</summary>
    public required int Rank { get; init; }

    /// <summary>The trainings that have ended.</summary>
    public required int Done { get; init; }

    /// <summary>All trainings.</summary>
    public required int Total { get; init; }

    /// <summary>How far it is, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Done} of {Total} trainings, the last of rank {Rank}");
}
