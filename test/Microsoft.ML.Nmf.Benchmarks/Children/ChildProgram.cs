using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Peers;
using Microsoft.ML.Nmf.Benchmarks.Streaming;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Children;

/// <summary>What processes do that the commands start; each prints its figures alone.</summary>
internal static class ChildProgram
{
    /// <summary>The first argument of such a process.</summary>
    public const string Command = "child";

    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["first-fit", string kind]:
                Figures.Say($"{SmallWorks.FirstFit(kind):R}");
                return 0;
            case ["torch", string file, string rank, string beta, string iterations]:
                if (TorchMilliseconds(file, Integer(rank), double.Parse(beta, CultureInfo.InvariantCulture), Integer(iterations)) is { } milliseconds)
                    Figures.Say($"{milliseconds:R}");
                return 0;
            case ["memory", string file, string rank]:
                (long before, long peak) = FitMemory.Measure(file, Integer(rank));
                Figures.Say($"{before}");
                Figures.Say($"{peak}");
                return 0;
            case ["source", string rows, string beta, string file]:
                SourceComparison.Child(Integer(rows), double.Parse(beta, CultureInfo.InvariantCulture), file);
                return 0;
            default:
                Console.Error.WriteLine($"There is no command {string.Join(' ', args)} for a process that another one starts.");
                return 1;
        }
    }

    // Null where libtorch is not there.
    private static double? TorchMilliseconds(string file, int rank, double beta, int iterations)
    {
        if (TorchPackage.Found is not { Problem: null } torch)
            return null;
        ExampleMatrix examples = DenseFile.Read(file);
        NmfEstimator.Options options = TimedFit.Options(rank, beta, seed: 1, iterations);
        options.Solver = NmfSolver.MultiplicativeUpdates;
        (options.InitialTemplates, options.InitialActivations) = SyntheticData.Start(examples, rank);
        using ComputeEngine engine = torch.Create(null, null, null, allowTensorFloat32: false);
        return 1000 * TimedFit.Iterate(engine, examples, options).Seconds;
    }

    private static int Integer(string number) => int.Parse(number, CultureInfo.InvariantCulture);
}
