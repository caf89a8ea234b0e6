using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>A comparison of ranks as a data frame. A number that is NaN is a missing value.</summary>
public static class RankDataFrameExtensions
{
    /// <summary>
    /// The ranks: columns "rank", "held-out error", "standard error", "loss", "standard error of loss", "explained", "Amari distance", "cophenetic
    /// correlation", "coherence" and "recommended", which is true for one of them.
    /// </summary>
    public static DataFrame ToDataFrame(this NmfRankComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        IReadOnlyList<NmfRank> rows = comparison.Ranks;
        DataFrame frame = new Rows().Number("rank", rows, (row, _) => row.Rank).Real("held-out error", rows, (row, _) => row.HeldOutError)
            .Real("standard error", rows, (row, _) => row.HeldOutStandardError).Real("loss", rows, (row, _) => row.HeldOutLoss)
            .Real("standard error of loss", rows, (row, _) => row.HeldOutLossStandardError).Real("explained", rows, (row, _) => row.ExplainedShare)
            .Real("Amari distance", rows, (row, _) => row.AmariDistance).Real("cophenetic correlation", rows, (row, _) => row.CopheneticCorrelation)
            .Real("coherence", rows, (row, _) => row.Coherence).ToDataFrame();
        frame.Columns.Add(new BooleanDataFrameColumn("recommended", rows.Select(row => row.Rank == comparison.RecommendedRank)));
        return frame;
    }
}
