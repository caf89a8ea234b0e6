using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>How a model is to be fitted.</summary>
/// <param name="Passes">Passes over the data in batches; null for a fit in memory with default options.</param>
/// <param name="Seed">The seed.</param>
/// <param name="KeepsStatistics">Whether another fit is to go on from it with other rows.</param>
internal readonly record struct FitPlan(int? Passes, int Seed = 1, bool KeepsStatistics = false)
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 1024;

    /// <summary>Options as planned.</summary>
    public TOptions Apply<TOptions>(TOptions options, string column)
        where TOptions : FactorizationOptions
    {
        options.InputColumnName = column;
        options.Seed = Seed;
        options.KeepStatistics = KeepsStatistics;
        if (Passes is { } passes)
        {
            options.BatchSize = BatchRows;
            options.MaximumNumberOfIterations = passes;
            options.Tolerance = 0;
        }

        return options;
    }
}

/// <summary>A fit that was made.</summary>
/// <param name="Transformer">What was fitted.</param>
/// <param name="Topics">Its topics, of the deepest layer.</param>
/// <param name="Templates">The templates of its layers.</param>
/// <param name="Seconds">What the fit took, with the reading of the rows.</param>
internal sealed record StreamedFit(ITransformer Transformer, TopicSet Topics, IReadOnlyList<FactorMatrix> Templates, double Seconds);

/// <summary>A model that is fitted in memory or in batches.</summary>
/// <param name="name">What it is called in a table.</param>
/// <param name="goal">By how many per cent its objective may be larger in batches.</param>
internal abstract class StreamedModel(string name, double goal)
{
    /// <summary>What it is called in a table.</summary>
    public string Name => name;

    /// <summary>By how many per cent its objective may be larger in batches.</summary>
    public double Goal => goal;

    /// <summary>All that are compared and have some text in their names.</summary>
    public static IEnumerable<StreamedModel> Named(string part)
    {
        StreamedModel[] all =
        [
            new FlatStreamedModel(20, 2),
            new FlatStreamedModel(20, 1),
            new DeepStreamedModel([40, 10], 2),
            new DeepStreamedModel([40, 10], 1),
            new NeuralStreamedModel([40, 10]),
        ];
        return all.Where(model => model.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Fits it.</summary>
    /// <param name="rows">The data.</param>
    /// <param name="column">Its column of features.</param>
    /// <param name="plan">How.</param>
    /// <param name="previous">What to go on from, or null.</param>
    public abstract StreamedFit Fit(IDataView rows, string column, FitPlan plan, StreamedFit? previous = null);

    /// <summary>What it minimises, with the activations of all layers solved for.</summary>
    public abstract double Objective(StreamedFit fit, ExampleMatrix examples);

    protected static (TTransformer Transformer, double Seconds) Time<TTransformer>(
        FactorizationEstimator<TTransformer> estimator, IDataView rows, StreamedFit? previous)
        where TTransformer : ActivationTransformerBase
    {
        long begin = Stopwatch.GetTimestamp();
        TTransformer fitted = previous is null ? estimator.Fit(rows) : estimator.Fit(rows, (TTransformer)previous.Transformer);
        return (fitted, Stopwatch.GetElapsedTime(begin).TotalSeconds);
    }

    protected static StreamedFit Layered(ITransformer transformer, LayeredModel model, double seconds)
        => new(transformer, model.Deepest, [.. model.Layers.Select(layer => layer.Templates)], seconds);
}

/// <summary>A factorization of one layer.</summary>
internal sealed class FlatStreamedModel(int rank, double beta) : StreamedModel(FormattableString.Invariant($"Nmf, β {beta}, rank {rank}"), goal: 1)
{
    public override StreamedFit Fit(IDataView rows, string column, FitPlan plan, StreamedFit? previous = null)
    {
        NmfEstimator.Options options = plan.Apply(new NmfEstimator.Options { Rank = rank, Beta = beta }, column);
        (NmfTransformer fitted, double seconds) = Time(new MLContext(1).Transforms.Nmf(options), rows, previous);
        return new StreamedFit(fitted, fitted.Model, [fitted.Model.Templates], seconds);
    }

    public override double Objective(StreamedFit fit, ExampleMatrix examples) => SolvedError.Divergence(examples, fit.Templates[0], beta);
}

/// <summary>A deep factorization.</summary>
internal sealed class DeepStreamedModel(int[] ranks, double beta)
    : StreamedModel(FormattableString.Invariant($"DeepNmf, β {beta}, ranks {string.Join(", ", ranks)}"), goal: 1)
{
    public override StreamedFit Fit(IDataView rows, string column, FitPlan plan, StreamedFit? previous = null)
    {
        DeepNmfEstimator.Options options = plan.Apply(new DeepNmfEstimator.Options { Ranks = ranks, Beta = beta }, column);
        (DeepNmfTransformer fitted, double seconds) = Time(new MLContext(1).Transforms.DeepNmf(options), rows, previous);
        return Layered(fitted, fitted.Model, seconds);
    }

    public override double Objective(StreamedFit fit, ExampleMatrix examples)
        => SolvedError.Divergence(examples, ((TopicLayer)fit.Topics).EffectiveTemplates, beta);
}

/// <summary>A neural factorization, without labels.</summary>
internal sealed class NeuralStreamedModel(int[] ranks) : StreamedModel($"NeuralNmf, ranks {string.Join(", ", ranks)}", goal: 2)
{
    public override StreamedFit Fit(IDataView rows, string column, FitPlan plan, StreamedFit? previous = null)
    {
        NeuralNmfEstimator.Options options = plan.Apply(new NeuralNmfEstimator.Options { Ranks = ranks }, column);
        (NeuralNmfTransformer fitted, double seconds) = Time(new MLContext(1).Transforms.NeuralNmf(options), rows, previous);
        return Layered(fitted, fitted.Model, seconds);
    }

    public override double Objective(StreamedFit fit, ExampleMatrix examples) => SolvedError.Energy(examples, fit.Templates);
}
