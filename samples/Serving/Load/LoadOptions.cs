using System.Globalization;

namespace Serving.Load;

/// <summary>How a service is loaded. Every number is bounded, and so are the time and the requests.</summary>
internal sealed record LoadOptions
{
    /// <summary>For how long, in seconds.</summary>
    public int Seconds { get; private init; } = 10;

    /// <summary>How many clients ask at once.</summary>
    public int Clients { get; private init; } = 4;

    /// <summary>The most requests a second of all of them; 0 for as many as are answered.</summary>
    public int Rate { get; private init; }

    /// <summary>The most requests.</summary>
    public int Requests { get; private init; } = 1_000_000;

    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            int Value(int least, int most) => i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                && value >= least && value <= most ? value : throw new ArgumentException($"{args[i]} wants a number from {least} to {most}.");
            options = args[i] switch
            {
                "--seconds" => options with { Seconds = Value(4, 3600) },
                "--clients" => options with { Clients = Value(1, 64) },
                "--rate" => options with { Rate = Value(0, 100_000) },
                "--requests" => options with { Requests = Value(1, 10_000_000) },
                _ => throw new ArgumentException($"{args[i]} is not an option of load: --seconds, --clients, --rate and --requests are."),
            };
        }

        return options;
    }
}
