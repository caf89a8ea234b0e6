namespace Microsoft.ML.Nmf.Engine;

/// <summary>The largest rank of a factorization.</summary>
internal static class RankLimit
{
    /// <summary>
    /// A Gram matrix of this rank, with the few columns more that a start by NNDSVD takes, stays below 2 GB in double, the most that TorchSharp copies to the
    /// host at once; and no product of two such ranks overflows.
    /// </summary>
    public const int Most = 16_000;
}
