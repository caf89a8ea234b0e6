using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Contract.Training;

public sealed class LbfgsMaximumEntropyTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public LbfgsMaximumEntropyTests() => _data = Color.Keyed(_ml);

    [Fact]
    public void L2_gives_the_weights_and_biases_of_the_real_trainer()
    {
        var model = Train(l1: 0, l2: 1).Model;

        AssertWeights(model,
            [1.38641f, -0.20929f, -0.14977f, 0.44347f],
            [-0.62434f, 1.32984f, -0.63922f, 0.04687f],
            [-0.76208f, -1.12055f, 0.78898f, -0.49034f]);
        Assert.Equal([-0.09177f, -0.06834f, 0.16011f], model.GetBiases(), Close);
    }

    [Fact]
    public void L1_sets_weights_to_zero_and_leaves_biases_alone()
    {
        var model = Train(l1: 1, l2: 1).Model;

        AssertWeights(model,
            [1.45525f, 0, 0, 0.16536f],
            [-0.15751f, 1.25534f, -0.36394f, 0],
            [-0.2978f, -0.72862f, 0.69144f, -0.29793f]);
        Assert.Equal([-0.08736f, -0.08781f, 0.17517f], model.GetBiases(), Close);
    }

    [Fact]
    public void One_is_the_default_of_both_regularizations()
        => Assert.Equal(WeightsOf(Train(l1: 1, l2: 1).Model), WeightsOf(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(_data).Model));

    [Fact]
    public void L1_alone_works_without_l2()
        => AssertWeights(Train(l1: 0.5f, l2: 0).Model,
            [2.47348f, 0, 0, 0.45963f],
            [0, 1.93383f, -0.48523f, 0],
            [-0.02868f, -1.06923f, 1.05528f, -0.62138f]);

    [Fact]
    public void Weights_are_not_negative_when_that_is_enforced()
    {
        var model = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0.1f, l2Regularization: 0.1f, enforceNonNegativity: true).Fit(_data).Model;

        Assert.All(WeightsOf(model).SelectMany(weights => weights), weight => Assert.True(weight >= 0));
        Assert.Contains(model.GetBiases(), bias => bias < 0);
        AssertWeights(model,
            [2.60464f, 0.97939f, 0.43969f, 1.23476f],
            [0, 3.02536f, 0, 0.59985f],
            [0, 0, 1.66184f, 0]);
    }

    [Fact]
    public void Examples_count_by_their_weight()
        => AssertWeights(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(exampleWeightColumnName: "Weight", l1Regularization: 0, l2Regularization: 1).Fit(_data).Model,
            [1.65178f, -0.21035f, 0.02333f, 0.56172f],
            [-0.78704f, 1.31359f, -0.7872f, -0.11255f],
            [-0.86474f, -1.10323f, 0.76387f, -0.44917f]);

    [Fact]
    public void A_weight_of_two_is_the_example_twice()
    {
        var twice = Color.Keyed(_ml, Color.Sixty().SelectMany(color => Enumerable.Repeat(color, (int)color.Weight)));
        var weighted = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(exampleWeightColumnName: "Weight", l1Regularization: 0).Fit(_data);

        AssertWeights(weighted.Model, WeightsOf(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0).Fit(twice).Model));
    }

    [Fact]
    public void Weaker_regularization_fits_the_training_data_closer()
        => Assert.True(LogLoss(Train(l1: 0, l2: 0.01f)) < LogLoss(Train(l1: 0, l2: 1)));

    [Fact]
    public void Few_iterations_stop_early()
    {
        var options = new LbfgsMaximumEntropyMulticlassTrainer.Options { L1Regularization = 0, L2Regularization = 0.01f, MaximumNumberOfIterations = 2 };

        Assert.True(LogLoss(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options).Fit(_data)) > LogLoss(Train(l1: 0, l2: 0.01f)) + 1e-3);
    }

    [Fact]
    public void Options_start_at_the_defaults_of_the_short_form()
    {
        var options = new LbfgsMaximumEntropyMulticlassTrainer.Options();

        Assert.Equal((1f, 1f, 1e-7f, 20, int.MaxValue, false, 0f), (options.L1Regularization, options.L2Regularization, options.OptimizationTolerance, options.HistorySize,
            options.MaximumNumberOfIterations, options.EnforceNonNegativity, options.InitialWeightsDiameter));
        Assert.Equal(("Label", "Features", null, null), (options.LabelColumnName, options.FeatureColumnName, options.ExampleWeightColumnName, options.NumberOfThreads));
        Assert.Equal(WeightsOf(Train(l1: 1, l2: 1).Model), WeightsOf(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options).Fit(_data).Model));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_number_of_threads_does_not_change_the_model(int threads)
    {
        var options = new LbfgsMaximumEntropyMulticlassTrainer.Options { L1Regularization = 0, NumberOfThreads = threads };

        AssertWeights(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options).Fit(_data).Model, WeightsOf(Train(l1: 0, l2: 1).Model));
    }

    [Fact]
    public void Fitting_again_gives_the_same_model()
        => Assert.Equal(WeightsOf(Train(l1: 0.1f, l2: 0.1f).Model), WeightsOf(Train(l1: 0.1f, l2: 0.1f).Model));

    [Fact]
    public void A_fit_can_start_from_another_model()
    {
        var trainer = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0);

        AssertWeights(trainer.Fit(_data, trainer.Fit(_data).Model).Model, WeightsOf(Train(l1: 0, l2: 1).Model));
    }

    [Fact]
    public void Examples_with_a_missing_label_or_feature_are_left_out()
    {
        var more = Color.Sixty().Append(new Color { Features = [float.NaN, 1, 1, 1], Name = "red" }).Append(new Color { Features = [1, 1, 1, 1] });

        AssertWeights(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0).Fit(Color.Keyed(_ml, more)).Model, WeightsOf(Train(l1: 0, l2: 1).Model));
    }

    [Fact]
    public void Training_without_any_example_is_refused()
        => Assert.Throws<InvalidOperationException>(() => _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(Color.Keyed(_ml, [new Color { Features = [1, 1, 1, 1] }])));

    [Fact]
    public void Sparse_features_train_the_model_that_dense_ones_do()
    {
        var sparse = _ml.Data.LoadFromEnumerable(Color.Sixty().Select(color => new Sparse
        {
            Name = color.Name,
            Features = new VBuffer<float>(4, 2, [color.Features![0], color.Features[2]], [0, 2]),
        }));
        var dense = _ml.Data.LoadFromEnumerable(Color.Sixty().Select(color => new Color { Name = color.Name, Features = [color.Features![0], 0, color.Features[2], 0] }));
        var trainer = _ml.Transforms.Conversion.MapValueToKey("Label", "Name").Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0));

        AssertWeights(trainer.Fit(sparse).LastTransformer.Model, WeightsOf(trainer.Fit(dense).LastTransformer.Model));
    }

    [Fact]
    public void The_trainer_would_like_its_data_normalized_and_cached()
    {
        var info = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Info;

        Assert.True(info.NeedNormalization);
        Assert.True(info.WantCaching);
    }

    private MulticlassPredictionTransformer<MaximumEntropyModelParameters> Train(float l1, float l2)
        => _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: l1, l2Regularization: l2).Fit(_data);

    private double LogLoss(ITransformer transformer) => _ml.MulticlassClassification.Evaluate(transformer.Transform(_data)).LogLoss;

    private static float[][] WeightsOf(MaximumEntropyModelParameters model)
    {
        VBuffer<float>[]? weights = null;
        model.GetWeights(ref weights, out int classes);
        return [.. weights.Take(classes).Select(row => row.DenseValues().ToArray())];
    }

    private static void AssertWeights(MaximumEntropyModelParameters model, params float[][] expected)
    {
        var actual = WeightsOf(model);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Close);
    }

    private static bool Close(float x, float y) => MathF.Abs(x - y) < 5e-3f;

    private sealed class Sparse
    {
        [VectorType(4)]
        public VBuffer<float> Features { get; set; }

        public string? Name { get; set; }
    }
}
