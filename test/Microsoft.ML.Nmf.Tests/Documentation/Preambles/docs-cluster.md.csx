// What the page shows in the sample: a job.
public sealed class NotesJob : IClusterJob<NmfTransformer>
{
    public IPartitionedEstimator<NmfTransformer> CreateEstimator(MLContext context, string argument) => context.Transforms.Nmf("Topics", "Words", rank: 12);

    public IDataView OpenPartition(MLContext context, int partition, int partitions, string argument) => throw new NotSupportedException();
}
