using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>An example that is drawn from the templates of a model, over its sum, with the templates of its features over their own.</summary>
internal sealed class DrawnRow
{
    /// <summary>The least value of P y, beside a sum of 1.</summary>
    public const double Floor = 1e-30;

    // How many draws a row is made of; the last one is for data in which most features have a value.
    private static readonly int[] _lengths = [4, 12, 40, 150, 600];

    // One draw in this many is a feature of any topic.
    private const int Strange = 5;

    private readonly double[] _templates;
    private readonly int _rank;

    private DrawnRow(int[] features, double[] values, double[] templates, double[] start)
        => (Features, Values, _templates, Start, _rank) = (features, values, templates, start, start.Length);

    /// <summary>The features of x that are not zero, ascending.</summary>
    public int[] Features { get; }

    /// <summary>Their values, which add up to 1.</summary>
    public double[] Values { get; }

    /// <summary>The y to start from.</summary>
    public double[] Start { get; }

    /// <summary>Draws rows of a few topics each, with a feature of another now and then.</summary>
    /// <param name="templates">W.</param>
    /// <param name="sums">The sums of its columns, not all zero.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="seed">Of the draws.</param>
    public static DrawnRow[] Draw(FactorMatrix templates, double[] sums, int count, int seed = 1)
    {
        var random = new Random(seed);
        int[] topics = [.. Enumerable.Range(0, sums.Length).Where(k => sums[k] > 0)];
        double total = sums.Sum();
        double[] start = [.. sums.Select(sum => sum / total)];
        var rows = new DrawnRow[count];
        for (int i = 0; i < count; i++)
        {
            int length = _lengths[i % _lengths.Length];
            int[] own = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => topics[random.Next(topics.Length)])];
            var draws = new List<(int Topic, double Place)>(length);
            for (int draw = 0; draw < length; draw++)
            {
                int[] from = random.Next(Strange) == 0 ? topics : own;
                // The first ones of a row more often than the last.
                draws.Add((from[(int)(from.Length * random.NextDouble() * random.NextDouble())], random.NextDouble()));
            }
            rows[i] = Of(Count(templates, sums, draws), templates, sums, start);
        }

        return rows;
    }

    /// <summary>approximation ← P y, for the y that are not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Combine(double[] y, double[] approximation)
    {
        for (int j = 0; j < approximation.Length; j++)
        {
            double sum = 0;
            for (int k = 0; k < _rank; k++)
                sum += _templates[j * _rank + k] * y[k];
            approximation[j] = sum;
        }
    }

    /// <summary>slope ← Pᵀ (x / P y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Slope(double[] approximation, double[] slope)
    {
        Array.Clear(slope);
        for (int j = 0; j < Values.Length; j++)
            DoubleKernel.AddScaled(slope, _templates.AsSpan(j * _rank, _rank), Values[j] / Math.Max(approximation[j], Floor));
    }

    /// <summary>gram ← Pᵀ diag(x / (P y)²) P.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gram(double[] approximation, double[] gram)
    {
        Array.Clear(gram);
        for (int j = 0; j < Values.Length; j++)
        {
            double at = Math.Max(approximation[j], Floor), weight = Values[j] / at / at;
            ReadOnlySpan<double> row = _templates.AsSpan(j * _rank, _rank);
            for (int k = 0; k < _rank; k++)
            {
                if (row[k] != 0)
                    DoubleKernel.AddScaled(gram.AsSpan(k * _rank, _rank), row, weight * row[k]);
            }
        }
    }

    private static DrawnRow Of(Dictionary<int, int> counts, FactorMatrix templates, double[] sums, double[] start)
    {
        double total = counts.Values.Sum();
        int rank = sums.Length;
        int[] features = [.. counts.Keys.Order()];
        var shares = new double[features.Length * rank];
        for (int j = 0; j < features.Length; j++)
        {
            for (int k = 0; k < rank; k++)
                shares[j * rank + k] = sums[k] > 0 ? templates[features[j], k] / sums[k] : 0;
        }

        return new DrawnRow(features, [.. features.Select(feature => counts[feature] / total)], shares, start);
    }

    // Which features the draws are: one pass over the templates of each topic, with its draws in the order of their places.
    private static Dictionary<int, int> Count(FactorMatrix templates, double[] sums, List<(int Topic, double Place)> draws)
    {
        var counts = new Dictionary<int, int>();
        foreach (IGrouping<int, (int Topic, double Place)> topic in draws.OrderBy(draw => draw.Place).GroupBy(draw => draw.Topic))
        {
            int feature = -1, last = 0;
            double passed = 0;
            foreach ((_, double place) in topic)
            {
                while (passed <= place * sums[topic.Key] && ++feature < templates.Rows)
                {
                    passed += templates[feature, topic.Key];
                    last = templates[feature, topic.Key] > 0 ? feature : last;
                }

                counts[last] = counts.GetValueOrDefault(last) + 1;
            }
        }

        return counts;
    }
}
