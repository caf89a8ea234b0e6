using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Contract.Transforms;

/// <summary>What comes back from a model file is the transformer that went in.</summary>
public sealed class SavingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public SavingTests()
        => _data = _ml.Data.LoadFromEnumerable([
            new Line { Text = "The quick brown Fox, jumps over the lazy dog", More = "dog dog", Features = [1, 2, 0, -4] },
            new Line { Text = "café dog fox 3 dog", More = "", Features = [0, 1, 0.5f, 7] },
            new Line { Text = null, More = "quick", Features = [2, 0, 0, 3] },
        ]);

    [Theory]
    [InlineData(NgramExtractingEstimator.WeightingCriteria.Tf, 1, 0, false)]
    [InlineData(NgramExtractingEstimator.WeightingCriteria.Idf, 2, 0, true)]
    [InlineData(NgramExtractingEstimator.WeightingCriteria.TfIdf, 3, 1, true)]
    public void Words_ngrams_counts_and_norms(NgramExtractingEstimator.WeightingCriteria weighting, int length, int skips, bool all)
        => AssertSame(_ml.Transforms.Text.NormalizeText("Normal", "Text", keepPunctuations: false)
            .Append(_ml.Transforms.Text.TokenizeIntoWords("Words", "Normal"))
            .Append(_ml.Transforms.Text.RemoveDefaultStopWords("Content", "Words"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Keys", "Content"))
            .Append(_ml.Transforms.Text.ProduceNgrams("Ngrams", "Keys", length, skips, all, weighting: weighting))
            .Append(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Frequent", "Ngrams", count: 2))
            .Append(_ml.Transforms.NormalizeLpNorm("Out", "Frequent")));

    [Fact]
    public void Own_stop_words()
        => AssertSame(_ml.Transforms.Text.TokenizeIntoWords("Words", "Text")
            .Append(_ml.Transforms.Text.RemoveStopWords("Content", "Words", "DOG", "lazy"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Keys", "Content"))
            .Append(_ml.Transforms.Text.ProduceNgrams("Out", "Keys")));

    [Fact]
    public void Featurized_text()
        => AssertSame(_ml.Transforms.Text.FeaturizeText("Out", new TextFeaturizingEstimator.Options { StopWordsRemoverOptions = new StopWordsRemovingEstimator.Options(), OutputTokensColumnName = "Tokens" }, "Text", "More"));

    [Fact]
    public void Word_bags()
        => AssertSame(_ml.Transforms.Text.ProduceWordBags("Out", ["Text", "More"], weighting: NgramExtractingEstimator.WeightingCriteria.TfIdf));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ranges(bool fixZero)
        => AssertSame(_ml.Transforms.NormalizeMinMax("Out", "Features", fixZero: fixZero));

    [Fact]
    public void Ranges_of_a_scalar()
    {
        var view = _ml.Transforms.NormalizeMinMax("Out", "Number", fixZero: false);
        var transformer = view.Fit(_data);

        Assert.Equal(transformer.Transform(_data).Values<double>("Out"), _ml.Reload(transformer, _data.Schema).Transform(_data).Values<double>("Out"));
    }

    [Theory]
    [InlineData(LpNormNormalizingEstimatorBase.NormFunction.L1, true)]
    [InlineData(LpNormNormalizingEstimatorBase.NormFunction.StandardDeviation, false)]
    public void Norms(LpNormNormalizingEstimatorBase.NormFunction norm, bool ensureZeroMean)
        => AssertSame(_ml.Transforms.NormalizeLpNorm("Out", "Features", norm, ensureZeroMean));

    [Fact]
    public void Selections_that_drop_nothing()
        => AssertSame(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", "Features", count: 0));

    private void AssertSame<TTransformer>(IEstimator<TTransformer> estimator)
        where TTransformer : class, ITransformer
    {
        var transformer = estimator.Fit(_data);
        var expected = transformer.Transform(_data);
        var actual = _ml.Reload(transformer, _data.Schema).Transform(_data);

        Assert.Equal(expected.Schema.Select(column => (column.Name, column.Type)), actual.Schema.Select(column => (column.Name, column.Type)));
        Assert.Equal(expected.Floats("Out"), actual.Floats("Out"));
        if (expected.Schema["Out"].Annotations.Schema.GetColumnOrNull("SlotNames") is not null)
            Assert.Equal(expected.SlotNames("Out"), actual.SlotNames("Out"));
    }

    private sealed class Line
    {
        public string? Text { get; set; }

        public string? More { get; set; }

        public double Number => Features![3];

        [VectorType(4)]
        public float[]? Features { get; set; }
    }
}
