using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Tests.Topics;

/// <summary>The tree of topics adds up and has no branch that says nothing.</summary>
public class TopicTreeTests
{
    // Four fine topics over six features, of sums 4, 4, 4 and 2.
    private static readonly FactorMatrix _fine = new(new float[,] { { 3, 0, 0, 0 }, { 1, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 4, 0 }, { 0, 0, 0, 2 } });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_finer_topic_never_has_more_than_the_one_above_it(bool isDeep)
    {
        var random = new Random(3);
        for (int run = 0; run < 20; run++)
        {
            FactorMatrix[] templates = [Draw(30, 9), Draw(9, 5), Draw(5, 3)];
            LayeredModel model = isDeep ? Deep(templates, [.. Draw(3, 1).Values.ToArray()]) : Neural(templates, [.. templates.Select(t => Sums(t.Columns))]);
            IReadOnlyList<TopicNode> roots = model.GetHierarchy(minimumPrevalence: 0);
            Assert.Equal(1, roots.Sum(root => root.Prevalence), 1e-9);
            Assert.Equal(17, roots.Sum(Count));
            foreach (TopicNode root in roots)
            {
                Assert.Equal(model.Deepest.GetPrevalence()[root.Topic.Index], root.Prevalence, 1e-12);
                Check(model, root);
            }
        }

        FactorMatrix Draw(int rows, int columns)
            => new([.. Enumerable.Range(0, rows * columns).Select(_ => random.Next(3) == 0 ? 0 : 3 * random.NextSingle() * random.NextSingle())], rows, columns);

        // Those of a neural factorization do not follow from each other.
        double[] Sums(int rank) => [.. Enumerable.Range(0, rank).Select(_ => 10 * random.NextDouble())];
    }

    [Fact]
    public void Topics_below_the_least_prevalence_are_left_out_with_all_below_them()
    {
        // Coarse topic 0 is nearly all of fine 0 and 1, coarse topic 1 of fine 2 and 3.
        LayeredModel model = Neural([_fine, new(new float[,] { { 50, 0 }, { 50, 0 }, { 0, 50 }, { 0, 0.1f } })], [[1, 1, 1, 1], [999, 1]]);
        Assert.Equal("0(0 1) 1(2 3)", Text(model.GetHierarchy(minimumPrevalence: 0)));
        Assert.Equal("0(0 1) 1(2)", Text(model.GetHierarchy(minimumPrevalence: 1e-4)));
        Assert.Equal("0(0 1)", Text(model.GetHierarchy(minimumPrevalence: 0.1)));
        Assert.Equal("", Text(model.GetHierarchy(minimumPrevalence: 0.9999)));
        Assert.Equal("0(0 1)", Text(model.GetHierarchy()));
    }

    [Fact]
    public void A_topic_of_one_finer_topic_of_the_same_words_stands_for_both()
    {
        FactorMatrix middle = new(new float[,] { { 1, 0, 0 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } });
        FactorMatrix coarse = new(new float[,] { { 1, 0 }, { 0, 1 }, { 0, 0.5f } });
        LayeredModel model = Deep([_fine, middle, coarse], [1, 1]);
        Assert.Equal("0(0(0 1)) 1(1(2) 2(3))", Text(model.GetHierarchy(minimumPrevalence: 0)));
        IReadOnlyList<TopicNode> merged = model.GetHierarchy();
        Assert.Equal("0(0 1) 1(1 2)", Text(merged));
        Assert.Equal((2, 0), (merged[0].Layer, merged[0].Children[0].Layer));
        // Other words are worth another node.
        LayeredModel kept = Deep([_fine, new(new float[,] { { 1, 0 }, { 0.1f, 0 }, { 0, 1 }, { 0, 1 } })], [1, 1]);
        Assert.Equal("1(2 3) 0(0)", Text(kept.GetHierarchy(minimumPrevalence: 0.1)));
    }

    [Fact]
    public void A_topic_of_nothing_has_no_place_unless_all_are_asked_for()
    {
        LayeredModel model = Deep([_fine, new(new float[,] { { 1, 0 }, { 1, 0 }, { 1, 0 }, { 0, 0 } })], [1, 1]);
        Assert.Equal("0(0 1 2)", Text(model.GetHierarchy()));
        Assert.Equal("0(0 1 2 3) 1", Text(model.GetHierarchy(minimumPrevalence: 0)));
        Assert.Empty(model.Deepest.GetLinks(1));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_least_prevalence_that_is_no_share_is_refused(double value)
        => Assert.StartsWith($"minimumPrevalence is {value}, but must be from 0 to below 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Deep([_fine], [1, 1, 1, 1]).GetHierarchy(minimumPrevalence: value)).Message);

    private static int Count(TopicNode node) => 1 + node.Children.Sum(Count);

    private static void Check(LayeredModel model, TopicNode node)
    {
        double below = node.Children.Sum(child => child.Prevalence);
        Assert.True(below <= node.Prevalence * (1 + 1e-9), $"{below} > {node.Prevalence}");
        foreach (TopicNode child in node.Children)
        {
            double share = model.Layers[node.Layer].GetLinks(node.Topic.Index).SingleOrDefault(link => link.Topic == child.Topic.Index)?.Share ?? 0;
            Assert.Equal(node.Prevalence * share, child.Prevalence, 1e-12);
            Check(model, child);
        }
    }

    private static string Text(IEnumerable<TopicNode> nodes)
        => string.Join(' ', nodes.Select(node => $"{node.Topic.Index}{(node.Children.Count == 0 ? "" : $"({Text(node.Children)})")}"));

    private static DeepNmfModel Deep(FactorMatrix[] templates, double[] sums) => new(templates, null, 2, 10, ActivationMoments.OfSums(templates, sums), default, [Phase()]);

    private static DeepNmfModel Deep(FactorMatrix[] templates, float[] sums) => Deep(templates, [.. sums.Select(sum => (double)sum)]);

    private static NeuralNmfModel Neural(FactorMatrix[] templates, double[][] sums)
        => new(templates, null, NeuralNmfLoss.Energy, 10, [.. sums.Select(of => new ActivationMoments(of, []))], default, [Phase()], [], null);

    private static TrainingPhase Phase()
        => new() { Name = "all", History = new([new TrainingIteration { Number = 0, Objective = 1, Divergence = 1, Seconds = 0 }], TrainingEnd.Converged) };
}
