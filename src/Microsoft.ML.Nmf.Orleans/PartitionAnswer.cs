namespace Microsoft.ML.Nmf.Orleans;

/// <summary>What a node of the tree answers for itself and all below it.</summary>
[GenerateSerializer, Immutable]
internal sealed record PartitionAnswer
{
    /// <summary>The answer of a grain that was never asked, or for something else: its forerunner was lost.</summary>
    public static readonly PartitionAnswer Unknown = new() { IsUnknown = true };

    /// <summary>Whether the grain does not know what it is asked about.</summary>
    [Id(0)]
    public bool IsUnknown { get; init; }

    /// <summary>Why there is no content, in a sentence; null where there is.</summary>
    [Id(1)]
    public string? Failure { get; init; }

    /// <summary>The merged sample or statistics, as they write themselves.</summary>
    [Id(2)]
    public byte[] Content { get; init; } = [];

    /// <summary>The silo that the node is on.</summary>
    [Id(3)]
    public string Silo { get; init; } = "";

    /// <summary>All silos of the node and of those below it, each once.</summary>
    [Id(4)]
    public string[] Silos { get; init; } = [];

    /// <summary>The bytes that went between silos below the node.</summary>
    [Id(5)]
    public long NetworkBytes { get; init; }

    /// <summary>How often a node below was asked again.</summary>
    [Id(6)]
    public int Repetitions { get; init; }

    /// <summary>The answer that something has failed.</summary>
    public static PartitionAnswer Failed(string failure) => new() { Failure = failure };
}
