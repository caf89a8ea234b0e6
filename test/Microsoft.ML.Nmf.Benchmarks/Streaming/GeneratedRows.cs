using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>
/// Rows like the weighted words of texts about one to three of 25 planted topics, as many as one likes. Each is made from its own number alone when it is asked
/// for, so that none is held, and every pass and every part has the same rows. The words of a topic, and those that belong to none, follow Zipf's law.
/// </summary>
internal sealed class GeneratedRows
{
    /// <summary>Words.</summary>
    public const int Columns = 5000;

    private const int Topics = 25;
    private const int FewestWords = 30;
    private const int MostWords = 60;
    private const int MostTopicsOfRow = 3;
    private const double Noise = 0.2;

    // The multiplier and the shifts of SplitMix64, which makes unrelated numbers of neighbours.
    private const ulong Step = 0x9E3779B97F4A7C15, FirstFactor = 0xBF58476D1CE4E5B9, SecondFactor = 0x94D049BB133111EB;

    private readonly double[] _cumulated = new double[Columns];
    private readonly int[][] _wordsOfTopic;

    public GeneratedRows()
    {
        double sum = 0;
        for (int place = 0; place < Columns; place++)
            _cumulated[place] = sum += 1.0 / (place + 3);
        var random = new Random(1);
        // The last one is what belongs to no topic.
        _wordsOfTopic = [.. Enumerable.Range(0, Topics + 1).Select(_ => Shuffled(random))];
    }

    /// <summary>Some of the rows as data for ML.NET, which makes them anew in every pass.</summary>
    public IDataView View(int first, int count) => SparseView.Of(Rows(first, count), Columns);

    /// <summary>Some of the rows in memory.</summary>
    public ExampleMatrix Matrix(int first, int count)
    {
        var builder = new ExampleMatrixBuilder(Columns);
        foreach (SparseView.SparseRow row in Rows(first, count))
            builder.Add(row.Features.GetIndices(), row.Features.GetValues());
        return builder.BuildInUnit();
    }

    private IEnumerable<SparseView.SparseRow> Rows(int first, int count) => Enumerable.Range(first, count).Select(Row);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SparseView.SparseRow Row(int number)
    {
        var random = new RowRandom((ulong)number * Step);
        Span<int> topics = stackalloc int[1 + random.Below(MostTopicsOfRow)];
        foreach (ref int topic in topics)
            topic = random.Below(Topics);
        Span<int> drawn = stackalloc int[FewestWords + random.Below(MostWords - FewestWords + 1)];
        foreach (ref int word in drawn)
        {
            int topic = random.Share() < Noise ? Topics : topics[random.Below(topics.Length)];
            int place = Array.BinarySearch(_cumulated, random.Share() * _cumulated[^1]);
            word = _wordsOfTopic[topic][place < 0 ? ~place : place];
        }

        drawn.Sort();
        int[] words = new int[drawn.Length];
        float[] values = new float[drawn.Length];
        int different = 0;
        double squares = 0;
        for (int p = 0, next; p < drawn.Length; p = next)
        {
            for (next = p + 1; next < drawn.Length && drawn[next] == drawn[p]; next++)
                continue;
            double weight = 1 + Math.Log(next - p);
            squares += weight * weight;
            words[different] = drawn[p];
            values[different++] = (float)weight;
        }

        float norm = (float)Math.Sqrt(squares);
        for (int p = 0; p < different; p++)
            values[p] /= norm;
        return new SparseView.SparseRow { Features = new(Columns, different, values, words) };
    }

    private static int[] Shuffled(Random random)
    {
        int[] words = [.. Enumerable.Range(0, Columns)];
        random.Shuffle(words);
        return words;
    }

    // SplitMix64: begun at no cost, unlike Random, which a row needs one of.
    private struct RowRandom(ulong state)
    {
        private ulong _state = state;

        public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

        public int Below(int count) => (int)(Share() * count);

        private ulong Next()
        {
            ulong value = _state += Step;
            value = (value ^ (value >> 30)) * FirstFactor;
            value = (value ^ (value >> 27)) * SecondFactor;
            return value ^ (value >> 31);
        }
    }
}
