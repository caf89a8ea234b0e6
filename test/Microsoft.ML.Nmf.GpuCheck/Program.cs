using Microsoft.ML.Nmf.GpuCheck;

// Microsoft.ML.Nmf.Gpu parity|matrix|bench [--OPTION VALUE ...]: see README.md.
try
{
    Options options = Options.Parse(args.Skip(1));
    switch (args.FirstOrDefault())
    {
        case "parity":
            return ParityRun.Run(options);
        case "matrix":
            MatrixFile.Write(Matrices.Sparse(options), options.Matrix ?? throw new ArgumentException("matrix needs --matrix FILE."));
            return 0;
        case "bench":
            return BenchmarkRun.Run(options);
        default:
            Console.Error.WriteLine("Microsoft.ML.Nmf.Gpu parity|matrix|bench [--OPTION VALUE ...]: see README.md.");
            return 1;
    }
}
catch (Exception problem) when (problem is ArgumentException or FormatException or InvalidDataException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
