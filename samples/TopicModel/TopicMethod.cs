using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>A way to find topics.</summary>
public abstract class TopicMethod
{
    /// <summary>The column of words.</summary>
    public const string Words = "Words";

    /// <summary>The column of labels as keys.</summary>
    public const string LabelKey = "LabelKey";

    /// <summary>The column of activations, of several layers those of the deepest.</summary>
    public const string Topics = "Topics";

    private protected const int WordsPerTopic = 10;
    private protected const int Seed = 1;

    /// <summary>What computes the training.</summary>
    public TrainingEngine Engine { get; init; }

    /// <summary>What it does, in a few words.</summary>
    public abstract string Description { get; }

    /// <summary>The number of topics, in all layers.</summary>
    public abstract int Size { get; }

    /// <summary>The columns of activations, of the finest topics first.</summary>
    public abstract string[] Columns { get; }

    /// <summary>The share of labels that are known to it; null where it does not look at labels.</summary>
    public virtual double? LabelsKnown => null;

    /// <summary>Learns topics from the words, until <paramref name="stop"/> is signalled at the latest.</summary>
    public abstract FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress> progress, CancellationToken stop);
}

/// <summary>A way to find topics in layers.</summary>
public abstract class LayeredTopicMethod(IReadOnlyList<int> ranks) : TopicMethod
{
    public override int Size => ranks.Sum();

    public override string[] Columns => [.. LayerColumns, Topics];

    /// <summary>The columns of all layers but the deepest.</summary>
    private protected string[] LayerColumns { get; } = [.. Enumerable.Range(0, ranks.Count - 1).Select(layer => $"Layer{layer}")];

    private protected IReadOnlyList<int> Ranks => ranks;
}

/// <summary>Topics that were found.</summary>
/// <param name="Transformer">Gives each text its activations.</param>
/// <param name="Phases">How the training went.</param>
/// <param name="End">Where it ended, in a few words.</param>
/// <param name="Layers">The topics, the finest layer first.</param>
/// <param name="Print">Prints the topics.</param>
/// <param name="SaveReport">Writes them to a page of HTML, with what they are in texts that have words.</param>
public sealed record FittedTopics(
    ITransformer Transformer, IReadOnlyList<TrainingPhase> Phases, string End, IReadOnlyList<TopicSet> Layers, Action Print,
    Action<string, IDataView> SaveReport)
{
    /// <summary>What to look for in the texts.</summary>
    public static TopicExamination.Options Examination => new() { TextColumnName = nameof(Document.Text), GroupColumnNames = [nameof(Document.Label)] };

    /// <summary>The words for a reconstruction error.</summary>
    public static string ErrorOf(TrainingPhase phase) => FormattableString.Invariant($"reconstruction error {phase.History.Last.Divergence:G6}");
}

/// <summary>One layer of topics.</summary>
public sealed class NmfTopics(int rank, double beta, int iterations) : TopicMethod
{
    public override string Description => FormattableString.Invariant($"rank {rank}, β = {beta}");

    public override int Size => rank;

    public override string[] Columns => [Topics];

    public override FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress> progress, CancellationToken stop)
    {
        NmfTransformer transformer = context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = Words,
            Rank = rank,
            Beta = beta,
            MaximumNumberOfIterations = iterations,
            Seed = Seed,
            Engine = Engine,
            Progress = progress,
            StoppingToken = stop,
        }).Fit(features);
        var phase = new TrainingPhase { Name = "all", History = transformer.Model.History };
        return new FittedTopics(transformer, [phase], FittedTopics.ErrorOf(phase), [transformer.Model],
            () => Report.Topics(transformer.Model.GetTopics(WordsPerTopic)),
            (path, texts) => transformer.Model.SaveReport(path, examinations: [transformer.Examine(texts, FittedTopics.Examination)]));
    }
}

/// <summary>Layers of topics, trained together.</summary>
public sealed class DeepTopics(IReadOnlyList<int> ranks, double beta, int iterations) : LayeredTopicMethod(ranks)
{
    public override string Description => FormattableString.Invariant($"ranks {string.Join(", ", Ranks)}, β = {beta}");

    public override FittedTopics Fit(MLContext context, IDataView features, IProgress<TrainingProgress> progress, CancellationToken stop)
    {
        DeepNmfTransformer transformer = context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = Words,
            LayerOutputColumnNames = LayerColumns,
            Ranks = Ranks,
            Beta = beta,
            MaximumNumberOfIterations = iterations,
            Seed = Seed,
            Engine = Engine,
            Progress = progress,
            StoppingToken = stop,
        }).Fit(features);
        DeepNmfModel model = transformer.Model;
        return new FittedTopics(transformer, model.Phases, FittedTopics.ErrorOf(model.Phases[^1]), model.Layers,
            () => Report.Hierarchy(model.GetHierarchy(WordsPerTopic)),
            (path, texts) => model.SaveReport(path, examinations: [transformer.Examine(texts, FittedTopics.Examination)]));
    }
}
