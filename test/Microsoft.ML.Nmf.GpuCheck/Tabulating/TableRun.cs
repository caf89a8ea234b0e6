using System.Diagnostics;
using Microsoft.ML.Nmf.GpuCheck.Measuring;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.GpuCheck.Tabulating;

/// <summary>Has every row measured and writes the table after each, so that it is whole whenever this ends.</summary>
internal static class TableRun
{
    // To start, to load libtorch and to make the data.
    private const double StartSeconds = 60;

    // Rows of small matrices may take this long all the same.
    private const double LeastRowLimit = 10;

    public static int Run(CommandLine options)
    {
        var clock = Stopwatch.StartNew();
        bool hasGpu = options.Devices.Contains("cuda") && TorchRuntime.HasCuda();
        Place[] places = [.. PlacesOf(options, hasGpu)];
        Row[] all = [.. options.Algorithms.SelectMany(algorithm => options.Ranks.Select(rank => new Row(algorithm, rank)))];
        var table = new Table(options, places.Length * all.Length, hasGpu);
        table.Write();
        for (int i = 0; i < places.Length; i++)
        {
            // What a place does not need is for those after it.
            double end = clock.Elapsed.TotalSeconds + (options.Budget - clock.Elapsed.TotalSeconds) / (places.Length - i);
            List<Row> rows = [.. all];
            while (rows.Count > 0 && clock.Elapsed.TotalSeconds < end && Measure(places[i], rows, table, options, clock, end) is { } stopped)
            {
                // It would take longer still at a higher rank.
                rows.RemoveAll(row => row.Algorithm == stopped.Algorithm && row.Rank >= stopped.Rank);
                Say(places[i], stopped, "took too long and was stopped");
            }
        }

        Console.WriteLine($"The table is in {options.Out}: {table.Count} of {places.Length * all.Length} rows.");
        return table.Count > 0 ? 0 : 1;
    }

    // The GPU first: it is what the table is for.
    private static IEnumerable<Place> PlacesOf(CommandLine options, bool hasGpu)
    {
        (string, string)[] engines =
        [
            .. options.Engines.Contains("torch") && hasGpu ? [("torch", "cuda")] : Array.Empty<(string, string)>(),
            .. options.Engines.Contains("managed") ? [("managed", "cpu")] : Array.Empty<(string, string)>(),
            .. options.Engines.Contains("torch") && options.Devices.Contains("cpu") ? [("torch", "cpu")] : Array.Empty<(string, string)>(),
        ];
        return engines.SelectMany(on => options.Data.Select(kind => new Place(on.Item1, on.Item2, kind)));
    }

    private static void Say(Place place, Row row, string what)
        => Console.WriteLine($"{place.Data,-6} {row.Algorithm,-8} {row.Rank,4} {place.Engine,-8} {place.Device,-5} {what}");

    // Takes what is measured out of the rows. Returns the row that had to be stopped; null where the process ended by itself, or before it began a row.
    private static Row? Measure(Place place, List<Row> rows, Table table, CommandLine options, Stopwatch clock, double end)
    {
        double rowLimit = Math.Max(RowRun.HardLimit * options.Seconds, LeastRowLimit);
        using var process = new MeasuringProcess(place, rows, options, end - clock.Elapsed.TotalSeconds);
        Row? current = null;
        while (process.Next(Limit()) is { } message)
        {
            switch (message)
            {
                case Ready ready:
                    table.Add(place, ready);
                    break;
                case Begun begun:
                    current = begun.Row;
                    break;
                case Measured measured:
                    rows.Remove(measured.Row);
                    current = null;
                    table.Add(place, measured);
                    Say(place, measured.Row, FormattableString.Invariant($"{1000 * measured.Seconds,10:F2} ms"));
                    break;
            }
        }

        return process.IsStopped ? current : null;

        TimeSpan Limit()
        {
            double left = Math.Max(options.Budget - clock.Elapsed.TotalSeconds, 0);
            return TimeSpan.FromSeconds(Math.Min(current is null ? StartSeconds : rowLimit, left));
        }
    }
}
