using Microsoft.ML.Contract.Transforms.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Training;

/// <summary>The columns that a trained classifier adds.</summary>
public sealed class PredictionTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;
    private readonly ITransformer _model;

    public PredictionTests()
    {
        _data = Color.Keyed(_ml);
        _model = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0).Fit(_data);
    }

    [Fact]
    public void Scores_are_probabilities_in_the_order_of_the_classes()
    {
        var view = _model.Transform(_data);

        Assert.All(view.Floats("Score"), scores => Assert.Equal(1, scores.Sum(), 1e-5f));
        Assert.Equal(["red", "green", "blue"], view.SlotNames("Score"));
        Assert.Equal([0.35485f, 0.26453f, 0.38062f], _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(_data).Transform(_data).Floats("Score")[0], (x, y) => MathF.Abs(x - y) < 1e-3f);
    }

    [Fact]
    public void The_predicted_label_is_the_class_with_the_largest_score()
    {
        var view = _model.Transform(_data);

        Assert.Equal(view.Floats("Score").Select(scores => (uint)Array.IndexOf(scores, scores.Max()) + 1), view.Values<uint>("PredictedLabel"));
    }

    [Fact]
    public void Predicted_label_carries_the_labels_own_key_values()
    {
        var view = _model.Transform(_data).Apply(_ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel"));

        Assert.Equal(["red", "green", "blue"], view.KeyValues("PredictedLabel"));
        Assert.All(view.Texts("Said").Zip(view.Values<uint>("PredictedLabel")), pair => Assert.Equal(view.KeyValues("PredictedLabel")[pair.Second - 1], pair.First));
    }

    [Fact]
    public void Predicted_label_and_score_come_last_and_in_this_order()
        => Assert.Equal(["PredictedLabel", "Score"], _model.Transform(_data).Schema.Select(column => column.Name).TakeLast(2));

    [Fact]
    public void The_predicted_label_is_a_key_of_as_many_values_as_there_are_classes()
    {
        var schema = _model.Transform(_data).Schema;

        Assert.Equal(new KeyDataViewType(typeof(uint), 3), schema["PredictedLabel"].Type);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 3), schema["Score"].Type);
    }

    [Theory]
    [InlineData("Score", "Score")]
    [InlineData("PredictedLabel", "PredictedLabel")]
    public void Annotations_tell_what_the_columns_are(string column, string kind)
    {
        var annotations = _model.Transform(_data).Schema[column].Annotations;
        ReadOnlyMemory<char> columnKind = default, valueKind = default;
        uint set = 0;
        annotations.GetValue("ScoreColumnKind", ref columnKind);
        annotations.GetValue("ScoreValueKind", ref valueKind);
        annotations.GetValue("ScoreColumnSetId", ref set);

        Assert.Equal(("MulticlassClassification", kind, 1u), (columnKind.ToString(), valueKind.ToString(), set));
    }

    [Fact]
    public void Scoring_scored_data_again_opens_the_next_set_of_score_columns()
    {
        uint set = 0;
        _model.Transform(_model.Transform(_data)).Schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref set);

        Assert.Equal(2u, set);
    }

    [Fact]
    public void Labels_that_are_no_text_are_kept_as_training_label_values_only()
    {
        var data = _ml.Data.LoadFromEnumerable(Color.Sixty()).Apply(_ml.Transforms.Conversion.MapValueToKey("Label", "Number"));
        var schema = data.Apply(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy()).Schema;
        VBuffer<float> labels = default, keys = default;
        schema["Score"].Annotations.GetValue("TrainingLabelValues", ref labels);
        schema["PredictedLabel"].GetKeyValues(ref keys);

        Assert.Equal([0, 1, 2], labels.DenseValues());
        Assert.Equal([0, 1, 2], keys.DenseValues());
        Assert.Null(schema["Score"].Annotations.Schema.GetColumnOrNull("SlotNames"));
    }

    [Fact]
    public void What_is_promised_is_what_is_delivered()
    {
        var trainer = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy();

        Assert.Equal(Shapes.Describe(Shapes.Promised(trainer, _data)), Shapes.Describe(Shapes.Of(_data.Apply(trainer))));
        Assert.Equal(_model.Transform(_data).Schema.Select(column => (column.Name, column.Type)), _model.GetOutputSchema(_data.Schema).Select(column => (column.Name, column.Type)));
    }

    [Fact]
    public void Features_that_are_missing_give_no_prediction()
    {
        var view = _model.Transform(Color.Keyed(_ml, [new Color { Features = [float.NaN, 0, 0, 0], Name = "red" }]));

        Assert.All(Assert.Single(view.Floats("Score")), score => Assert.True(float.IsNaN(score)));
        Assert.Equal(0u, Assert.Single(view.Values<uint>("PredictedLabel")));
    }

    [Fact]
    public void A_saved_and_reloaded_model_gives_the_same_bits_and_the_same_schema()
    {
        var expected = _model.Transform(_data);
        var actual = _ml.Reload(_model, _data.Schema).Transform(_data);

        Assert.Equal(expected.Floats("Score"), actual.Floats("Score"));
        Assert.Equal(expected.Values<uint>("PredictedLabel"), actual.Values<uint>("PredictedLabel"));
        Assert.Equal(Shapes.Describe(Shapes.Of(expected)), Shapes.Describe(Shapes.Of(actual)));
        Assert.Equal(expected.KeyValues("PredictedLabel"), actual.KeyValues("PredictedLabel"));
    }

    [Fact]
    public void A_reloaded_model_needs_no_label_column()
    {
        var data = _ml.Data.LoadFromEnumerable(Color.Sixty());

        Assert.Equal(["red", "green", "blue"], _ml.Reload(_model, _data.Schema).Transform(data).SlotNames("Score"));
    }

    [Fact]
    public void An_engine_predicts_one_row_as_the_batch_does()
    {
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label", "Name")
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel"));
        var data = _ml.Data.LoadFromEnumerable(Color.Sixty());
        var model = chain.Fit(data);
        using var engine = _ml.Model.CreatePredictionEngine<Color, Prediction>(_ml.Reload(model, data.Schema));
        var batch = model.Transform(data);

        Assert.Equal(batch.Texts("Said"), Color.Sixty().Select(color => engine.Predict(color).Said!));
        Assert.Equal(batch.Floats("Score"), Color.Sixty().Select(color => engine.Predict(color).Score!));
    }

    [Fact]
    public void Data_without_the_features_are_refused()
    {
        var other = _ml.Data.LoadFromEnumerable([new Other { Features = new float[3] }]);

        Assert.Contains("'Features'", Assert.Throws<ArgumentOutOfRangeException>(() => _model.GetOutputSchema(other.Schema)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => _model.Transform(other));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Transform(_ml.Data.LoadFromEnumerable([new { Nothing = 1f }])));
    }

    [Theory]
    [InlineData("Nowhere", "Features", null, "label column 'Nowhere'")]
    [InlineData("Name", "Features", null, "label column 'Name'")]
    [InlineData("Label", "Nowhere", null, "feature column 'Nowhere'")]
    [InlineData("Label", "Weight", null, "feature column 'Weight'")]
    [InlineData("Label", "Features", "Nowhere", "weight column 'Nowhere'")]
    [InlineData("Label", "Features", "Name", "weight column 'Name'")]
    public void Columns_that_do_not_fit_are_named(string label, string features, string? weight, string expected)
    {
        var trainer = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight);

        Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(_data)).Message, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => Shapes.Promised(trainer, _data)).Message, StringComparison.Ordinal);
    }

    private sealed class Prediction
    {
        public string? Said { get; set; }

        public float[]? Score { get; set; }
    }

    private sealed class Other
    {
        [VectorType(3)]
        public float[]? Features { get; set; }
    }
}
