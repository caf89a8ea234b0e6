using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.GpuCheck;
using Microsoft.ML.Nmf.GpuCheck.Data;
using Microsoft.ML.Nmf.GpuCheck.Measuring;
using Microsoft.ML.Nmf.GpuCheck.Tabulating;

// See README.md. "table" starts this program again with "rows", and stops it where a row takes too long.
try
{
    CommandLine options = CommandLine.Parse(args.Skip(1));
    switch (args.FirstOrDefault())
    {
        case "tests":
            return TestRun.Run(options);
        case "matrix":
            string file = options.Matrix ?? throw new ArgumentException("matrix needs --matrix FILE.");
            MatrixFile.Write((SparseExamples)Matrices.Make(Matrices.Sparse, options.Quick, file: null), file);
            return 0;
        case "table":
            return TableRun.Run(options);
        case "rows":
            return RowRun.Run(options);
        default:
            Console.Error.WriteLine("Microsoft.ML.Nmf.GpuCheck tests|matrix|table [--OPTION VALUE ...]: see README.md.");
            return 1;
    }
}
catch (Exception problem) when (problem is ArgumentException or FormatException or InvalidDataException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
