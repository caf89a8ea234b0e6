namespace Microsoft.ML.Nmf.Orleans;

/// <summary>Opens partitions, whatever the job's transformer is.</summary>
internal interface IPartitionLoader
{
    /// <summary>Opens a partition and reads its rows.</summary>
    /// <param name="node">The node that holds it.</param>
    /// <param name="argument">What is handed to the job.</param>
    TrainingPartition Open(PartitionRange node, string argument);
}

/// <summary>Opens the partitions of a job.</summary>
internal sealed class PartitionLoader<TTransformer>(IClusterJob<TTransformer> job) : IPartitionLoader
    where TTransformer : class, ITransformer
{
    // A fixed seed, so that a partition that is opened again is the same.
    private const int Seed = 1;

    public TrainingPartition Open(PartitionRange node, string argument)
    {
        var context = new MLContext(Seed);
        IPartitionedEstimator<TTransformer> estimator = job.CreateEstimator(context, argument)
            ?? throw new InvalidOperationException($"CreateEstimator of {job.GetType()} returned null.");
        IDataView rows = job.OpenPartition(context, node.First, node.Partitions, argument)
            ?? throw new InvalidOperationException($"OpenPartition of {job.GetType()} returned null.");
        using var disposable = rows as IDisposable;
        return estimator.OpenPartition(rows);
    }
}
