using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Contract.Transforms;

public sealed class RemoveStopWordsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void English_function_words_are_removed()
        => Assert.Empty(Remove("a an the and or but if because as until while of at by for with about against between into through during before after above below to from up down in out on off over under again then once here there when where why how all any both each few more most other some such no nor not only own same so than too very can will me my we our he him his she her it its they them their what which who this that these those am is are was were be been being have has had do"));

    [Fact]
    public void I_and_you_are_no_stop_words()
        => Assert.Equal(["i", "you", "your"], Remove("i and you and your"));

    [Fact]
    public void Words_with_a_content_of_their_own_stay()
    {
        string[] words = "network library graphical server python image editor documentation kernel files window game science package".Split(' ');

        Assert.Equal(words, Remove(string.Join(' ', words)));
    }

    [Fact]
    public void Case_does_not_matter_and_what_stays_is_left_as_it_was()
        => Assert.Equal(["Quick", "FOX"], Remove("THE Quick aNd The FOX"));

    [Fact]
    public void Order_and_repetitions_of_the_other_words_are_kept()
        => Assert.Equal(["dog", "cat", "dog"], Remove("the dog and cat and the dog"));

    [Fact]
    public void Words_with_punctuation_are_other_words()
        => Assert.Equal(["the,", "(and)"], Remove("the, (and)"));

    [Fact]
    public void Own_stop_words_are_removed_whatever_their_case()
    {
        var data = Data("Alpha beta GAMMA the beta");
        var view = _ml.Transforms.Text.RemoveStopWords("Out", "Words", "BETA", "gamma ").Fit(data).Transform(data);

        Assert.Equal(["Alpha", "the"], Assert.Single(view.TextVectors("Out")));
    }

    [Fact]
    public void The_vector_that_stays_has_no_known_size()
    {
        var data = Data("some words");
        var type = (VectorDataViewType)_ml.Transforms.Text.RemoveDefaultStopWords("Out", "Words").Fit(data).Transform(data).Schema["Out"].Type;

        Assert.False(type.IsKnownSize);
    }

    [Fact]
    public void A_scalar_text_is_refused_by_name()
    {
        var data = Data("text");
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Text.RemoveDefaultStopWords("Out", "Text").Fit(data));

        Assert.Contains("'Text'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void English_is_the_default_language()
        => Assert.Equal(0, (int)StopWordsRemovingEstimator.Language.English);

    private string[] Remove(string text)
    {
        var data = Data(text);
        return Assert.Single(_ml.Transforms.Text.RemoveDefaultStopWords("Out", "Words").Fit(data).Transform(data).TextVectors("Out"));
    }

    private IDataView Data(string text)
    {
        var data = _ml.Data.LoadFromEnumerable([new Line { Text = text }]);
        return _ml.Transforms.Text.TokenizeIntoWords("Words", "Text").Fit(data).Transform(data);
    }

    private sealed class Line
    {
        public string? Text { get; set; }
    }
}
