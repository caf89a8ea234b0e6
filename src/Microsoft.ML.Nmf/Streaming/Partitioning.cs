using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>Opens parts of the data, and begins trainings over them, for any estimator.</summary>
internal static class Partitioning
{
    /// <summary>Reads a part.</summary>
    /// <param name="rows">The part.</param>
    /// <param name="column">The name of the feature column.</param>
    /// <param name="options">Resolved options.</param>
    /// <param name="host">The estimator's host.</param>
    /// <param name="planOf">What is trained on given features.</param>
    public static TrainingPartition Open<T>(
        IDataView rows, string column, FactorizationOptions options, ComponentHost host, Func<(int, string[]?), Action<string>, StreamedPlan<T>> planOf)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(rows);
        FeatureColumn features = FeatureColumn.Find(rows, column);
        ReadingPlan plan = options.Reading;
        plan.Check(features);
        using LogChannel log = host.OpenLog("Training");
        var read = new PartitionRows(rows, features, plan, new HostMonitor(host, log, options).CheckAlive);
        StreamedPlan<T> trained = planOf((features.Size, features.ReadNames()), log.Warning);
        return new TrainingPartition(read, EngineChoice.Create(host, options, log),
            (engine, state) => trained.Restore(engine, state.Unit, state.Observes, state.Templates));
    }

    /// <summary>Begins a training.</summary>
    /// <param name="sample">Some rows of every part.</param>
    /// <param name="options">Resolved options.</param>
    /// <param name="host">The estimator's host.</param>
    /// <param name="planOf">What is trained on given features.</param>
    public static PartitionedTraining<T> Begin<T>(
        PartitionSample sample, FactorizationOptions options, ComponentHost host, Func<(int, string[]?), Action<string>, StreamedPlan<T>> planOf)
        where T : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(sample);
        LogChannel log = host.OpenLog("Training");
        StreamedPlan<T> plan = planOf((sample.Features, sample.FeatureNames), log.Warning);
        return new PartitionedTraining<T>(plan, PartitionRows.Build(sample, options.Reading), options, host, log);
    }
}
