using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// What goes with some words in the data: the templates that a topic seeded with them starts from and is pulled to. An example counts by how much of the words
/// is in it, each over its norm, so that a frequent word does not drown the others; its features count by what they are above their mean in all examples. That
/// spreads a topic over the neighbours of its words, and leaves out what every example has.
/// </summary>
internal static class SeedProfiles
{
    /// <summary>The profile of each set of words, its mean that of a factor whose entries were all the same. Cost: two passes over the data.</summary>
    /// <param name="examples">X.</param>
    /// <param name="seeds">The features of each set.</param>
    /// <param name="rank">The components of the factorization.</param>
    /// <param name="least">What no entry is below, as a share of the mean; 0 keeps zeros.</param>
    /// <returns>Features × sets.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FactorMatrix Of(ExampleMatrix examples, IReadOnlyList<int[]> seeds, int rank, float least)
    {
        int features = examples.Columns, sets = seeds.Count;
        double[] squares = new double[features], means = new double[features];
        var rows = new ExampleRows(examples);
        for (int i = 0; i < examples.Rows; i++)
        {
            rows.Read(i);
            for (int p = 0; p < rows.Count; p++)
            {
                double value = rows.Values[p];
                squares[rows.Features[p]] += value * value;
                means[rows.Features[p]] += value / examples.Rows;
            }
        }

        var sums = new double[features * sets];
        double[] totals = new double[sets], scores = new double[sets];
        int[][] setsOf = SetsOf(seeds, features);
        for (int i = 0; i < examples.Rows; i++)
        {
            rows.Read(i);
            if (!Score(rows, setsOf, squares, scores))
                continue;
            for (int k = 0; k < sets; k++)
            {
                totals[k] += scores[k];
                for (int p = 0; scores[k] > 0 && p < rows.Count; p++)
                    sums[rows.Features[p] * sets + k] += scores[k] * rows.Values[p];
            }
        }

        var profiles = new float[features * sets];
        double mean = Math.Sqrt(examples.Mean / rank);
        for (int k = 0; k < sets; k++)
            Finish(profiles, sums, (k, sets), totals[k], means, seeds[k], (mean, least));
        return FactorMatrix.TakeOver(profiles, features, sets);
    }

    private static int[][] SetsOf(IReadOnlyList<int[]> seeds, int features)
    {
        var sets = new int[features][];
        for (int k = 0; k < seeds.Count; k++)
        {
            foreach (int feature in seeds[k])
                sets[feature] = [.. sets[feature] ?? [], k];
        }

        return sets;
    }

    // How much of each set is in a row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Score(ExampleRows rows, int[][] setsOf, double[] squares, double[] scores)
    {
        bool isAny = false;
        Array.Clear(scores);
        for (int p = 0; p < rows.Count; p++)
        {
            int feature = rows.Features[p];
            foreach (int k in setsOf[feature] ?? [])
            {
                scores[k] += rows.Values[p] / Math.Sqrt(squares[feature]);
                isAny = true;
            }
        }

        return isAny;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(
        float[] profiles, double[] sums, (int Set, int Sets) place, double total, double[] means, int[] seeds, (double Mean, float Least) scale)
    {
        (int k, int sets) = place;
        double sum = 0;
        for (int j = 0; j < means.Length; j++)
        {
            double above = total > 0 ? Math.Max(sums[j * sets + k] / total - means[j], 0) : 0;
            sums[j * sets + k] = above;
            sum += above;
        }

        if (sum == 0)
        {
            // The words are in no example, or in all of them alike: they are all that is known.
            foreach (int seed in seeds)
                sums[seed * sets + k] = 1;
            sum = seeds.Length;
        }

        double factor = scale.Mean * means.Length / sum;
        for (int j = 0; j < means.Length; j++)
            profiles[j * sets + k] = (float)Math.Max(factor * sums[j * sets + k], scale.Least * scale.Mean);
    }
}
