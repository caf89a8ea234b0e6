using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Transforms;

public sealed class TokenizeIntoWordsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Words_are_what_spaces_separate_and_nothing_else_does()
        => Assert.Equal(["a", "b,c", "d\te"], Tokenize("  a b,c   d\te "));

    [Fact]
    public void Other_separators_can_be_named_instead_of_the_space()
        => Assert.Equal(["a b", "c", "d"], Tokenize("a b,c; d,,", ',', ';'));

    [Fact]
    public void A_text_of_separators_has_no_words()
        => Assert.Empty(Tokenize("   "));

    [Fact]
    public void A_missing_text_has_no_words()
        => Assert.Empty(Tokenize(null));

    [Fact]
    public void The_words_of_a_vector_of_texts_follow_each_other()
    {
        var data = _ml.Data.LoadFromEnumerable([new Pair { Text = ["a b", "c"] }]);
        var view = _ml.Transforms.Text.TokenizeIntoWords("Out", "Text").Fit(data).Transform(data);

        Assert.Equal(["a", "b", "c"], Assert.Single(view.TextVectors("Out")));
    }

    [Fact]
    public void The_vector_of_words_has_no_known_size()
    {
        var data = _ml.Data.LoadFromEnumerable([new Line { Text = "a b" }]);
        var type = Assert.IsType<VectorDataViewType>(_ml.Transforms.Text.TokenizeIntoWords("Out", "Text").Fit(data).Transform(data).Schema["Out"].Type);

        Assert.False(type.IsKnownSize);
        Assert.Equal(TextDataViewType.Instance, type.ItemType);
    }

    private string[] Tokenize(string? text, params char[] separators)
    {
        var data = _ml.Data.LoadFromEnumerable([new Line { Text = text }]);
        var estimator = _ml.Transforms.Text.TokenizeIntoWords("Out", "Text", separators.Length == 0 ? null : separators);
        return Assert.Single(estimator.Fit(data).Transform(data).TextVectors("Out"));
    }

    private sealed class Line
    {
        public string? Text { get; set; }
    }

    private sealed class Pair
    {
        [VectorType(2)]
        public string[]? Text { get; set; }
    }
}
