using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What a kind of model has of its own when it is trained from statistics: where it starts, how it is trained, and the transformer in the end.</summary>
/// <typeparam name="TTransformer">The transformer.</typeparam>
internal abstract class StreamedPlan<TTransformer>
    where TTransformer : class
{
    /// <summary>What is trained, in a few words.</summary>
    public abstract string Phase { get; }

    /// <summary>The templates that a training starts from: those that are given, or those of the first rows alone. In the unit of the data.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="sample">The first rows.</param>
    /// <param name="labels">Their labels; empty for none.</param>
    /// <param name="monitor">May cancel.</param>
    public abstract IReadOnlyList<FactorMatrix> Start(ComputeEngine engine, ExampleMatrix sample, uint[] labels, ITrainingMonitor monitor);

    /// <summary>What a training takes over from a transformer: the templates, and the statistics as often as they are to count.</summary>
    /// <param name="previous">The transformer.</param>
    /// <param name="warn">Is told what is new and what is gone.</param>
    /// <exception cref="ArgumentException">It is of another shape.</exception>
    public abstract (IReadOnlyList<FactorMatrix> Start, TrainingStatistics? Before) GoOnFrom(TTransformer previous, Action<string> warn);

    /// <summary>The templates in engine memory, with how statistics change them.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="sample">Some rows, for their unit, their weights and whether values are missing.</param>
    /// <param name="start">Where the templates start, in the unit of the data.</param>
    /// <param name="isLifted">Whether zeros become small, which updates that never leave a zero need.</param>
    public abstract StreamedModel Create(ComputeEngine engine, ExampleMatrix sample, IReadOnlyList<FactorMatrix> start, bool isLifted = true);

    /// <summary>Templates that only say what rows say about them.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="unit">By what rows are divided.</param>
    /// <param name="hasHoles">Whether values are missing, or count with weights that cannot be multiplied in.</param>
    /// <param name="templates">The templates, in the unit of the stored data.</param>
    public abstract StreamedModel Restore(ComputeEngine engine, double unit, bool hasHoles, IReadOnlyList<FactorMatrix> templates);

    /// <summary>The transformer of what was trained.</summary>
    /// <param name="model">The templates.</param>
    /// <param name="trained">The statistics and the history.</param>
    /// <param name="previous">What the training went on from, whose topics keep their places; null for nothing.</param>
    /// <param name="keepsStatistics">Whether the model keeps the statistics.</param>
    public abstract TTransformer Make(StreamedModel model, StreamedResult trained, TTransformer? previous, bool keepsStatistics);

    /// <summary>What rows say about templates that were trained on them all at once.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">The rows.</param>
    /// <param name="templates">The templates, in the unit of the data.</param>
    public TrainingStatistics StatisticsOf(ComputeEngine engine, ExampleMatrix examples, IReadOnlyList<FactorMatrix> templates)
    {
        using StreamedModel model = Create(engine, examples, templates, isLifted: false);
        using DataMatrix data = engine.Load(examples);
        TrainingStatistics statistics = model.CreateStatistics();
        model.Add(data, [], statistics);
        return statistics;
    }

    /// <summary>A number of rows as a model has it.</summary>
    protected static int RowsOf(TrainingStatistics statistics) => (int)Math.Min(statistics.Rows, int.MaxValue);
}
