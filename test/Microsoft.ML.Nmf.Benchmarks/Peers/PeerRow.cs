namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>A row of the table.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Peer">Who else did it.</param>
/// <param name="Unit">Of both figures; empty for plain numbers.</param>
/// <param name="Theirs">The peer's median; NaN where there is no peer.</param>
/// <param name="Ours">The median here; infinite where the aim was not reached.</param>
internal sealed record PeerRow(string Work, string Peer, string Unit, double Theirs, double Ours)
{
    public const string Heading = "| work | peer | its median | here | ratio | goal | reached |\n|---|---|---|---|---|---|---|";

    /// <summary>A row from the figures of all rounds.</summary>
    public static PeerRow Of(string work, string peer, string unit, IEnumerable<double> theirs, IEnumerable<double> ours)
        => new(work, peer, unit, Figures.Median(theirs), Figures.Median(ours));

    /// <summary>How the time here compares where the peer takes so many times as long.</summary>
    public static string Ratio(double times)
        => FormattableString.Invariant(times switch
        {
            _ when double.IsNaN(times) => $"",
            0 => $"–",
            < 1 => $"{1 / times:G3}",
            _ => $"1/{times:G3}",
        });

    public string Show(double figure)
        => double.IsNaN(figure) ? "–" : double.IsInfinity(figure) ? "not reached" : FormattableString.Invariant($"{figure:G3} {Unit}").TrimEnd();

    /// <summary>The row in Markdown.</summary>
    public string ToMarkdown(Goal? goal)
    {
        string reached = goal is null ? "" : goal.IsReached(this) ? "yes" : "**no**";
        return $"| {Work} | {Peer} | {Show(Theirs)} | {Show(Ours)} | {Ratio(Theirs / Ours)} | {goal?.Describe(this)} | {reached} |";
    }
}
