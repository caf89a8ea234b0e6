using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Charts;
using Microsoft.ML.Nmf.Benchmarks.Children;
using Microsoft.ML.Nmf.Benchmarks.Peers;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.GpuCheck.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Growth;

/// <summary>How the time of an iteration grows with rows, rank and threads, and what memory a fit takes: tables and a chart.</summary>
internal static class GrowthCommand
{
    private const int Columns = 18_000;
    private const double WordsPerText = 28.6;
    private const int UsualRank = 50;
    private const int LowRank = 20;
    private const int UsualRows = 60_000;
    private const double MostMegabytes = 300;

    private static int[] _rows = [7_500, 15_000, 30_000, UsualRows, 125_000, 250_000, 500_000, 1_000_000];
    private static int[] _ranks = [10, LowRank, UsualRank, 100, 200, 400];
    private static int[] _threads = [.. Enumerable.Range(0, 10).Select(power => 1 << power).Where(threads => threads <= Environment.ProcessorCount)];
    private static int _iterations = 8;
    private static string? _chart;

    public static int Run(Func<ExampleMatrix>? texts, string[] args)
    {
        if (!TryRead(args))
            return 1;
        var panels = new List<ChartPanel>();
        (int[] Words, float[] Values)[] rows = [.. RandomRows.Texts(_rows.Append(UsualRows).Max(), Columns, WordsPerText)];
        Console.WriteLine("| rows | rank | β | threads | ms an iteration |");
        Console.WriteLine("|---|---|---|---|---|");
        int all = _threads.Max();
        List<ChartSeries> byRows = [];
        foreach ((double beta, int rank) in new[] { (2.0, LowRank), (2.0, UsualRank), (1.0, LowRank) })
            byRows.Add(new(FormattableString.Invariant($"β {beta}, rank {rank}"), [.. _rows.Select(count => ((double)count, Measure(Take(rows, count), rank, beta, all)))]));
        panels.Add(new ChartPanel("An iteration by the number of texts", "rows", "milliseconds", true, true, byRows));

        ExampleMatrix usual = Take(rows, UsualRows);
        List<ChartSeries> byRank = [];
        foreach (double beta in new[] { 2.0, 1 })
            byRank.Add(new(FormattableString.Invariant($"β {beta}"), [.. _ranks.Select(rank => ((double)rank, Measure(usual, rank, beta, all)))]));
        panels.Add(new ChartPanel(FormattableString.Invariant($"An iteration by rank, {UsualRows:N0} texts"), "rank", "milliseconds", true, true, byRank));

        List<ChartSeries> byThreads = [];
        foreach (double beta in new[] { 2.0, 1 })
        {
            byThreads.Add(new(FormattableString.Invariant($"β {beta}, rank {UsualRank}"),
                [.. _threads.Select(threads => ((double)threads, Measure(usual, UsualRank, beta, threads)))]));
        }

        panels.Add(new ChartPanel(FormattableString.Invariant($"An iteration by threads, {UsualRows:N0} texts"), "threads", "milliseconds", true, true, byThreads));
        Console.WriteLine();
        MeasureMemory(texts is null ? usual : texts());
        if (_chart is not null)
            SvgChart.Write(_chart, panels);
        return 0;
    }

    private static bool TryRead(string[] args)
    {
        if (args.Length % 2 != 0)
        {
            Console.Error.WriteLine("growth takes pairs of an option and its value.");
            return false;
        }

        foreach (string[] pair in args.Chunk(2))
        {
            string value = pair[1];
            switch (pair[0])
            {
                case "--rows": _rows = Numbers(value); break;
                case "--ranks": _ranks = Numbers(value); break;
                case "--threads": _threads = Numbers(value); break;
                case "--iterations": _iterations = Numbers(value)[0]; break;
                case "--chart": _chart = value; break;
                default:
                    Console.Error.WriteLine($"growth has no option {pair[0]}.");
                    return false;
            }
        }

        return true;
    }

    private static int[] Numbers(string list) => [.. list.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private static ExampleMatrix Take((int[] Words, float[] Values)[] rows, int count)
    {
        var builder = new ExampleMatrixBuilder(Columns);
        foreach ((int[] words, float[] values) in rows.AsSpan(0, count))
            builder.Add(words, values);
        return builder.BuildInUnit();
    }

    // Milliseconds, and a row of the table. The start is a random one: what it costs is not what is measured.
    private static double Measure(ExampleMatrix examples, int rank, double beta, int threads)
    {
        NmfEstimator.Options options = TimedFit.Options(rank, beta, seed: 1, _iterations);
        options.Initialization = NmfInitialization.Random;
        using ComputeEngine engine = ComputeEngine.OnProcessor(threads);
        double milliseconds = 1000 * TimedFit.Iterate(engine, examples, options).Seconds;
        Figures.Say($"| {examples.Rows:N0} | {rank} | {beta} | {threads} | {milliseconds:F2} |");
        return milliseconds;
    }

    // With two ranks, what an entry of a factor takes tells itself apart from what an entry of the data takes.
    private static void MeasureMemory(ExampleMatrix examples)
    {
        const double Megabyte = 1e6;
        string file = Path.Combine(Path.GetTempPath(), $"matrix-{Environment.ProcessId}.bin");
        try
        {
            MatrixFile.Write((SparseExamples)examples, file);
            (double before, double low) = PeakAt(LowRank);
            double usual = PeakAt(UsualRank).Peak;
            double entries = ((double)examples.Rows + examples.Columns) * (UsualRank - LowRank), ofEntry = (usual - low) / entries;
            double ofNonZero = (low - before - ofEntry * (examples.Rows + examples.Columns) * LowRank) / examples.NonZeros;
            Figures.Say($"A fit of {examples.Rows:N0} × {examples.Columns:N0} with {examples.NonZeros:N0} entries through ML.NET, β 2:");
            Figures.Say($"| rank | peak of the process (MB) | before the fit, rows in memory (MB) |");
            Figures.Say($"|---|---|---|");
            Figures.Say($"| {LowRank} | {low / Megabyte:F0} | {before / Megabyte:F0} |");
            Figures.Say($"| {UsualRank} | {usual / Megabyte:F0} | {before / Megabyte:F0} |");
            Figures.Say($"At its peak a fit takes {ofNonZero:F1} bytes a non-zero and {ofEntry:F1} bytes an entry of a factor.");
            Figures.Say($"The goal, below {MostMegabytes} MB with the runtime at rank {UsualRank}, is {(usual < MostMegabytes * Megabyte ? "reached" : "missed")}.");
        }
        finally
        {
            File.Delete(file);
        }

        (double Before, double Peak) PeakAt(int rank)
        {
            double[] figures = [.. ChildProcess.Run("memory", file, $"{rank}").Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
            return (figures[0], figures[1]);
        }
    }
}
