using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Growth;

/// <summary>The options of the command.</summary>
internal sealed record GrowthOptions
{
    /// <summary>The rows where something else varies.</summary>
    public const int UsualRows = 60_000;

    public IReadOnlyList<int> Rows { get; init; } = [7_500, 15_000, 30_000, UsualRows, 125_000, 250_000, 500_000, 1_000_000];

    public IReadOnlyList<int> Ranks { get; init; } = [10, 20, 50, 100, 200, 400];

    /// <summary>Powers of 2 up to the processors, and these.</summary>
    public IReadOnlyList<int> Threads { get; init; } =
        [.. Enumerable.Range(0, 30).Select(power => 1 << power).TakeWhile(threads => threads < Environment.ProcessorCount), Environment.ProcessorCount];

    public int Iterations { get; init; } = 8;

    /// <summary>The file of the chart, or null.</summary>
    public string? Chart { get; init; }

    /// <summary>Reads pairs of an option and its value.</summary>
    /// <exception cref="ArgumentException">There is no such option.</exception>
    public static GrowthOptions Read(string[] args)
    {
        if (args.Length % 2 != 0)
            throw new ArgumentException("growth takes pairs of an option and its value.");
        var options = new GrowthOptions();
        foreach (string[] pair in args.Chunk(2))
        {
            string value = pair[1];
            options = pair[0] switch
            {
                "--rows" => options with { Rows = Numbers(value) },
                "--ranks" => options with { Ranks = Numbers(value) },
                "--threads" => options with { Threads = Numbers(value) },
                "--iterations" => options with { Iterations = Numbers(value)[0] },
                "--chart" => options with { Chart = value },
                _ => throw new ArgumentException($"growth has no option {pair[0]}."),
            };
        }

        return options;
    }

    private static int[] Numbers(string list) => [.. list.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
