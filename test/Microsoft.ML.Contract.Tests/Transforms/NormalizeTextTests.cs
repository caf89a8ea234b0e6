using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Contract.Transforms;

public sealed class NormalizeTextTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Lowers_case_and_removes_diacritics_and_keeps_the_rest_by_default()
        => Assert.Equal(["cafe, naive 3 apres-ski!", "uber straße"], Normalize(["Café, Naïve 3 Après-Ski!", "Über Straße"]));

    [Theory]
    [InlineData(TextNormalizingEstimator.CaseMode.Lower, "mixed case")]
    [InlineData(TextNormalizingEstimator.CaseMode.Upper, "MIXED CASE")]
    [InlineData(TextNormalizingEstimator.CaseMode.None, "Mixed Case")]
    public void Case_is_what_the_mode_says(TextNormalizingEstimator.CaseMode mode, string expected)
        => Assert.Equal([expected], Normalize(["Mixed Case"], mode));

    [Fact]
    public void Diacritics_stay_when_they_are_kept()
        => Assert.Equal(["café e\u0301"], Normalize(["Café E\u0301"], keepDiacritics: true));

    [Fact]
    public void Combining_marks_go_with_the_diacritics()
        => Assert.Equal(["cafe"], Normalize(["Cafe\u0301"]));

    [Fact]
    public void Greek_and_cyrillic_letters_lose_their_marks_too()
        => Assert.Equal(["αθηνα иод"], Normalize(["Αθήνα Йод"]));

    [Fact]
    public void Punctuation_goes_when_it_is_not_kept_and_symbols_stay()
        => Assert.Equal(["c++ isnt 100 sure=$"], Normalize(["C++, isn't (100%) sure=$!"], keepPunctuations: false));

    [Fact]
    public void Numbers_go_when_they_are_not_kept()
        => Assert.Equal(["x, y."], Normalize(["x2, y34."], keepNumbers: false));

    [Fact]
    public void Missing_and_empty_texts_come_out_empty()
        => Assert.Equal(["", ""], Normalize([null, ""]));

    [Fact]
    public void A_vector_of_texts_becomes_a_variable_size_vector_without_the_texts_that_came_out_empty()
    {
        var data = _ml.Data.LoadFromEnumerable([new Words { Text = ["One", "...", "Two"] }]);
        var view = _ml.Transforms.Text.NormalizeText("Out", "Text", keepPunctuations: false).Fit(data).Transform(data);

        Assert.Equal(["one", "two"], Assert.Single(view.TextVectors("Out")));
        Assert.False(((VectorDataViewType)view.Schema["Out"].Type).IsKnownSize);
    }

    [Fact]
    public void The_source_column_is_the_output_column_when_no_source_is_named()
    {
        var data = _ml.Data.LoadFromEnumerable([new Line { Text = "ABC" }]);

        Assert.Equal(["abc"], _ml.Transforms.Text.NormalizeText("Text").Fit(data).Transform(data).Texts("Text"));
    }

    private IReadOnlyList<string> Normalize(string?[] texts, TextNormalizingEstimator.CaseMode caseMode = TextNormalizingEstimator.CaseMode.Lower,
        bool keepDiacritics = false, bool keepPunctuations = true, bool keepNumbers = true)
    {
        var data = _ml.Data.LoadFromEnumerable(texts.Select(text => new Line { Text = text }));
        return _ml.Transforms.Text.NormalizeText("Out", "Text", caseMode, keepDiacritics, keepPunctuations, keepNumbers).Fit(data).Transform(data).Texts("Out");
    }

    private sealed class Line
    {
        public string? Text { get; set; }
    }

    private sealed class Words
    {
        [VectorType(3)]
        public string[]? Text { get; set; }
    }
}
