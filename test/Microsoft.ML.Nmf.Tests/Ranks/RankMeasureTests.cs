using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Ranks;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Ranks;

/// <summary>What ranks are compared by, beside plain loops.</summary>
public class RankMeasureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blocks_of_a_repetition_hold_each_row_and_column_out_once_and_lose_no_entry(bool sparse)
    {
        double[,] x = Naive.Random(523, 17, 3, sparse ? 0.2 : 0.9);
        ExampleMatrix examples = Build.Examples(x, sparse);
        HeldOutBlock[] blocks = [.. HeldOutBlock.Cut(examples, 4, 7)];
        Assert.Equal(4, blocks.Length);
        foreach (HeldOutBlock block in blocks)
        {
            Assert.Equal((523, 17), (block.Rest.Rows + block.Held.Rows, block.Rest.Columns + block.Held.Columns));
            Assert.Equal((block.Held.Rows, block.Rest.Columns), (block.Rows.Rows, block.Rows.Columns));
            Assert.Equal((block.Held.Columns, block.Rest.Rows), (block.Columns.Rows, block.Columns.Columns));
            ExampleMatrix[] parts = [block.Rest, block.Rows, block.Columns, block.Held];
            Assert.Equal(examples.NonZeros, parts.Sum(part => part.NonZeros));
            Assert.Equal(examples.SumOfSquares, parts.Sum(part => part.SumOfSquares), 1e-9 * examples.SumOfSquares);
        }

        Assert.Equal((523, 17), (blocks.Sum(block => block.Held.Rows), blocks.Sum(block => block.Held.Columns)));
    }

    [Fact]
    public void A_block_of_data_of_the_rank_is_predicted_from_the_rest()
    {
        double[,] w = Naive.Random(30, 3, 1, 0.6), h = Naive.Random(70, 3, 2, 0.6);
        ExampleMatrix examples = Build.Dense(Naive.Multiply(h, Naive.Transpose(w)));
        using ComputeEngine engine = ComputeEngine.OnProcessor(1);
        foreach (HeldOutBlock block in HeldOutBlock.Cut(examples, 3, 5))
        {
            double exact = TrainingOf(3).HeldOutDivergence(engine, block), fewer = TrainingOf(2).HeldOutDivergence(engine, block);
            Assert.True(exact < 1e-4 * block.Held.SumOfSquares, $"{exact} of {block.Held.SumOfSquares}");
            Assert.True(fewer > 1e-2 * block.Held.SumOfSquares, $"{fewer} of {block.Held.SumOfSquares}");
        }

        static RankTraining TrainingOf(int rank)
        {
            var options = new NmfEstimator.Options { Rank = rank, Seed = 1, Tolerance = 0, MaximumNumberOfIterations = 500 };
            options.Resolve();
            return new RankTraining(options, () => { });
        }
    }

    [Fact]
    public void Average_linkage_joins_where_all_pairs_of_groups_searched_say()
    {
        var random = new Random(8);
        for (int run = 0; run < 20; run++)
        {
            int rows = random.Next(2, 25);
            var distances = new float[rows, rows];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < i; j++)
                    distances[i, j] = distances[j, i] = random.NextSingle();
            }

            float[,] heights = ConsensusClustering.Heights(distances);
            double[,] expected = NaiveHeights(distances);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < rows; j++)
                    Assert.Equal(expected[i, j], heights[i, j], 1e-5);
            }
        }

        static double[,] NaiveHeights(float[,] distances)
        {
            int rows = distances.GetLength(0);
            var heights = new double[rows, rows];
            List<List<int>> groups = [.. Enumerable.Range(0, rows).Select(i => new List<int> { i })];
            while (groups.Count > 1)
            {
                var nearest = (from a in groups
                               from b in groups
                               where groups.IndexOf(a) < groups.IndexOf(b)
                               let mean = (from i in a from j in b select (double)distances[i, j]).Average()
                               orderby mean
                               select (a, b, mean)).First();
                foreach (int i in nearest.a)
                {
                    foreach (int j in nearest.b)
                        heights[i, j] = heights[j, i] = nearest.mean;
                }

                groups.Remove(nearest.b);
                nearest.a.AddRange(nearest.b);
            }

            return heights;
        }
    }

    [Fact]
    public void Starts_that_agree_have_cophenetic_correlation_1_whatever_they_call_their_topics()
    {
        int[] first = [0, 0, 1, 2, 1, 2, 2], renamed = [2, 2, 0, 1, 0, 1, 1];
        Assert.Equal(1, ConsensusClustering.CopheneticCorrelation([first, renamed, first]), 1e-12);
        Assert.Equal(1, ConsensusClustering.CopheneticCorrelation([[0, 0, 0], [1, 1, 1]]));
        Assert.InRange(ConsensusClustering.CopheneticCorrelation([first, [0, 1, 2, 0, 1, 2, 0], [1, 1, 0, 0, 2, 2, 1]]), -1, 0.95);
    }

    [Fact]
    public void Templates_in_another_order_and_scale_are_at_no_distance()
    {
        double[,] templates = Naive.Random(40, 4, 3, 0.5);
        var moved = new double[40, 4];
        for (int j = 0; j < 40; j++)
        {
            for (int k = 0; k < 4; k++)
                moved[j, (k + 1) % 4] = (k + 2) * templates[j, k];
        }

        Assert.Equal(0, TemplateDistance.Amari(Build.Matrix(templates), Build.Matrix(moved)), 1e-6);
        double others = TemplateDistance.Amari(Build.Matrix(templates), Build.Matrix(Naive.Random(40, 4, 4, 0.5)));
        Assert.InRange(others, 0.3, 1);
        Assert.Equal(others, Distance(templates, Naive.Random(40, 4, 4, 0.5)), 1e-6);

        static double Distance(double[,] a, double[,] b)
        {
            double[,] c = new double[4, 4];
            for (int k = 0; k < 4; k++)
            {
                for (int l = 0; l < 4; l++)
                    c[k, l] = Math.Max(0, Pearson([.. Enumerable.Range(0, 40).Select(j => a[j, k])], [.. Enumerable.Range(0, 40).Select(j => b[j, l])]));
            }

            return Enumerable.Range(0, 4).Sum(k => 2 - Enumerable.Range(0, 4).Max(l => c[k, l]) - Enumerable.Range(0, 4).Max(l => c[l, k])) / 8;
        }

        static double Pearson(double[] x, double[] y)
        {
            double meanOfX = x.Average(), meanOfY = y.Average();
            return x.Zip(y, (a, b) => (a - meanOfX) * (b - meanOfY)).Sum()
                / Math.Sqrt(x.Sum(a => (a - meanOfX) * (a - meanOfX)) * y.Sum(b => (b - meanOfY) * (b - meanOfY)));
        }
    }

    [Fact]
    public void The_smallest_rank_within_the_spread_of_the_best_is_chosen()
    {
        Assert.Equal(3, RankChoice.Choose(new Dictionary<int, double[]> { [2] = [0.5, 0.6], [3] = [0.2, 0.3], [4] = [0.19, 0.31], [5] = [0.195, 0.3] }).Rank);
        // A rank that is a little worse in every block is worse.
        Assert.Equal(4, RankChoice.Choose(new Dictionary<int, double[]> { [2] = [0.5, 0.6], [3] = [0.25, 0.35], [4] = [0.2, 0.3] }).Rank);
        Assert.Contains("compare larger", RankChoice.Choose(new Dictionary<int, double[]> { [2] = [0.5], [3] = [0.2] }).Reason);
        Assert.Contains("No rank predicts", RankChoice.Choose(new Dictionary<int, double[]> { [2] = [1.1], [3] = [1.2] }).Reason);
    }
}
