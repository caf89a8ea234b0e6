using System.Text.Json;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.Tests.Topics;

/// <summary>Topics are matched as scipy matches them, whatever the words and the ranks.</summary>
public class TopicComparisonTests
{
    private static readonly InsightFixture _fixture = InsightFixture.Load();

    [Fact]
    public void Assignments_are_those_of_scipy()
    {
        foreach (JsonElement of in _fixture["assignments"].EnumerateArray())
            Assert.Equal(InsightFixture.Integers(of.GetProperty("columns")), OptimalAssignment.Largest(MultiplicativeFixture.Matrix(of.GetProperty("values"))));
    }

    [Fact]
    public void Assignments_of_equal_values_are_the_best_of_all_permutations()
    {
        var random = new Random(4);
        for (int run = 0; run < 200; run++)
        {
            int rows = random.Next(1, 6), columns = random.Next(1, 6);
            var values = new double[rows, columns];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                    values[i, j] = random.Next(-1, 3);
            }

            int[] assigned = OptimalAssignment.Largest(values);
            Assert.Equal(Math.Min(rows, columns), assigned.Where(j => j >= 0).Distinct().Count());
            Assert.Equal(Best(values, 0, 0, Math.Min(rows, columns)), assigned.Select((j, i) => j < 0 ? 0 : values[i, j]).Sum());
        }

        // The most that the rows from one on can bring, with so many pairs left to make.
        static double Best(double[,] values, int row, int taken, int left)
        {
            if (left == 0)
                return 0;
            if (values.GetLength(0) - row < left)
                return double.NegativeInfinity;
            double best = Best(values, row + 1, taken, left);
            for (int j = 0; j < values.GetLength(1); j++)
            {
                if ((taken >> j & 1) == 0)
                    best = Math.Max(best, values[row, j] + Best(values, row + 1, taken | 1 << j, left - 1));
            }

            return best;
        }
    }

    [Fact]
    public void Topics_over_different_words_are_matched_by_name()
    {
        TopicComparison forth = TopicComparison.Between(_fixture.Model, _fixture.Other), back = TopicComparison.Between(_fixture.Other, _fixture.Model);
        Near.Equal(_fixture.Matrix("cross_similarity"), forth.GetSimilarity(), 1e-6);
        int[][] expected = [.. _fixture["matches"].EnumerateArray().Select(InsightFixture.Integers)];
        Assert.Equal(expected.Select(pair => (pair[0], pair[1])), forth.Matches.OrderBy(match => match.First).Select(match => (match.First, match.Second)));
        Assert.Equal(forth.Matches.Select(match => (match.First, match.Second)), back.Matches.Select(match => (match.Second, match.First)));
        Assert.Equal(_fixture["mean_similarity"].GetDouble(), forth.MeanSimilarity, 1e-6);
        Assert.Empty(forth.OnlyInFirst);
        Assert.Equal(Enumerable.Range(0, 6).Except(expected.Select(pair => pair[1])), forth.OnlyInSecond);
        Assert.Equal(forth.OnlyInSecond, back.OnlyInFirst);
        Assert.Equal(forth.Matches.Select(match => match.Similarity).OrderDescending(), forth.Matches.Select(match => match.Similarity));
        Assert.Equal($"4 pairs of 4 and 6 topics, mean similarity {forth.MeanSimilarity.ToString("F3", System.Globalization.CultureInfo.InvariantCulture)}",
            forth.ToString());
    }

    [Fact]
    public void Repeated_names_are_matched_in_their_order()
    {
        NmfModel first = InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 0 }, { 0, 2 }, { 3, 0 } }), ["a", "a", "b"], [1, 1]);
        NmfModel second = InsightFixture.Make(new FactorMatrix(new float[,] { { 0, 3 }, { 0, 1 }, { 2, 0 }, { 0, 0 } }), ["b", "a", "a", "a"], [1, 1]);
        Assert.Equal([(0, 1, 1.0), (1, 0, 1.0)],
            TopicComparison.Between(first, second).Matches.OrderBy(match => match.First)
                .Select(match => (match.First, match.Second, Math.Round(match.Similarity, 12))));
    }

    [Fact]
    public void Without_names_features_are_matched_by_place_if_there_are_as_many()
    {
        NmfModel named = _fixture.Model, bare = InsightFixture.Make(named.Templates, null, [1, 1, 1, 1]);
        Assert.Equal(1, TopicComparison.Between(named, bare).MeanSimilarity, 1e-12);
        string message = Assert.Throws<ArgumentException>(() => TopicComparison.Between(bare, _fixture.Other)).Message;
        Assert.Contains("12 features and the second 9", message);
    }
}
