using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>The data that is factorized: made from a seed, so that no file is needed, and the same everywhere.</summary>
internal static class Matrices
{
    // The shape of the TF-IDF of 60,237 short texts.
    private const int Rows = 60_237;
    private const int Columns = 18_000;
    private const double DrawsPerRow = 24.9;

    private const int Topics = 60;
    private const int Parts = 24;

    /// <summary>
    /// The matrix of a file, or one of the corpus's shape: feature frequencies fall as a power of their place; half of the words of a row are of the row's topic, which has an order of words of its
    /// own; a value is the logarithm of how rare its feature is, and rows have norm 1.
    /// </summary>
    public static SparseExamples Sparse(Options options)
    {
        if (options.Matrix is { } path && File.Exists(path))
            return MatrixFile.Read(path);
        int rows = Rows / options.SparseDivisor, columns = Columns / options.SparseDivisor;
        var random = new Random(1);
        var frequencies = new PowerLaw(columns);
        int[] names = [.. Enumerable.Range(0, columns)];
        random.Shuffle(names);
        var counts = new int[columns];
        var drawn = new int[rows][];
        for (int i = 0; i < rows; i++)
        {
            int shift = random.Next(Topics) * (columns / Topics);
            // As many as the corpus has entries; the few that repeat a word add nothing.
            int draws = 1 + (int)(2 * random.NextDouble() * DrawsPerRow);
            var words = new SortedSet<int>();
            for (int d = 0; d < draws; d++)
                words.Add(names[(frequencies.Draw(random) + (d % 2 == 0 ? 0 : shift)) % columns]);
            drawn[i] = [.. words];
            foreach (int word in words)
                counts[word]++;
        }

        var builder = new ExampleMatrixBuilder(columns);
        foreach (int[] words in drawn)
        {
            double[] weights = [.. words.Select(word => Math.Log((rows + 1.0) / counts[word]))];
            double norm = Math.Sqrt(weights.Sum(weight => weight * weight));
            builder.Add(words, [.. weights.Select(weight => (float)(weight / norm))]);
        }

        return (SparseExamples)builder.Build();
    }

    /// <summary>A square matrix of sparse parts, times noise: no factorization comes near enough for its error to be summed entry by entry.</summary>
    public static DenseExamples Dense(int size)
    {
        var random = new Random(2);
        float[][] left = Factor(), right = Factor();
        var builder = new ExampleMatrixBuilder(size);
        int[] features = [.. Enumerable.Range(0, size)];
        var row = new float[size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                float sum = 0.1f;
                for (int k = 0; k < Parts; k++)
                    sum += left[i][k] * right[j][k];
                row[j] = sum * (float)(1e-3 + 2 * random.NextDouble());
            }

            builder.Add(features, row);
        }

        return (DenseExamples)builder.Build();

        float[][] Factor() => [.. Enumerable.Range(0, size).Select(_ => Enumerable.Range(0, Parts).Select(_ => random.NextDouble() < 0.4 ? (float)random.NextDouble() : 0).ToArray())];
    }

    // Places from 0, the k-th as often as 1 / (k + 10).
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
