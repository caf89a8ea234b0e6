using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Contract.Transforms;

/// <summary>What holds for the schema of every text and feature transform.</summary>
public sealed class SchemaTests
{
    private static readonly MLContext _ml = new(seed: 1);

    private static readonly Dictionary<string, Func<string, IEstimator<ITransformer>>> _estimators = new()
    {
        ["NormalizeText"] = source => _ml.Transforms.Text.NormalizeText("Out", source),
        ["TokenizeIntoWords"] = source => _ml.Transforms.Text.TokenizeIntoWords("Out", source),
        ["TokenizeIntoCharactersAsKeys"] = source => _ml.Transforms.Text.TokenizeIntoCharactersAsKeys("Out", source),
        ["RemoveDefaultStopWords"] = source => _ml.Transforms.Text.RemoveDefaultStopWords("Out", source),
        ["RemoveStopWords"] = source => _ml.Transforms.Text.RemoveStopWords("Out", source, "a"),
        ["ProduceNgrams"] = source => _ml.Transforms.Text.ProduceNgrams("Out", source, weighting: NgramExtractingEstimator.WeightingCriteria.TfIdf),
        ["ProduceWordBags"] = source => _ml.Transforms.Text.ProduceWordBags("Out", source),
        ["FeaturizeText"] = source => _ml.Transforms.Text.FeaturizeText("Out", source),
        ["FeaturizeText with tokens, without a norm"] = source => _ml.Transforms.Text.FeaturizeText("Out", new TextFeaturizingEstimator.Options { OutputTokensColumnName = "Tokens", Norm = TextFeaturizingEstimator.NormFunction.None }, source),
        ["NormalizeMinMax"] = source => _ml.Transforms.NormalizeMinMax("Out", source),
        ["NormalizeLpNorm"] = source => _ml.Transforms.NormalizeLpNorm("Out", source),
        ["SelectFeaturesBasedOnCount"] = source => _ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Out", source, count: 2),
    };

    public static TheoryData<string, string> Pairs => new()
    {
        { "NormalizeText", "Text" },
        { "NormalizeText", "Words" },
        { "TokenizeIntoWords", "Text" },
        { "TokenizeIntoWords", "Words" },
        { "TokenizeIntoCharactersAsKeys", "Text" },
        { "RemoveDefaultStopWords", "Words" },
        { "RemoveStopWords", "Words" },
        { "ProduceNgrams", "Keys" },
        { "ProduceWordBags", "Text" },
        { "FeaturizeText", "Text" },
        { "FeaturizeText with tokens, without a norm", "Text" },
        { "NormalizeMinMax", "Counts" },
        { "NormalizeMinMax", "Number" },
        { "NormalizeLpNorm", "Counts" },
        { "SelectFeaturesBasedOnCount", "Counts" },
        { "SelectFeaturesBasedOnCount", "Normalized" },
    };

    public static TheoryData<string> Names => [.. _estimators.Keys];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_is_promised_is_what_is_delivered(string estimator, string source)
    {
        var data = Data();

        Assert.Equal(Shapes.Describe(Shapes.Promised(_estimators[estimator](source), data)), Shapes.Describe(Shapes.Of(data.Apply(_estimators[estimator](source)))));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_output_schema_of_the_transformer_is_that_of_the_transformed_data(string estimator, string source)
    {
        var data = Data();
        var transformer = _estimators[estimator](source).Fit(data);
        var told = transformer.GetOutputSchema(data.Schema);
        var delivered = transformer.Transform(data).Schema;

        Assert.Equal(delivered.Select(column => (column.Name, column.Type)), told.Select(column => (column.Name, column.Type)));
        Assert.Equal(delivered.Select(column => column.Annotations.Schema.Count), told.Select(column => column.Annotations.Schema.Count));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_missing_column_is_named_when_the_schema_is_propagated(string estimator)
    {
        var data = Data();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Shapes.Promised(_estimators[estimator]("Nowhere"), data));

        Assert.Contains("'Nowhere'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_missing_column_fails_the_fit(string estimator)
        => Assert.ThrowsAny<ArgumentException>(() => _estimators[estimator]("Nowhere").Fit(Data()));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_column_of_a_wrong_type_is_named_when_the_schema_is_propagated(string estimator)
    {
        var data = Data();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Shapes.Promised(_estimators[estimator]("Flag"), data));

        Assert.Contains("'Flag'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Data_without_the_source_column_is_refused_after_the_fit(string estimator, string source)
    {
        var transformer = _estimators[estimator](source).Fit(Data());
        var other = _ml.Data.LoadFromEnumerable([new Other()]);

        Assert.ThrowsAny<ArgumentException>(() => transformer.Transform(other));
        Assert.ThrowsAny<ArgumentException>(() => transformer.GetOutputSchema(other.Schema));
    }

    private static IDataView Data()
        => _ml.Data.LoadFromEnumerable([new Line { Text = "A b c a", Number = 1 }, new Line { Text = "b d", Number = 3 }, new Line { Text = "a c e", Number = 2 }])
            .Apply(_ml.Transforms.Text.TokenizeIntoWords("Words", "Text"))
            .Apply(_ml.Transforms.Conversion.MapValueToKey("Keys", "Words"))
            .Apply(_ml.Transforms.Text.ProduceNgrams("Counts", "Keys", 1, 0, false))
            .Apply(_ml.Transforms.NormalizeLpNorm("Normalized", "Counts"));

    private sealed class Line
    {
        public string? Text { get; set; }

        public float Number { get; set; }

        public bool Flag { get; set; }
    }

    private sealed class Other
    {
        public int Nothing { get; set; }
    }
}
