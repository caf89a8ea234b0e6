using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Ranks;

/// <summary>Which rank <c>CompareNmfRanks</c> recommends where the rank is known, and of a file of texts.</summary>
internal static class PlantedRanks
{
    private const int Rows = 200;
    private const int Features = 100;
    private const double Noise = 0.1;
    private const int Least = 3;
    private const int Most = 15;

    public static int Run(Func<IDataView>? texts, string[] args)
    {
        if (texts is not null)
        {
            OfTexts(texts(), args);
            return 0;
        }

        int sets = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20, found = 0;
        Figures.Say($"{Rows} × {Features}, {100 * Noise} % noise, ranks 2 to {Most + 4}");
        Figures.Say($"planted\trecommended\tbest\theld-out error\tof one less\tof one more\tseconds");
        for (int set = 0; set < sets; set++)
        {
            int planted = Least + set % (Most - Least + 1);
            long start = Stopwatch.GetTimestamp();
            NmfRankComparison comparison = new MLContext(1).Transforms.CompareNmfRanks(Planted(planted, set), new NmfRankComparison.Options
            {
                Nmf = new() { InputColumnName = nameof(FeatureRow.Features), Seed = set },
                Ranks = [.. Enumerable.Range(2, Most + 3)],
                NumberOfStarts = 0,
            });
            found += comparison.RecommendedRank == planted ? 1 : 0;
            int best = comparison.Ranks.MinBy(rank => rank.HeldOutError)!.Rank;
            Figures.Say($"{planted}\t{comparison.RecommendedRank}\t{best}\t{comparison[planted].HeldOutError:F5}\t{comparison[planted - 1].HeldOutError:F5}\t{comparison[planted + 1].HeldOutError:F5}\t{Stopwatch.GetElapsedTime(start).TotalSeconds:F1}");
        }

        Figures.Say($"{found} of {sets} recommended");
        return 0;
    }

    private static void OfTexts(IDataView features, string[] args)
    {
        int[] ranks = [.. (args.Length > 0 ? args[0] : "2,4,6,8,10,11,12,13,14,16,20,24,32").Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        for (int seed = 1; seed <= (args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1); seed++)
        {
            long start = Stopwatch.GetTimestamp();
            NmfRankComparison comparison = new MLContext(1).Transforms.CompareNmfRanks(features, WordFeatures.Words, ranks, seed: seed);
            Console.WriteLine(comparison);
            Figures.Say($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        }
    }

    // Gamma-distributed entries, half of them zero, and noise of a tenth of the norm; negative values are cut off.
    private static IDataView Planted(int rank, int seed)
    {
        var random = new Random(seed);
        float[][] h = [.. Enumerable.Range(0, Rows).Select(_ => Draw())], w = [.. Enumerable.Range(0, Features).Select(_ => Draw())];
        double[][] x = [.. h.Select(row => w.Select(column => row.Zip(column, (a, b) => (double)a * b).Sum()).ToArray())];
        double[][] noise = [.. x.Select(row => row.Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())).ToArray())];
        double scale = Noise * Math.Sqrt(x.Sum(row => row.Sum(v => v * v)) / noise.Sum(row => row.Sum(v => v * v)));
        var schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema[nameof(FeatureRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        return new MLContext(1).Data.LoadFromEnumerable(
            x.Zip(noise, (row, noises) => new FeatureRow { Features = [.. row.Zip(noises, (v, n) => (float)Math.Max(0, v + scale * n))] }).ToArray(), schema);

        float[] Draw() => [.. Enumerable.Range(0, rank).Select(_ => random.Next(2) == 0 ? 0 : -MathF.Log(1 - random.NextSingle()))];
    }

    private sealed class FeatureRow
    {
        public float[] Features { get; set; } = [];
    }
}
