namespace Microsoft.ML.Nmf;

/// <summary>
/// What a cluster trains, and where each partition of the rows comes from. Every silo makes an object of this class itself, so it must have a public
/// constructor without parameters, be in an assembly that all silos and the client have, and do the same on all of them.
/// </summary>
/// <remarks>
/// A partition may be opened more than once, on any silo: at first, and again after the silo that held it was lost. It must have the same rows each time, or
/// the result is another one.
/// </remarks>
/// <typeparam name="TTransformer">The transformer that training makes.</typeparam>
public interface IClusterJob<TTransformer>
    where TTransformer : class, ITransformer
{
    /// <summary>Makes the estimator, with the same options on every silo and on the client.</summary>
    /// <param name="context">The context to make it in. Those of silos have a seed of 1.</param>
    /// <param name="argument">What the client said, <see cref="ClusterTrainingOptions.Argument"/>.</param>
    IPartitionedEstimator<TTransformer> CreateEstimator(MLContext context, string argument);

    /// <summary>Opens one partition of the rows, with the estimator's input column. Its rows are read once and stay in the silo's memory.</summary>
    /// <param name="context">The context to open it in; it has a seed of 1.</param>
    /// <param name="partition">The partition, from 0.</param>
    /// <param name="partitions">How many there are, <see cref="ClusterTrainingOptions.Partitions"/>.</param>
    /// <param name="argument">What the client said, <see cref="ClusterTrainingOptions.Argument"/>: a folder or an address, for instance.</param>
    /// <returns>The rows. All partitions have the same features in the same order. A view that can be disposed of is, after it was read.</returns>
    IDataView OpenPartition(MLContext context, int partition, int partitions, string argument);
}
