namespace Microsoft.ML.Nmf.GpuCheck.Data;

/// <summary>
/// Rows of data made from a seed, the same on every machine. Names nothing of the library, so that the benchmarks can build it against any version of it.
/// </summary>
internal static class RandomRows
{
    private const int Topics = 60;
    private const int Parts = 24;

    /// <summary>
    /// Rows like the TF-IDF of short texts: word frequencies fall as a power of their rank (Zipf); every other word of a row comes from its topic's own order
    /// of words; a value is the logarithm of how rare its word is; rows have Euclidean norm 1.
    /// </summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of words.</param>
    /// <param name="wordsPerRow">How many words a row draws on average; some are drawn twice and count once.</param>
    /// <returns>For each row the words that occur, ascending, and their values.</returns>
    public static IEnumerable<(int[] Columns, float[] Values)> Texts(int rows, int columns, double wordsPerRow)
    {
        var random = new Random(1);
        var frequencies = new PowerLaw(columns);
        int[] names = [.. Enumerable.Range(0, columns)];
        random.Shuffle(names);
        var counts = new int[columns];
        var drawn = new int[rows][];
        for (int i = 0; i < rows; i++)
        {
            int shift = random.Next(Topics) * (columns / Topics);
            int draws = 1 + (int)(2 * random.NextDouble() * wordsPerRow);
            var words = new SortedSet<int>();
            for (int d = 0; d < draws; d++)
                words.Add(names[(frequencies.Draw(random) + (d % 2 == 0 ? 0 : shift)) % columns]);
            drawn[i] = [.. words];
            foreach (int word in words)
                counts[word]++;
        }

        foreach (int[] words in drawn)
        {
            double[] weights = [.. words.Select(word => Math.Log((rows + 1.0) / counts[word]))];
            double norm = Math.Sqrt(weights.Sum(weight => weight * weight));
            yield return (words, [.. weights.Select(weight => (float)(weight / norm))]);
        }
    }

    /// <summary>Rows of a product of sparse factors, times noise: every entry is positive, and no factorization fits them well.</summary>
    public static IEnumerable<float[]> Dense(int rows, int columns)
    {
        var random = new Random(2);
        float[][] left = Factor(rows), right = Factor(columns);
        foreach (float[] weights in left)
        {
            var row = new float[columns];
            for (int j = 0; j < columns; j++)
            {
                float sum = 0.1f;
                for (int k = 0; k < Parts; k++)
                    sum += weights[k] * right[j][k];
                row[j] = sum * (float)(1e-3 + 2 * random.NextDouble());
            }

            yield return row;
        }

        float[][] Factor(int length) => [.. Enumerable.Range(0, length).Select(_ => Enumerable.Range(0, Parts).Select(_ => Value()).ToArray())];

        float Value() => random.NextDouble() < 0.4 ? (float)random.NextDouble() : 0;
    }

    // Places from 0; place k is drawn in proportion to 1 / (k + 10).
    private sealed class PowerLaw
    {
        private const double Offset = 10;
        private readonly double[] _cumulated;

        public PowerLaw(int places)
        {
            _cumulated = new double[places];
            double sum = 0;
            for (int k = 0; k < places; k++)
                _cumulated[k] = sum += 1 / (k + Offset);
        }

        public int Draw(Random random)
        {
            int at = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
            return Math.Min(at < 0 ? ~at : at, _cumulated.Length - 1);
        }
    }
}
