using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Xunit.Abstractions;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>The log's estimate of the memory against the most that was reachable at once while fitting. Alone, because it watches the whole process.</summary>
[Collection("alone")]
public class MemoryEstimateTests(ITestOutputHelper output)
{
    public static TheoryData<string> Cases() => ["rank 20", "rank 100", "multiplicative", "Kullback-Leibler", "dense", "deep", "neural"];

    [Theory, MemberData(nameof(Cases))]
    public void The_estimate_is_within_a_fifth_of_the_measured_peak(string name)
    {
        const int Iterations = 2;
        var context = new MLContext(1);
        IEstimator<ITransformer> estimator = name switch
        {
            "rank 20" => context.Transforms.Nmf(new NmfEstimator.Options { Rank = 20, MaximumNumberOfIterations = Iterations }),
            "rank 100" => context.Transforms.Nmf(new NmfEstimator.Options { Rank = 100, MaximumNumberOfIterations = Iterations }),
            "multiplicative" => context.Transforms.Nmf(new NmfEstimator.Options
            {
                Rank = 20,
                Solver = NmfSolver.MultiplicativeUpdates,
                Initialization = NmfInitialization.Random,
                MaximumNumberOfIterations = Iterations,
            }),
            "Kullback-Leibler" => context.Transforms.Nmf(new NmfEstimator.Options { Rank = 20, Beta = 1, MaximumNumberOfIterations = Iterations }),
            "dense" => context.Transforms.Nmf(new NmfEstimator.Options { Rank = 20, MaximumNumberOfIterations = Iterations }),
            "deep" => context.Transforms.DeepNmf(new DeepNmfEstimator.Options { Ranks = [50, 10], PretrainingIterations = 1, MaximumNumberOfIterations = Iterations }),
            _ => context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options { Ranks = [50, 10], PretrainingIterations = 1, MaximumNumberOfIterations = 1 }),
        };
        (int rows, int columns, int entries) = name switch
        {
            "dense" => (4000, 1000, 1000),
            "neural" => (6000, 3000, 30),
            _ => (20_000, 5000, 50),
        };
        double estimate = 0;
        context.Log += (_, line) =>
        {
            if (Regex.Match(line.RawMessage, "about ([0-9]+) MB") is { Success: true } match)
                estimate = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        };
        IDataView data = context.Data.LoadFromEnumerable(Generate(rows, columns, entries), SchemaDefinition.Create(typeof(Example)).With(columns));
        double peak = PeakOf(() => estimator.Fit(data)) / 1e6;
        output.WriteLine($"estimate {estimate:F0} MB, peak {peak:F1} MB");
        Assert.InRange(estimate / peak, 0.8, 1.25);
    }

    // The most bytes that are reachable at once while something runs, above those before.
    private static long PeakOf(Action run)
    {
        long before = Reachable(), peak = before;
        bool isDone = false;
        var watcher = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                peak = Math.Max(peak, Reachable());
                Thread.Sleep(2);
            }
        })
        { Priority = ThreadPriority.AboveNormal };
        watcher.Start();
        try
        {
            run();
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            watcher.Join();
        }

        return peak - before;
    }

    private static long Reachable()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    // Made anew for each row, so that the data is held by the training alone.
    private static IEnumerable<Example> Generate(int rows, int columns, int entries)
    {
        for (int i = 0; i < rows; i++)
        {
            var random = new Random(i);
            int step = columns / entries;
            int[] indices = [.. Enumerable.Range(0, entries).Select(p => p * step + random.Next(step))];
            yield return new Example { Activations = new VBuffer<float>(columns, entries, [.. indices.Select(_ => 0.1f + random.NextSingle())], indices) };
        }
    }

    private sealed class Example
    {
        public VBuffer<float> Activations { get; set; }
    }
}

/// <summary>Sets the length of a vector that is known when the test runs.</summary>
file static class SchemaDefinitionExtensions
{
    public static SchemaDefinition With(this SchemaDefinition schema, int columns)
    {
        schema[0].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        return schema;
    }
}
