namespace Microsoft.ML.Nmf.Benchmarks.Trainers;

/// <summary>A trainer with the options it has by default, and with others that a person would try.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Default">With no option set.</param>
/// <param name="Others">With options set.</param>
internal sealed record TrainerGrid(string Name, IEstimator<ITransformer> Default, IReadOnlyList<IEstimator<ITransformer>> Others)
{
    /// <summary>The linear trainers, and two of trees.</summary>
    public static IEnumerable<TrainerGrid> All(MLContext context)
    {
        MulticlassClassificationCatalog.MulticlassClassificationTrainers trainers = context.MulticlassClassification.Trainers;
        BinaryClassificationCatalog.BinaryClassificationTrainers binary = context.BinaryClassification.Trainers;
        yield return new("`LbfgsMaximumEntropy`", trainers.LbfgsMaximumEntropy(),
            [.. new[] { 1e-3f, 1e-2f, 0.1f, 1 }.Select(l2 => trainers.LbfgsMaximumEntropy(l1Regularization: 0, l2Regularization: l2))]);
        yield return new("`SdcaMaximumEntropy`", trainers.SdcaMaximumEntropy(),
            [.. new[] { 1e-6f, 1e-5f, 1e-4f }.Select(l2 => trainers.SdcaMaximumEntropy(l1Regularization: 0, l2Regularization: l2))]);
        yield return new("`AveragedPerceptron`, one versus all", trainers.OneVersusAll(binary.AveragedPerceptron()),
            [.. from rate in new[] { 0.01f, 0.1f, 1 } from passes in new[] { 10, 50 } select trainers.OneVersusAll(binary.AveragedPerceptron(learningRate: rate, numberOfIterations: passes))]);
        yield return new("`LightGbm`", trainers.LightGbm(),
            [.. from leaves in new[] { 15, 31, 63 } from rate in new[] { 0.05, 0.2 } select trainers.LightGbm(numberOfLeaves: leaves, learningRate: rate)]);
        yield return new("`FastForest`, one versus all", trainers.OneVersusAll(binary.FastForest()),
            [.. new[] { 20, 60 }.Select(leaves => trainers.OneVersusAll(binary.FastForest(numberOfLeaves: leaves, minimumExampleCountPerLeaf: 5)))]);
    }
}
