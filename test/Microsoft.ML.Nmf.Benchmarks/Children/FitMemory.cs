using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.GpuCheck.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Children;

/// <summary>The bytes that this process holds before a fit and at its peak during it.</summary>
internal static class FitMemory
{
    private const int Iterations = 10;

    // Writing 5 sets the peak back to what is held now; Linux alone has it, and elsewhere the peak includes the reading of the file.
    private const string ResetFile = "/proc/self/clear_refs";
    private const string Reset = "5";

    public static (long Before, long Peak) Measure(string file, int rank)
    {
        SparseExamples examples = MatrixFile.Read(file);
        IDataView rows = SparseView.Of(SparseView.RowsOf(examples), examples.Columns);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (File.Exists(ResetFile))
            File.WriteAllText(ResetFile, Reset);
        using var process = Process.GetCurrentProcess();
        long before = process.WorkingSet64;
        new MLContext(1).Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = SparseView.Features,
            Rank = rank,
            MaximumNumberOfIterations = Iterations,
            Tolerance = 0,
            Seed = 1,
        }).Fit(rows);
        process.Refresh();
        return (before, process.PeakWorkingSet64);
    }
}
