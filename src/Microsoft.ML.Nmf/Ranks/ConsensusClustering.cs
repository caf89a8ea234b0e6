using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>
/// How often rows have the same largest topic in several trainings, and how well groups of rows describe that (Brunet et al. 2004,
/// <see href="https://doi.org/10.1073/pnas.0308531101">Metagenes and molecular pattern discovery using matrix factorization</see>).
/// </summary>
internal static class ConsensusClustering
{
    /// <summary>
    /// The correlation, over all pairs of rows, of the share of trainings that put the two in different topics with the height at which average linkage joins
    /// them: 1 where rows are together in all trainings or in none, less the more they change company.
    /// </summary>
    /// <param name="topics">For each training the topic of each row.</param>
    public static double CopheneticCorrelation(IReadOnlyList<int[]> topics)
    {
        int rows = topics[0].Length;
        float[,] distances = new float[rows, rows];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int apart = 0;
                foreach (int[] ofRows in topics)
                    apart += ofRows[i] == ofRows[j] ? 0 : 1;
                distances[i, j] = distances[j, i] = (float)apart / topics.Count;
            }
        }

        return Correlation(distances, Heights(distances));
    }

    /// <summary>The height at which average linkage joins each two rows. Cost rows², by following nearest neighbours until two are each other's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float[,] Heights(float[,] distances)
    {
        int rows = distances.GetLength(0);
        float[,] between = (float[,])distances.Clone(), heights = new float[rows, rows];
        List<int>?[] groups = [.. Enumerable.Range(0, rows).Select(i => new List<int> { i })];
        var chain = new List<int>();
        for (int joins = 1; joins < rows; joins++)
        {
            if (chain.Count == 0)
                chain.Add(Array.FindIndex(groups, group => group is not null));
            int last, nearest;
            while (true)
            {
                last = chain[^1];
                // The one before in the chain wins a tie, or the chain would not end.
                nearest = chain.Count > 1 ? chain[^2] : -1;
                for (int other = 0; other < rows; other++)
                {
                    if (other != last && groups[other] is not null && (nearest < 0 || between[last, other] < between[last, nearest]))
                        nearest = other;
                }

                if (chain.Count > 1 && nearest == chain[^2])
                    break;
                chain.Add(nearest);
            }

            chain.RemoveRange(chain.Count - 2, 2);
            List<int> kept = groups[nearest]!, joined = groups[last]!;
            float height = between[last, nearest];
            foreach (int i in kept)
            {
                foreach (int j in joined)
                    heights[i, j] = heights[j, i] = height;
            }

            for (int other = 0; other < rows; other++)
            {
                if (other == nearest || other == last || groups[other] is null)
                    continue;
                float mean = (between[nearest, other] * kept.Count + between[last, other] * joined.Count) / (kept.Count + joined.Count);
                between[nearest, other] = between[other, nearest] = mean;
            }

            kept.AddRange(joined);
            groups[last] = null;
        }

        return heights;
    }

    // Pearson's, over the pairs. Distances that are all the same are described by any groups.
    private static double Correlation(float[,] first, float[,] second)
    {
        double count = 0, sumOfFirst = 0, sumOfSecond = 0, squaresOfFirst = 0, squaresOfSecond = 0, products = 0;
        for (int i = 0; i < first.GetLength(0); i++)
        {
            for (int j = 0; j < i; j++)
            {
                double x = first[i, j], y = second[i, j];
                count++;
                sumOfFirst += x;
                sumOfSecond += y;
                squaresOfFirst += x * x;
                squaresOfSecond += y * y;
                products += x * y;
            }
        }

        double ofFirst = count * squaresOfFirst - sumOfFirst * sumOfFirst, ofSecond = count * squaresOfSecond - sumOfSecond * sumOfSecond;
        return ofFirst > 0 && ofSecond > 0 ? (count * products - sumOfFirst * sumOfSecond) / Math.Sqrt(ofFirst * ofSecond) : 1;
    }
}
