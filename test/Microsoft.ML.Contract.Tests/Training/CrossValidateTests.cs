using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Training;

public sealed class CrossValidateTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public CrossValidateTests()
        => _data = _ml.Data.LoadFromEnumerable(Color.Sixty().Select((color, i) => new Example { Id = i, Group = $"group {i % 12}", Features = color.Features, Name = color.Name }));

    [Fact]
    public void Every_row_is_in_exactly_one_test_fold()
    {
        var results = CrossValidate(4);

        Assert.Equal([0, 1, 2, 3], results.Select(result => result.Fold));
        Assert.Equal(Enumerable.Range(0, 60), results.SelectMany(result => result.ScoredHoldOutSet.Values<int>("Id")).Order());
    }

    [Fact]
    public void Rows_with_the_same_sampling_key_stay_together()
    {
        var results = CrossValidate(3, "Group");
        var folds = results.Select(result => result.ScoredHoldOutSet.Texts("Group").ToHashSet()).ToArray();

        Assert.Equal(60, results.Sum(result => result.ScoredHoldOutSet.Values<int>("Id").Count));
        Assert.Equal(12, folds.Sum(fold => fold.Count));
    }

    [Fact]
    public void Metrics_are_those_of_the_rows_held_out()
    {
        foreach (var result in CrossValidate(3))
        {
            var again = _ml.MulticlassClassification.Evaluate(result.ScoredHoldOutSet);
            Assert.Equal(again.MicroAccuracy, result.Metrics.MicroAccuracy);
            Assert.Equal(again.LogLoss, result.Metrics.LogLoss);
            Assert.InRange(result.Metrics.MicroAccuracy, 0.2, 1);
        }
    }

    [Fact]
    public void Each_fold_has_a_model_of_its_own()
    {
        var results = CrossValidate(3);

        Assert.Equal(3, results.Select(result => result.Model).Distinct().Count());
        foreach (var result in results)
            Assert.Equal(result.ScoredHoldOutSet.Floats("Score").Count, result.Model.Transform(result.ScoredHoldOutSet).Floats("Score").Count);
    }

    [Fact]
    public void The_same_seed_gives_the_same_folds()
    {
        Assert.Equal(Folds(7), Folds(7));
        Assert.NotEqual(Folds(7), Folds(8));
    }

    [Fact]
    public void The_seed_of_the_context_is_used_when_there_is_no_other()
        => Assert.Equal(Folds(null), Folds(null));

    [Fact]
    public void Five_folds_are_the_default()
        => Assert.Equal(5, _ml.MulticlassClassification.CrossValidate(_data, Pipeline()).Count);

    [Fact]
    public void No_column_is_left_over_from_the_split()
        => Assert.Equal(["Id", "Group", "Features", "Name", "Label", "PredictedLabel", "Score"],
            CrossValidate(2)[0].ScoredHoldOutSet.Schema.Where(column => !column.IsHidden).Select(column => column.Name));

    [Fact]
    public void One_fold_is_too_few()
        => Assert.Throws<ArgumentOutOfRangeException>(() => CrossValidate(1));

    [Fact]
    public void A_missing_sampling_key_is_named()
        => Assert.Contains("'Nowhere'", Assert.Throws<ArgumentOutOfRangeException>(() => CrossValidate(2, "Nowhere")).Message, StringComparison.Ordinal);

    private int[][] Folds(int? seed)
        => [.. CrossValidate(3, seed: seed).Select(result => result.ScoredHoldOutSet.Values<int>("Id").ToArray())];

    private IReadOnlyList<TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics>> CrossValidate(int folds, string? samplingKey = null, int? seed = null)
        => _ml.MulticlassClassification.CrossValidate(_data, Pipeline(), folds, samplingKeyColumnName: samplingKey, seed: seed);

    private IEstimator<ITransformer> Pipeline()
        => _ml.Transforms.Conversion.MapValueToKey("Label", "Name").Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy());

    private sealed class Example
    {
        public int Id { get; set; }

        public string? Group { get; set; }

        [VectorType(4)]
        public float[]? Features { get; set; }

        public string? Name { get; set; }
    }
}
