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
    private const double MostMegabytes = 300;

    public static int Run(Func<ExampleMatrix>? texts, string[] args)
    {
        GrowthOptions options;
        try
        {
            options = GrowthOptions.Read(args);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(problem.Message);
            return 1;
        }

        (int[] Words, float[] Values)[] rows = [.. RandomRows.Texts(options.Rows.Append(GrowthOptions.UsualRows).Max(), Columns, WordsPerText)];
        ExampleMatrix usual = Take(rows, GrowthOptions.UsualRows);
        int all = options.Threads.Max();
        Console.WriteLine("| rows | rank | β | threads | ms an iteration |");
        Console.WriteLine("|---|---|---|---|---|");
        string same = FormattableString.Invariant($", {GrowthOptions.UsualRows:N0} texts");
        ChartPanel[] panels =
        [
            Panel("An iteration by the number of texts", "rows", options.Rows, [(2, LowRank), (2, UsualRank), (1, LowRank)],
                (count, series) => Measure(Take(rows, count), series.Rank, series.Beta, all, options)),
            Panel($"An iteration by rank{same}", "rank", options.Ranks, [(2, null), (1, null)],
                (rank, series) => Measure(usual, rank, series.Beta, all, options)),
            Panel($"An iteration by threads{same}", "threads", options.Threads, [(2, UsualRank), (1, UsualRank)],
                (threads, series) => Measure(usual, series.Rank, series.Beta, threads, options)),
        ];
        Console.WriteLine();
        MeasureMemory(texts is null ? usual : texts());
        if (options.Chart is { } chart)
            SvgChart.Write(chart, panels);
        return 0;
    }

    // A line for each β and rank; no rank is named where it is what varies.
    private static ChartPanel Panel(
        string title, string label, IReadOnlyList<int> values, (double Beta, int? Rank)[] series, Func<int, (double Beta, int Rank), double> measure)
        => new(title, label, "milliseconds", true, true,
        [
            .. series.Select(line => new ChartSeries(
                FormattableString.Invariant($"β {line.Beta}") + (line.Rank is { } rank ? FormattableString.Invariant($", rank {rank}") : ""),
                [.. values.Select(value => ((double)value, measure(value, (line.Beta, line.Rank ?? value))))])),
        ]);

    private static ExampleMatrix Take((int[] Words, float[] Values)[] rows, int count)
    {
        var builder = new ExampleMatrixBuilder(Columns);
        foreach ((int[] words, float[] values) in rows.AsSpan(0, count))
            builder.Add(words, values);
        return builder.BuildInUnit();
    }

    // Milliseconds, and a row of the table. The start is a random one: what it costs is not what is measured.
    private static double Measure(ExampleMatrix examples, int rank, double beta, int threads, GrowthOptions growth)
    {
        NmfEstimator.Options options = TimedFit.Options(rank, beta, seed: 1, growth.Iterations);
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
