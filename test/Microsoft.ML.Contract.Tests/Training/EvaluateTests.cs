using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Training;

public sealed class EvaluateTests
{
    private readonly MLContext _ml = new(seed: 1);

    private readonly Scored[] _scored =
    [
        new() { Label = 0, Score = [0.7f, 0.2f, 0.1f] },
        new() { Label = 0, Score = [0.3f, 0.5f, 0.2f] },
        new() { Label = 0, Score = [0.5f, 0.4f, 0.1f] },
        new() { Label = 1, Score = [0.1f, 0.8f, 0.1f] },
        new() { Label = 2, Score = [0.6f, 0.3f, 0.1f] },
    ];

    [Fact]
    public void Micro_accuracy_is_the_share_of_right_answers()
        => Assert.Equal(3 / 5.0, Evaluate().MicroAccuracy, 1e-12);

    [Fact]
    public void Macro_accuracy_is_the_mean_over_the_classes()
        => Assert.Equal((2 / 3.0 + 1 + 0) / 3, Evaluate().MacroAccuracy, 1e-12);

    [Fact]
    public void Log_loss_is_the_mean_of_minus_log_of_the_score_of_the_label()
        => Assert.Equal(-(Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.5) + Math.Log(0.8) + Math.Log(0.1)) / 5, Evaluate().LogLoss, 1e-6);

    [Fact]
    public void Log_loss_reduction_compares_with_the_entropy_of_the_labels()
    {
        double entropy = -(3 * Math.Log(3 / 5.0) + 2 * Math.Log(1 / 5.0)) / 5;
        var metrics = Evaluate();

        Assert.Equal((entropy - metrics.LogLoss) / entropy, metrics.LogLossReduction, 1e-9);
    }

    [Fact]
    public void Log_loss_of_a_class_is_its_mean_over_the_class()
        => Assert.Equal([-(Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.5)) / 3, -Math.Log(0.8), -Math.Log(0.1)], Evaluate().PerClassLogLoss, (x, y) => Math.Abs(x - y) < 1e-6);

    [Fact]
    public void Top_k_accuracy_counts_labels_among_the_k_largest_scores()
    {
        var metrics = Evaluate(topK: 2);

        Assert.Equal(2, metrics.TopKPredictionCount);
        Assert.Equal([3 / 5.0, 4 / 5.0], metrics.TopKAccuracyForAllK, (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.Equal(4 / 5.0, metrics.TopKAccuracy, 1e-12);
    }

    [Fact]
    public void Without_a_k_there_is_no_top_k_accuracy()
    {
        var metrics = Evaluate();

        Assert.Equal(0, metrics.TopKAccuracy);
        Assert.Null(metrics.TopKAccuracyForAllK);
    }

    [Fact]
    public void The_confusion_matrix_has_the_truth_in_rows_and_the_answers_in_columns()
    {
        var matrix = Evaluate().ConfusionMatrix;

        Assert.Equal(3, matrix.NumberOfClasses);
        Assert.Equal([[2d, 1d, 0d], [0d, 1d, 0d], [1d, 0d, 0d]], matrix.Counts);
        Assert.Equal(1, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 1, actualClassIndicatorIndex: 0));
        Assert.Equal([2 / 3.0, 1 / 2.0, 0], matrix.PerClassPrecision);
        Assert.Equal([2 / 3.0, 1, 0], matrix.PerClassRecall);
    }

    [Fact]
    public void The_confusion_matrix_can_be_printed_with_the_names_of_the_classes()
    {
        var data = Color.Keyed(_ml);
        string table = _ml.MulticlassClassification.Evaluate(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0).Fit(data).Transform(data)).ConfusionMatrix.GetFormattedConfusionTable();

        Assert.Equal(
            """

            Confusion table
                      ||========================
            PREDICTED ||   red | green |  blue | Recall
            TRUTH     ||========================
                  red ||    15 |     2 |     3 | 0.7500
                green ||     4 |    14 |     2 | 0.7000
                 blue ||     2 |     2 |    16 | 0.8000
                      ||========================
            Precision ||0.7143 |0.7778 |0.7619 |

            """.ReplaceLineEndings("\n"), table.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Of_equal_scores_the_first_wins()
    {
        var metrics = Evaluate(2, new Scored { Label = 1, Score = [0.4f, 0.4f, 0.2f] });

        Assert.Equal([0d, 1d], metrics.TopKAccuracyForAllK);
        Assert.Equal(1, metrics.ConfusionMatrix.Counts[1][0]);
    }

    [Fact]
    public void Scores_of_zero_are_not_an_infinite_loss()
        => Assert.Equal(-Math.Log(1e-15), Evaluate(0, new Scored { Label = 1, Score = [1, 0, 0] }).LogLoss, 1e-5);

    [Fact]
    public void Rows_without_a_label_or_a_score_are_left_out()
        => Assert.Equal(1, Evaluate(0, new Scored { Label = 0, Score = [1, 0, 0] }, new Scored { Label = float.NaN, Score = [0, 1, 0] }, new Scored { Label = 1, Score = [float.NaN, 0, 0] }, new Scored { Label = -1, Score = [0, 1, 0] }).MicroAccuracy);

    [Fact]
    public void A_label_beyond_the_classes_counts_as_wrong()
    {
        var metrics = Evaluate(0, new Scored { Label = 0, Score = [1, 0, 0] }, new Scored { Label = 3, Score = [0, 1, 0] });

        Assert.Equal(0.5, metrics.MicroAccuracy);
        Assert.Equal(-Math.Log(1e-15) / 2, metrics.LogLoss, 1e-5);
        Assert.Equal(1, metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()));
    }

    [Fact]
    public void The_metrics_of_the_real_trainer_on_the_colors()
    {
        var data = Color.Keyed(_ml);
        var metrics = _ml.MulticlassClassification.Evaluate(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0).Fit(data).Transform(data), topKPredictionCount: 2);

        Assert.Equal(0.75, metrics.MicroAccuracy, 1e-12);
        Assert.Equal(0.75, metrics.MacroAccuracy, 1e-12);
        Assert.Equal(0.61446, metrics.LogLoss, 1e-4);
        Assert.Equal(0.44069, metrics.LogLossReduction, 1e-4);
        Assert.Equal(0.96667, metrics.TopKAccuracy, 1e-4);
        Assert.Equal([0.65717, 0.60062, 0.5856], metrics.PerClassLogLoss, (x, y) => Math.Abs(x - y) < 1e-3);
    }

    [Theory]
    [InlineData("Nowhere", "Score", "PredictedLabel")]
    [InlineData("Label", "Nowhere", "PredictedLabel")]
    [InlineData("Label", "Score", "Nowhere")]
    public void Missing_columns_are_named(string label, string score, string predicted)
    {
        var data = _ml.Data.LoadFromEnumerable(_scored);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Evaluate(data, label, score, predicted));

        Assert.Contains("Nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_is_neither_number_nor_key_is_refused()
    {
        var data = _ml.Data.LoadFromEnumerable([new Mislabelled { Label = "a", Score = [1, 0] }]);

        Assert.Contains("'Label'", Assert.Throws<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Evaluate(data)).Message, StringComparison.Ordinal);
    }

    private MulticlassClassificationMetrics Evaluate(int topK = 0, params Scored[] scored)
        => _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(scored.Length == 0 ? _scored : scored), topKPredictionCount: topK);

    private sealed class Scored
    {
        public float Label { get; set; }

        [VectorType(3)]
        public float[]? Score { get; set; }

        public uint PredictedLabel { get; set; }
    }

    private sealed class Mislabelled
    {
        public string? Label { get; set; }

        [VectorType(2)]
        public float[]? Score { get; set; }

        public uint PredictedLabel { get; set; }
    }
}
