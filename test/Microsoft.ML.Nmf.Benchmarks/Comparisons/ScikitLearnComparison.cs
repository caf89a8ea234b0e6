using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.GpuCheck.Data;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Benchmarks.Comparisons;

/// <summary>β = 2 by coordinate descent for 50 iterations, here and in scikit-learn, in turn, on the same matrix.</summary>
internal static class ScikitLearnComparison
{
    private const int Iterations = 50;

    public static int Run(MLContext context, IDataView features, string[] args)
    {
        int rank = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
        int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        string matrix = Path.Combine(Path.GetTempPath(), $"matrix-{Environment.ProcessId}.bin");
        try
        {
            ExampleMatrix examples = ExampleReader.Read(features, FeatureColumn.Find(features.Schema, WordFeatures.Words), null, () => { }).Examples;
            MatrixFile.Write((SparseExamples)examples, matrix);
            double norm = Math.Sqrt(examples.SumOfSquares);
            var here = new List<double>();
            var there = new List<double>();
            for (int round = 0; round < rounds; round++)
            {
                NmfModel model = context.Transforms.Nmf(new NmfEstimator.Options
                {
                    OutputColumnName = "Topics",
                    InputColumnName = WordFeatures.Words,
                    Rank = rank,
                    MaximumNumberOfIterations = Iterations,
                    Tolerance = 0,
                    Seed = round,
                }).Fit(features).Model;
                here.Add(model.History.Last.Seconds);
                double error = Math.Sqrt(2 * model.ReconstructionError) / norm;
                Figures.Say($"this library  {here[^1],7:F2} s for {Iterations} iterations, relative error {error:F5}");

                string script = Path.Combine(AppContext.BaseDirectory, "scikit_learn.py");
                string[] arguments = [script, matrix, $"{rank}", $"{Iterations}", $"{round}"];
                using Process python = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
                string[] result = python.StandardOutput.ReadToEnd().Split();
                python.WaitForExit();
                if (python.ExitCode != 0)
                    return 1;
                there.Add(double.Parse(result[0], CultureInfo.InvariantCulture));
                error = double.Parse(result[1], CultureInfo.InvariantCulture) / norm;
                Figures.Say($"scikit-learn  {there[^1],7:F2} s for {Iterations} iterations, relative error {error:F5}");
            }

            double ours = Figures.Median(here), theirs = Figures.Median(there);
            Figures.Say($"median of {rounds}: {ours:F2} s here, {theirs:F2} s in scikit-learn, {theirs / ours:F1} times as fast");
            return 0;
        }
        finally
        {
            File.Delete(matrix);
        }
    }
}
