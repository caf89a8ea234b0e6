using BenchmarkDotNet.Running;

namespace Microsoft.ML.Nmf.Benchmarks.Primitives;

/// <summary>The primitives beside what the machine does at its best.</summary>
internal static class PrimitivesCommand
{
    /// <summary>Measures the machine, then what the options of BenchmarkDotNet choose.</summary>
    public static int Run(string[] args)
    {
        string limits = MachineLimits.Measured.ToString();
        Console.WriteLine(limits);
        BenchmarkSwitcher.FromTypes([typeof(ManagedPrimitives)]).Run(args.Length == 0 ? ["--filter", "*"] : args);
        Console.WriteLine(limits);
        Console.WriteLine(PrimitiveCost.Words);
        return 0;
    }
}
