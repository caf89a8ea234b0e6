using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>The options of the command.</summary>
internal sealed record PeerOptions
{
    /// <summary>How often the two alternate; as many seeds are used here.</summary>
    public int Rounds { get; init; } = 5;

    public string Python { get; init; } = "python3";

    public string Rscript { get; init; } = "Rscript";

    /// <summary>The file of the chart, or null.</summary>
    public string? Chart { get; init; }

    /// <summary>What is measured.</summary>
    public IReadOnlyList<PeerWork> Works { get; init; } = PeerWorks.All;

    /// <summary>Reads pairs of an option and its value.</summary>
    /// <exception cref="ArgumentException">There is no such option or work.</exception>
    public static PeerOptions Read(string[] args)
    {
        if (args.Length % 2 != 0)
            throw new ArgumentException("After the file and its columns, peers takes pairs of an option and its value.");
        var options = new PeerOptions();
        foreach (string[] pair in args.Chunk(2))
        {
            string value = pair[1];
            options = pair[0] switch
            {
                "--works" => options with { Works = [.. value.Split(',').Select(PeerWorks.Find)] },
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--python" => options with { Python = value },
                "--rscript" => options with { Rscript = value },
                "--chart" => options with { Chart = value },
                _ => throw new ArgumentException($"peers has no option {pair[0]}."),
            };
        }

        return options;
    }
}
