namespace Microsoft.ML.Nmf.Orleans;

/// <summary>What comes up the tree: a sample of the rows, or statistics of them.</summary>
internal interface IMergeable
{
    /// <summary>Adds what another node computed, as it wrote itself.</summary>
    IMergeable Merge(byte[] other);

    /// <summary>What is sent.</summary>
    byte[] ToBytes();
}

/// <summary>A sample of the rows.</summary>
internal sealed record MergeableSample(PartitionSample Sample) : IMergeable
{
    public IMergeable Merge(byte[] other) => new MergeableSample(Sample.Merge(PartitionSample.Read(new MemoryStream(other, writable: false))));

    public byte[] ToBytes() => Written.By(Sample.Write);
}

/// <summary>Statistics of the rows.</summary>
internal sealed record MergeableStatistics(TrainingStatistics Statistics) : IMergeable
{
    public IMergeable Merge(byte[] other) => new MergeableStatistics(Statistics.Merge(TrainingStatistics.Read(new MemoryStream(other, writable: false))));

    public byte[] ToBytes() => Written.By(Statistics.Write, Statistics.Bytes);
}
