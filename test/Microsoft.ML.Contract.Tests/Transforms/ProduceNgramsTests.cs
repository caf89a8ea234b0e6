using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;
using static Microsoft.ML.Transforms.Text.NgramExtractingEstimator;

namespace Microsoft.ML.Contract.Transforms;

public sealed class ProduceNgramsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _documents;

    public ProduceNgramsTests() => _documents = Keys("the cat sat on the mat", "the dog sat dog dog", "", "a bird");

    [Fact]
    public void Slots_are_the_words_in_the_order_of_their_first_appearance()
        => Assert.Equal(["the", "cat", "sat", "on", "mat", "dog", "a", "bird"], Ngrams(1).SlotNames("Ngrams"));

    [Fact]
    public void Tf_is_the_count_of_the_word_in_the_document()
        => AssertRows(Ngrams(1),
            [2, 1, 1, 1, 1, 0, 0, 0],
            [1, 0, 1, 0, 0, 3, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 1, 1]);

    [Fact]
    public void Idf_is_the_log_of_documents_over_documents_with_the_word()
    {
        float two = MathF.Log(2), four = MathF.Log(4);
        AssertRows(Ngrams(1, weighting: WeightingCriteria.Idf),
            [two, four, two, four, four, 0, 0, 0],
            [two, 0, two, 0, 0, four, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, four, four]);
    }

    [Fact]
    public void Tf_idf_is_count_times_log_of_documents_over_document_frequency()
    {
        float two = MathF.Log(2), four = MathF.Log(4);
        AssertRows(Ngrams(1, weighting: WeightingCriteria.TfIdf),
            [2 * two, four, two, four, four, 0, 0, 0],
            [two, 0, two, 0, 0, 3 * four, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, four, four]);
    }

    [Fact]
    public void A_word_of_every_document_weighs_nothing()
    {
        var data = Keys("x a", "x b");

        Assert.Equal(0, Assert.Single(data.Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", 1, 0, false, weighting: WeightingCriteria.TfIdf)).Floats("Ngrams")[0].Take(1)));
    }

    [Fact]
    public void All_lengths_are_mixed_in_the_order_of_their_first_appearance()
        => Assert.Equal(
            ["the", "the|cat", "cat", "cat|sat", "sat", "sat|on", "on", "on|the", "the|mat", "mat", "the|dog", "dog", "dog|sat", "sat|dog", "dog|dog", "a", "a|bird", "bird"],
            Ngrams(2, all: true).SlotNames("Ngrams"));

    [Fact]
    public void One_length_alone_leaves_out_the_shorter_ones()
        => Assert.Equal(
            ["the|cat", "cat|sat", "sat|on", "on|the", "the|mat", "the|dog", "dog|sat", "sat|dog", "dog|dog", "a|bird"],
            Ngrams(2).SlotNames("Ngrams"));

    [Fact]
    public void Two_words_and_all_lengths_are_the_defaults()
        => Assert.Equal(Ngrams(2, all: true).SlotNames("Ngrams"), _documents.Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys")).SlotNames("Ngrams"));

    [Fact]
    public void Skipped_words_are_counted_over_all_words_of_an_ngram_together()
    {
        var view = Keys("a b c d").Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", ngramLength: 3, skipLength: 1, useAllLengths: true));

        Assert.Equal(["a", "a|b", "a|b|c", "a|b|d", "a|c", "a|c|d", "b", "b|c", "b|c|d", "b|d", "c", "c|d", "d"], view.SlotNames("Ngrams"));
        Assert.Equal(Enumerable.Repeat(1f, 13), Assert.Single(view.Floats("Ngrams")));
    }

    [Theory]
    [InlineData(WeightingCriteria.Tf)]
    [InlineData(WeightingCriteria.TfIdf)]
    public void No_more_ngrams_of_a_length_are_kept_than_allowed(WeightingCriteria weighting)
        => Assert.Equal(["the", "the|cat", "cat", "cat|sat"],
            _documents.Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", maximumNgramsCount: 2, weighting: weighting)).SlotNames("Ngrams"));

    [Fact]
    public void Words_that_the_keys_do_not_know_are_stars_in_longer_ngrams()
    {
        var known = Keys("a c");
        var texts = _ml.Data.LoadFromEnumerable([new Line { Text = "a b c" }]);
        var words = _ml.Transforms.Text.TokenizeIntoWords("Words", "Text").Fit(texts).Transform(texts);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Keys", "Words").Fit(known).Transform(words);
        var view = keyed.Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys"));

        Assert.Equal(["a", "a|*", "*", "*|c", "c"], view.SlotNames("Ngrams"));
    }

    [Fact]
    public void New_documents_are_counted_with_the_fitted_ngrams_only()
    {
        var transformer = _ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", 1, 0, false, weighting: WeightingCriteria.TfIdf).Fit(_documents);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Keys", "Words").Fit(_documents)
            .Transform(_ml.Transforms.Text.TokenizeIntoWords("Words", "Text").Fit(_documents).Transform(_ml.Data.LoadFromEnumerable([new Line { Text = "dog unseen cat dog" }])));

        AssertRows(transformer.Transform(keyed), [0, MathF.Log(4), 0, 0, 0, 2 * MathF.Log(4), 0, 0]);
    }

    [Fact]
    public void The_vector_has_as_many_slots_as_there_are_ngrams()
    {
        var type = Assert.IsType<VectorDataViewType>(Ngrams(1).Schema["Ngrams"].Type);

        Assert.Equal(8, type.Size);
        Assert.Equal(NumberDataViewType.Single, type.ItemType);
    }

    [Fact]
    public void Rows_are_sparse_where_most_slots_are_empty()
    {
        var words = string.Join(' ', Enumerable.Range(0, 50).Select(i => $"w{i}"));
        var view = Keys(words, "w3 w7 w3").Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", 1, 0, false));
        var row = view.Values<VBuffer<float>>("Ngrams")[1];

        Assert.False(row.IsDense);
        Assert.Equal([3, 7], row.GetIndices().ToArray());
        Assert.Equal([2f, 1f], row.GetValues().ToArray());
    }

    [Fact]
    public void Texts_must_be_made_keys_first()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new EstimatorChain<ITransformer>().Append(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Words")).Fit(_documents));

        Assert.Contains("'Words'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(8, 3)]
    [InlineData(11, 0)]
    public void Lengths_out_of_range_are_refused(int ngramLength, int skipLength)
        => Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", ngramLength, skipLength));

    private IDataView Ngrams(int length, bool all = false, WeightingCriteria weighting = WeightingCriteria.Tf)
        => _documents.Apply(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", length, useAllLengths: all, weighting: weighting));

    private IDataView Keys(params string[] texts)
        => _ml.Data.LoadFromEnumerable(texts.Select(text => new Line { Text = text }))
            .Apply(_ml.Transforms.Text.TokenizeIntoWords("Words", "Text"))
            .Apply(_ml.Transforms.Conversion.MapValueToKey("Keys", "Words"));

    private static void AssertRows(IDataView view, params float[][] expected)
    {
        var rows = view.Floats("Ngrams");
        Assert.Equal(expected.Length, rows.Count);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], rows[i], (x, y) => MathF.Abs(x - y) < 1e-6f);
    }

    private sealed class Line
    {
        public string? Text { get; set; }
    }
}
