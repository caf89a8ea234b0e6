using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Nmf;

/// <summary>Factorizations of several ranks beside each other, and which rank the numbers speak for.</summary>
/// <remarks>
/// The recommendation goes by the entries that were held out (bi-cross-validation, Owen and Perry 2009, <see href="https://doi.org/10.1214/08-AOAS227"/>): a
/// block of rows and columns is left out, the rest is factorized, and the block is predicted from the activations of its rows and the templates of its columns,
/// which the other columns and rows give. Components that are noise predict nothing. The other numbers are for those who decide themselves.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class NmfRankComparison
{
    internal NmfRankComparison(IReadOnlyList<NmfRank> ranks, int recommended, string reason)
    {
        Ranks = ranks;
        RecommendedRank = recommended;
        Reason = reason;
    }

    /// <summary>The ranks that were compared, ascending.</summary>
    public IReadOnlyList<NmfRank> Ranks { get; }

    /// <summary>
    /// The smallest rank that predicts what was held out as well as the best does: its <see cref="NmfRank.HeldOutLoss"/> is no more than the standard error of
    /// that, or than a hundredth of what all ranks gain on one component.
    /// </summary>
    public int RecommendedRank { get; }

    /// <summary>Why that rank is recommended, and how sure that is, in a few sentences.</summary>
    public string Reason { get; }

    /// <summary>The numbers of one of the ranks.</summary>
    /// <param name="rank">The rank.</param>
    /// <exception cref="ArgumentOutOfRangeException">It was not compared.</exception>
    public NmfRank this[int rank] => Ranks.FirstOrDefault(candidate => candidate.Rank == rank) ?? throw new ArgumentOutOfRangeException(
        nameof(rank), rank, $"Rank {rank} was not compared. The ranks are {string.Join(", ", Ranks.Select(candidate => candidate.Rank))}.");

    /// <summary>A table of all ranks with their numbers, and the recommendation, for people to read.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("rank  held-out error       loss  explained  Amari  cophenetic  coherence").AppendLine();
        foreach (NmfRank rank in Ranks)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture,
                $"{rank.Rank,4}  {rank.HeldOutError,6:F4} ± {rank.HeldOutStandardError,6:F4}  {rank.HeldOutLoss,7:F4}  {100 * rank.ExplainedShare,7:F1} %  ")
                + string.Create(CultureInfo.InvariantCulture, $"{rank.AmariDistance,5:F3}  {rank.CopheneticCorrelation,10:F3}  {rank.Coherence,9:F3}"));
        }

        return text.Append(Reason).ToString();
    }
}
