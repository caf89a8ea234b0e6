namespace Microsoft.ML.Nmf.Orleans;

/// <summary>What a node of the tree is asked to compute and merge. It says everything that a grain must know which has only just been made.</summary>
[GenerateSerializer, Immutable]
internal sealed record PartitionRequest
{
    /// <summary>The step of a sample; the others are the numbers of iterations.</summary>
    public const int SampleStep = -1;

    /// <summary>The training.</summary>
    [Id(0)]
    public required Guid Training { get; init; }

    /// <summary>The class of the job, as <see cref="JobType"/> names it.</summary>
    [Id(1)]
    public required string Job { get; init; }

    /// <summary>What is handed to the job.</summary>
    [Id(2)]
    public required string Argument { get; init; }

    /// <summary>Which step it is; the same step of a training always asks for the same.</summary>
    [Id(3)]
    public required int Step { get; init; }

    /// <summary>For a sample: how many rows of each partition.</summary>
    [Id(4)]
    public int SampleRows { get; init; }

    /// <summary>For an iteration: the state that the statistics are computed with, as it writes itself.</summary>
    [Id(5)]
    public byte[] State { get; init; } = [];

    /// <summary>How often a node is asked again before it counts as out of reach.</summary>
    [Id(6)]
    public required int Attempts { get; init; }

    /// <summary>The bytes that count when the request goes from one process to another.</summary>
    public long Bytes => State.Length;
}
