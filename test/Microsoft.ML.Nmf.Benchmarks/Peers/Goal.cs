namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>What this library wants to reach in a work.</summary>
/// <param name="Faster">How many times as fast as the peer it wants to be at least; null for nothing.</param>
/// <param name="AtMost">What its own figure must not exceed; null for nothing.</param>
internal sealed record Goal(double? Faster = null, double? AtMost = null)
{
    public bool IsReached(PeerRow row) => !(row.Theirs / row.Ours < Faster) && !(row.Ours > AtMost) && double.IsFinite(row.Ours);

    public string Describe(PeerRow row)
    {
        string?[] parts = [Faster is { } times ? PeerRow.Ratio(times) : null, AtMost is { } most ? $"≤ {row.Show(most)}" : null];
        return string.Join(", ", parts.OfType<string>());
    }
}
