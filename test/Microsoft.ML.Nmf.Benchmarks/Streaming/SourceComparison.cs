using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Children;
using Microsoft.ML.Nmf.Benchmarks.Peers;
using Microsoft.ML.Nmf.Benchmarks.Reproductions;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>One pass over rows that are made while they are read, beside a fit in memory on some of them: memory, and the objective on other rows.</summary>
internal static class SourceComparison
{
    private const int UsualRows = 2_000_000;
    private const int RowsInMemory = 100_000;
    private const int HeldOutRows = 20_000;
    private const int Rank = 20;
    private const double MostMegabytes = 600;
    private const double MostPercent = 3;
    private const double Megabyte = 1e6;

    public static int Run(string[] args)
    {
        int rows = args.Length > 0 ? Integer(args[0]) : UsualRows;
        double[] betas = [.. (args.Length > 1 ? args[1] : "2,1").Split(',').Select(beta => double.Parse(beta, CultureInfo.InvariantCulture))];
        var source = new GeneratedRows();
        int inMemory = Math.Min(RowsInMemory, rows);
        ExampleMatrix heldOut = source.Matrix(rows, HeldOutRows);
        var table = new MarkdownTable(
            "β", "rows streamed", "seconds", "peak of the process (MB)", "goal (MB)", "objective a row",
            FormattableString.Invariant($"in memory on {inMemory:N0}"), "seconds there", "above it (%)", "goal (%)");
        foreach (double beta in betas)
        {
            (FactorMatrix streamed, double seconds, double peak) = FitInChild(rows, beta);
            StreamedFit other = new FlatStreamedModel(Rank, beta).Fit(source.View(0, inMemory), SparseView.Features, new FitPlan(null));
            double objective = SolvedError.Divergence(heldOut, streamed, beta) / HeldOutRows;
            double otherObjective = SolvedError.Divergence(heldOut, other.Templates[0], beta) / HeldOutRows;
            table.Row(
                FormattableString.Invariant($"{beta}"), FormattableString.Invariant($"{rows:N0}"), MarkdownTable.Number(seconds, 1),
                MarkdownTable.Number(peak / Megabyte, 0), MarkdownTable.Number(MostMegabytes, 0), MarkdownTable.Number(objective, 5),
                MarkdownTable.Number(otherObjective, 5), MarkdownTable.Number(other.Seconds, 1),
                MarkdownTable.Number(100 * (objective / otherObjective - 1), 2), MarkdownTable.Number(MostPercent, 0));
        }

        return 0;
    }

    /// <summary>What the process does that is measured: one pass. It prints the seconds and the peak of its memory in bytes.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="beta">β.</param>
    /// <param name="file">Where the templates are written.</param>
    public static void Child(int rows, double beta, string file)
    {
        StreamedFit fit = new FlatStreamedModel(Rank, beta).Fit(new GeneratedRows().View(0, rows), SparseView.Features, new FitPlan(Passes: 1));
        using var process = Process.GetCurrentProcess();
        long peak = process.PeakWorkingSet64;
        DenseFile.Write(fit.Templates[0], file);
        Figures.Say($"{fit.Seconds:R}");
        Figures.Say($"{peak}");
    }

    private static (FactorMatrix Templates, double Seconds, double Peak) FitInChild(int rows, double beta)
    {
        string file = Path.Combine(Path.GetTempPath(), $"templates-{Environment.ProcessId}.bin");
        try
        {
            double[] figures =
            [
                .. ChildProcess.Run("source", $"{rows}", beta.ToString(CultureInfo.InvariantCulture), file)
                    .Select(line => double.Parse(line, CultureInfo.InvariantCulture)),
            ];
            return (DenseFile.ReadFactor(file), figures[0], figures[1]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int Integer(string number) => int.Parse(number, CultureInfo.InvariantCulture);
}
