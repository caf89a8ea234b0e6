using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>A way to find topics.</summary>
public abstract class TopicMethod
{
    /// <summary>The column of activations.</summary>
    public const string Topics = "Topics";

    private protected const int WordsPerTopic = 10;
    private protected const int Seed = 1;

    /// <summary>What it does, in a few words.</summary>
    public abstract string Description { get; }

    /// <summary>The size of the activations.</summary>
    public abstract int Size { get; }

    /// <summary>Learns topics from the words.</summary>
    public abstract FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress>? progress);
}

/// <summary>Topics that were found.</summary>
/// <param name="Transformer">Gives each text its activations.</param>
/// <param name="Phases">How the training went.</param>
/// <param name="Print">Prints the topics.</param>
public sealed record FittedTopics(ITransformer Transformer, IReadOnlyList<TrainingPhase> Phases, Action Print);

/// <summary>One layer of topics.</summary>
public sealed class NmfTopics(int rank, double beta, int iterations) : TopicMethod
{
    public override string Description => FormattableString.Invariant($"rank {rank}, β = {beta}");

    public override int Size => rank;

    public override FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress>? progress)
    {
        NmfTransformer transformer = context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = WordFeatures.Words,
            Rank = rank,
            Beta = beta,
            MaximumNumberOfIterations = iterations,
            Tolerance = 0,
            Seed = Seed,
            Progress = progress,
        }).Fit(features);
        return new FittedTopics(transformer, [new TrainingPhase("all", transformer.Model.History)], () => Report.Topics(transformer.Model.GetTopics(WordsPerTopic)));
    }
}

/// <summary>Layers of topics, trained together.</summary>
public sealed class DeepTopics(IReadOnlyList<int> ranks, double beta, int iterations) : TopicMethod
{
    public override string Description => FormattableString.Invariant($"ranks {string.Join(", ", ranks)}, β = {beta}");

    public override int Size => ranks[^1];

    public override FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress>? progress)
    {
        DeepNmfTransformer transformer = context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = WordFeatures.Words,
            Ranks = ranks,
            Beta = beta,
            MaximumNumberOfIterations = iterations,
            Tolerance = 0,
            PretrainingIterations = iterations,
            Seed = Seed,
            Progress = progress,
        }).Fit(features);
        return new FittedTopics(transformer, transformer.Model.Phases, () => Report.Hierarchy(transformer.Model.GetHierarchy(WordsPerTopic)));
    }
}
