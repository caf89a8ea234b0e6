using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Contract.Transforms;

public sealed class FeaturizeTextTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public FeaturizeTextTests()
        => _data = _ml.Data.LoadFromEnumerable([new Line { Text = "The Dog", More = "sat." }, new Line { Text = "the cat, the dog", More = "ran" }, new Line()]);

    [Fact]
    public void Char_trigrams_then_word_bigrams_are_the_default_slots()
        => Assert.Equal(
            [
                "Char.<␂>|t|h", "Char.t|h|e", "Char.h|e|<␠>", "Char.e|<␠>|d", "Char.<␠>|d|o", "Char.d|o|g", "Char.o|g|<␃>",
                "Char.e|<␠>|c", "Char.<␠>|c|a", "Char.c|a|t", "Char.a|t|,", "Char.t|,|<␠>", "Char.,|<␠>|t", "Char.<␠>|t|h",
                "Word.the", "Word.the|dog", "Word.dog", "Word.the|cat,", "Word.cat,", "Word.cat,|the",
            ],
            Featurize().SlotNames("Features"));

    [Fact]
    public void Words_and_chars_are_normalized_to_length_one_each()
    {
        var rows = Featurize().Floats("Features");

        foreach (var row in rows.Take(2))
        {
            Assert.Equal(1, row.Take(14).Sum(x => x * x), 1e-5f);
            Assert.Equal(1, row.Skip(14).Sum(x => x * x), 1e-5f);
        }

        Assert.All(rows[2], x => Assert.Equal(0, x));
        Assert.Equal(1 / MathF.Sqrt(3), rows[0][14], 1e-6f);
    }

    [Fact]
    public void The_output_says_that_it_is_normalized()
    {
        bool normalized = false;
        Featurize().Schema["Features"].Annotations.GetValue("IsNormalized", ref normalized);

        Assert.True(normalized);
    }

    [Fact]
    public void Words_alone_are_named_without_a_prefix()
        => Assert.Equal(["the", "dog", "cat,"], Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = new() { NgramLength = 1 } }).SlotNames("Features"));

    [Fact]
    public void Chars_alone_are_named_without_a_prefix()
        => Assert.Equal(["<␂>", "t", "h", "e", "<␠>", "d", "o", "g", "<␃>", "c", "a", ","],
            Featurize(new() { WordFeatureExtractor = null, CharFeatureExtractor = new() { NgramLength = 1 } }).SlotNames("Features"));

    [Fact]
    public void Without_a_norm_the_values_are_counts()
    {
        var view = Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = new() { NgramLength = 1 }, Norm = TextFeaturizingEstimator.NormFunction.None });

        Assert.Equal([[1f, 1f, 0f], [2f, 1f, 1f], [0f, 0f, 0f]], view.Floats("Features"));
        Assert.Null(view.Schema["Features"].Annotations.Schema.GetColumnOrNull("IsNormalized"));
    }

    [Theory]
    [InlineData(TextFeaturizingEstimator.NormFunction.L1, 0.5f)]
    [InlineData(TextFeaturizingEstimator.NormFunction.Infinity, 1f)]
    public void Other_norms_can_be_chosen(TextFeaturizingEstimator.NormFunction norm, float expected)
        => Assert.Equal(expected, Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = new() { NgramLength = 1 }, Norm = norm }).Floats("Features")[1][0], 1e-6f);

    [Fact]
    public void Weights_can_be_tf_idf()
    {
        var words = new WordBagEstimator.Options { NgramLength = 1, Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf };
        var rows = Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = words, Norm = TextFeaturizingEstimator.NormFunction.None }).Floats("Features");

        Assert.Equal(2 * MathF.Log(1.5f), rows[1][0], 1e-6f);
        Assert.Equal(MathF.Log(3), rows[1][2], 1e-6f);
    }

    [Fact]
    public void Stop_words_go_when_a_remover_is_set()
        => Assert.Equal(["dog", "cat,"],
            Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = new() { NgramLength = 1 }, StopWordsRemoverOptions = new StopWordsRemovingEstimator.Options() }).SlotNames("Features"));

    [Fact]
    public void Own_stop_words_go_and_chars_are_then_taken_from_the_words_that_stay()
        => Assert.Equal(["Char.<␂>|t|h", "Char.t|h|e", "Char.h|e|<␃>", "Char.h|e|<␟>", "Char.e|<␟>|c", "Char.<␟>|c|a", "Char.c|a|t", "Char.a|t|,", "Char.t|,|<␟>", "Char.,|<␟>|t", "Char.<␟>|t|h", "Word.the", "Word.the|cat,", "Word.cat,", "Word.cat,|the"],
            Featurize(new() { StopWordsRemoverOptions = new CustomStopWordsRemovingEstimator.Options { StopWords = ["dog"] } }).SlotNames("Features"));

    [Fact]
    public void The_text_is_normalized_as_asked()
        => Assert.Equal(["THE", "DOG", "CAT"],
            Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = new() { NgramLength = 1 }, KeepPunctuations = false, CaseMode = TextNormalizingEstimator.CaseMode.Upper }).SlotNames("Features"));

    [Fact]
    public void Tokens_come_out_in_a_column_of_their_own_when_it_has_a_name()
        => Assert.Equal([["the", "dog"], ["the", "cat,", "the", "dog"], []], Featurize(new() { OutputTokensColumnName = "Tokens" }).TextVectors("Tokens"));

    [Fact]
    public void Several_texts_are_featurized_as_one()
        => Assert.Equal(["the", "dog", "sat.", "cat,", "ran"],
            Featurize(new() { CharFeatureExtractor = null, WordFeatureExtractor = new() { NgramLength = 1 } }, "Text", "More").SlotNames("Features"));

    [Fact]
    public void Only_the_asked_for_columns_are_added()
        => Assert.Equal(["Text", "More", "Features"], Featurize().Schema.Where(column => !column.IsHidden).Select(column => column.Name));

    private IDataView Featurize() => _data.Apply(_ml.Transforms.Text.FeaturizeText("Features", "Text"));

    private IDataView Featurize(TextFeaturizingEstimator.Options options, params string[] sources)
        => _data.Apply(_ml.Transforms.Text.FeaturizeText("Features", options, sources.Length == 0 ? ["Text"] : sources));

    private sealed class Line
    {
        public string? Text { get; set; }

        public string? More { get; set; }
    }
}
