namespace Microsoft.ML.Nmf.Topics;

/// <summary>
/// Counts in how many rows the words of each topic occur, alone and together, and tells from it how coherent the topics are. A word occurs in a row where its
/// value is above 0. Memory topics × words²; a row costs its values, and the pairs of words of one topic among them.
/// </summary>
internal sealed class WordCooccurrence
{
    // gensim adds it to the share of rows that have both words.
    private const double Epsilon = 1e-12;

    private readonly int[][] _topics;
    private readonly Dictionary<int, List<(int Topic, int Place)>> _places = [];
    private readonly long[][,] _counts;
    private readonly int[][] _present;
    private readonly int[] _numberPresent;
    private long _rows;

    /// <summary>Nothing counted.</summary>
    /// <param name="topics">The features that are the words of each topic, heaviest first, all different.</param>
    public WordCooccurrence(int[][] topics)
    {
        _topics = topics;
        _counts = [.. topics.Select(words => new long[words.Length, words.Length])];
        _present = [.. topics.Select(words => new int[words.Length])];
        _numberPresent = new int[topics.Length];
        for (int k = 0; k < topics.Length; k++)
        {
            for (int i = 0; i < topics[k].Length; i++)
            {
                if (!_places.TryGetValue(topics[k][i], out List<(int, int)>? places))
                    _places.Add(topics[k][i], places = []);
                places.Add((k, i));
            }
        }
    }

    /// <summary>Counts a row.</summary>
    /// <param name="features">Its features that are not zero, each once.</param>
    public void Add(ReadOnlySpan<int> features)
    {
        _rows++;
        Array.Clear(_numberPresent);
        foreach (int feature in features)
        {
            if (!_places.TryGetValue(feature, out List<(int Topic, int Place)>? places))
                continue;
            foreach ((int topic, int place) in places)
                _present[topic][_numberPresent[topic]++] = place;
        }

        for (int k = 0; k < _topics.Length; k++)
        {
            ReadOnlySpan<int> present = _present[k].AsSpan(0, _numberPresent[k]);
            foreach (int i in present)
            {
                foreach (int j in present)
                    _counts[k][i, j]++;
            }
        }
    }

    /// <summary>
    /// The mean over all pairs of a topic's words of log(p_ij / (p_i p_j)) / −log p_ij, with p_ij the share of rows that have both words (plus 1e-12, as in
    /// gensim's c_npmi). 0 for a pair of which one word is in no row, or both in every row.
    /// </summary>
    /// <returns>One value a topic, about −1 to 1; NaN for fewer than two words.</returns>
    public double[] NormalizedPointwiseMutualInformation() => MeanOverPairs((counts, i, j) =>
    {
        if (counts[i, i] == 0 || counts[j, j] == 0 || counts[i, j] == _rows)
            return 0;
        double both = ShareOf(counts[i, j]) + Epsilon;
        return Math.Log(both / (ShareOf(counts[i, i]) * ShareOf(counts[j, j]))) / -Math.Log(both);
    });

    /// <summary>
    /// The mean over all pairs of a topic's words of log(p_ij / p_j), with j the heavier word (gensim's u_mass, with 1e-12 added to p_ij). 0 for a pair whose
    /// heavier word is in no row.
    /// </summary>
    /// <returns>One value a topic, at most about 0; NaN for fewer than two words.</returns>
    public double[] UMass()
        => MeanOverPairs((counts, i, j) => counts[j, j] == 0 ? 0 : Math.Log((ShareOf(counts[i, j]) + Epsilon) / ShareOf(counts[j, j])));

    private double ShareOf(long count) => (double)count / _rows;

    private double[] MeanOverPairs(Func<long[,], int, int, double> confirm)
    {
        var means = new double[_topics.Length];
        for (int k = 0; k < means.Length; k++)
        {
            int words = _topics[k].Length;
            double sum = 0;
            for (int i = 1; i < words; i++)
            {
                for (int j = 0; j < i; j++)
                    sum += confirm(_counts[k], i, j);
            }

            means[k] = words < 2 ? double.NaN : sum / (words * (words - 1) / 2.0);
        }

        return means;
    }
}
