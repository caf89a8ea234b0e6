using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Nmf.Benchmarks.Charts;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>This library and others in turn on the same matrices, and a table of what came out.</summary>
internal static class PeersCommand
{
    public static int Run(Func<IDataView> texts, string[] args)
    {
        PeerOptions options;
        try
        {
            options = PeerOptions.Read(args);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(problem.Message);
            return 1;
        }

        using var session = new PeerSession(texts, options);
        string[] warnings = [.. Introduce(session)];
        var rows = new List<string>();
        foreach (PeerWork work in options.Works)
        {
            Figures.Say($"");
            Figures.Say($"--- {work.Name} ---");
            int count = 0;
            foreach (PeerRow row in work.Measure(session))
                rows.Add(row.ToMarkdown(count < work.Goals.Count ? work.Goals[count++] : null));
        }

        Figures.Say($"");
        Figures.Say($"Medians of {options.Rounds} rounds, in each of which the peer ran first. A ratio is the time here over the peer's.");
        Figures.Say($"A time to an objective counts our start, and not the peer's.");
        Figures.Say($"");
        Figures.Say($"{PeerRow.Heading}");
        rows.ForEach(Console.WriteLine);
        Warn(warnings);
        if (options.Chart is { } chart && session.Panels.Count > 0)
            SvgChart.Write(chart, session.Panels);
        return 0;
    }

    // What runs where; what is to be known about it before any figure is believed.
    private static IEnumerable<string> Introduce(PeerSession session)
    {
        using (ComputeEngine engine = ComputeEngine.OnProcessor(Environment.ProcessorCount))
            Figures.Say($"{Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, engine {engine.Description}");
        string[] about = session.Python.AskText("about");
        string blas = about[1];
        Figures.Say($"{about[0]}; numpy's BLAS is {blas}");
        if (session.StartR() is { } r)
            Figures.Say($"{r}");
        else
            Figures.Say($"RcppML is left out: {session.Options.Rscript} does not run, or has no package RcppML.");
        var warnings = new List<string>();
        if (blas == "reference")
        {
            warnings.Add("numpy runs on the reference BLAS, which is many times slower than others: no dense figure of scikit-learn means anything. "
                + "Install OpenBLAS (libopenblas0-pthread).");
        }

        if (blas.Contains("(Haswell,", StringComparison.Ordinal) && Vector512.IsHardwareAccelerated)
            warnings.Add("OpenBLAS has chosen its kernels for Haswell, although the processor has AVX-512: dense figures of scikit-learn are too slow.");
        if (Environment.ProcessorCount < 2)
            warnings.Add("There is one processor: no figure of two threads means anything.");
        Warn(warnings);
        return warnings;
    }

    private static void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            Figures.Say($"");
            Figures.Say($"*** WARNING: {warning} ***");
        }
    }
}
