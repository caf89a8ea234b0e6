using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Benchmarks.Holes;

/// <summary>
/// Prints the median time of an iteration of coordinate descent, and of one of multiplicative updates, where what is not stored is missing, beside one of the same ratings where it is zero, in turn.
/// </summary>
internal static class HoleTimes
{
    private const int IterationsInTurn = 5;

    /// <summary>Runs it.</summary>
    /// <param name="args">The rows, the columns, the ratings of a row, the rank, the rounds and the threads, as far as they are given.</param>
    public static int Run(string[] args)
    {
        int At(int place, int value) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : value;
        int rows = At(0, 100_000), columns = At(1, 10_000), perRow = At(2, 50), rank = At(3, 20), rounds = At(4, 5);
        using ComputeEngine engine = ComputeEngine.OnProcessor(At(5, Environment.ProcessorCount));
        using DataMatrix zeros = engine.Load(Rated(rows, columns, perRow, areMissing: false)), holes = engine.Load(Rated(rows, columns, perRow, areMissing: true));
        Figures.Say($"{rows} × {columns}, {(long)rows * perRow} ratings, rank {rank}, {engine.Description}");
        foreach (FactorUpdate update in new[] { FactorUpdate.CoordinateDescent, FactorUpdate.Multiplicative })
            Compare(update, [Chain(engine, zeros, rank, update), Chain(engine, holes, rank, update)], rounds);
        return 0;
    }

    private static void Compare(FactorUpdate update, FactorChain[] chains, int rounds)
    {
        List<double>[] times = [[], []];
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < 2; i++)
            {
                for (int iteration = 0; iteration < IterationsInTurn; iteration++)
                {
                    var clock = Stopwatch.StartNew();
                    chains[i].Advance();
                    chains[i].Evaluate();
                    // The first round warms up.
                    if (round > 0)
                        times[i].Add(1000 * clock.Elapsed.TotalSeconds);
                }
            }
        }

        double ofZeros = Figures.Median(times[0]), ofHoles = Figures.Median(times[1]);
        Figures.Say($"{update}: zeros {ofZeros:F1} ms an iteration, holes {ofHoles:F1} ms, {ofHoles / ofZeros:F2} times as long");
    }

    private static FactorChain Chain(ComputeEngine engine, DataMatrix data, int rank, FactorUpdate update)
    {
        Factor activations = engine.Allocate(data.Rows, rank), templates = engine.Allocate(data.Columns, rank);
        RandomStart.Fill(new FactorPair(data, templates, activations), new Random(1));
        ChainLink[] links = [new(activations, IsFixed: false, default), new(templates, IsFixed: false, default)];
        return FactorChain.Create(engine, data, links, BetaDivergence.Euclidean, update);
    }

    // Ratings from 1 to 5; some columns have more of them than others.
    private static ExampleMatrix Rated(int rows, int columns, int perRow, bool areMissing)
    {
        var random = new Random(1);
        var builder = new ExampleMatrixBuilder(columns);
        var rated = new SortedSet<int>();
        for (int i = 0; i < rows; i++)
        {
            rated.Clear();
            while (rated.Count < perRow)
                rated.Add((int)(columns * Math.Pow(random.NextDouble(), 1.5)));
            builder.Add([.. rated], [.. rated.Select(_ => (float)random.Next(1, 6))]);
        }

        return new ExampleCount(areMissing, null, null, BetaDivergence.Euclidean, default).Build(builder, columns);
    }
}
