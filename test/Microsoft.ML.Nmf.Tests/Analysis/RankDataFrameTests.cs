using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Analysis;

/// <summary>A comparison of ranks as a data frame.</summary>
public class RankDataFrameTests
{
    [Fact]
    public void Ranks_have_a_row_each_and_one_is_recommended()
    {
        var context = new MLContext(1);
        NmfRankComparison comparison = context.Transforms.CompareNmfRanks(Rows.View(context, Rows.Values()), new NmfRankComparison.Options
        {
            Nmf = new() { InputColumnName = "Features", Seed = 1 },
            Ranks = [2, 3, 4],
            NumberOfFolds = 2,
            NumberOfStarts = 0,
        });
        DataFrame frame = comparison.ToDataFrame();
        Assert.Equal(
            ["rank", "held-out error", "standard error", "loss", "standard error of loss", "explained", "Amari distance", "cophenetic correlation", "coherence", "recommended"],
            frame.Columns.Select(column => column.Name));
        Assert.Equal(3, frame.Rows.Count);
        for (int i = 0; i < 3; i++)
        {
            NmfRank rank = comparison.Ranks[i];
            Assert.Equal(
                [rank.Rank, rank.HeldOutError, rank.HeldOutStandardError, rank.HeldOutLoss, rank.HeldOutLossStandardError, rank.ExplainedShare, null, null, rank.Coherence,
                    rank.Rank == comparison.RecommendedRank],
                frame.Columns.Select(column => column[i]));
        }
    }
}
