using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Topics;

public class TopicTests
{
    private static readonly FactorMatrix _templates = new(new float[,] { { 3, 0 }, { 5, 0 }, { 3, 1 }, { 0, 2 }, { 1, 0 } });
    private static readonly string[] _names = ["ant", "bee", "cat", "", "elk"];

    [Fact]
    public void Words_come_heaviest_first_and_equal_ones_in_the_order_of_their_slots()
    {
        IReadOnlyList<Topic> topics = Topics(_names, 3);
        Assert.Equal(["bee, ant, cat", "slot 3, cat"], topics.Select(t => t.ToString()));
        Assert.Equal(new TopicWord { Word = "bee", Feature = 1, Weight = 5, Relevance = Math.Log(5.0 / 12) }, topics[0].Words[0]);
        Assert.Equal([0, 1], topics.Select(t => t.Index));
    }

    [Fact]
    public void Words_without_weight_are_left_out()
        => Assert.Equal([4, 2], Topics(_names, 100).Select(t => t.Words.Count));

    [Fact]
    public void Without_names_words_are_slots()
        => Assert.Equal("slot 1, slot 0", Topics(null, 2)[0].ToString());

    [Fact]
    public void Fewer_than_one_word_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Topics(_names, 0));

    private static IReadOnlyList<Topic> Topics(string[]? names, int words) => InsightFixture.Make(_templates, names, [1, 1]).GetTopics(words);
}
