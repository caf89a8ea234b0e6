using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>The options of the comparison with peers.</summary>
internal sealed record StreamedPeerOptions
{
    /// <summary>How often the peers and this library alternate; as many seeds are used.</summary>
    public int Rounds { get; init; } = 3;

    public string Python { get; init; } = "python3";

    /// <summary>A file that keeps the figures of peers from run to run, or null.</summary>
    public string? Cache { get; init; }

    public IReadOnlyList<double> Betas { get; init; } = [2, 1];

    public IReadOnlyList<int> Passes { get; init; } = [1, 3, 20];

    public bool RunsPeers { get; init; } = true;

    public bool RunsHere { get; init; } = true;

    /// <summary>Reads pairs of an option and its value.</summary>
    /// <exception cref="ArgumentException">There is no such option or side.</exception>
    public static StreamedPeerOptions Read(string[] args)
    {
        if (args.Length % 2 != 0)
            throw new ArgumentException("After the file and its columns, streaming peers takes pairs of an option and its value.");
        var options = new StreamedPeerOptions();
        foreach (string[] pair in args.Chunk(2))
        {
            string value = pair[1];
            options = pair[0] switch
            {
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--python" => options with { Python = value },
                "--cache" => options with { Cache = value },
                "--betas" => options with { Betas = [.. value.Split(',').Select(beta => double.Parse(beta, CultureInfo.InvariantCulture))] },
                "--passes" => options with { Passes = [.. value.Split(',').Select(passes => int.Parse(passes, CultureInfo.InvariantCulture))] },
                "--side" => options with { RunsPeers = Runs(value, "peers"), RunsHere = Runs(value, "here") },
                _ => throw new ArgumentException($"streaming peers has no option {pair[0]}."),
            };
        }

        return options;
    }

    private static bool Runs(string sides, string side)
        => sides is "peers" or "here" or "both"
            ? sides == "both" || sides == side
            : throw new ArgumentException($"--side is peers, here or both, not {sides}.");
}
