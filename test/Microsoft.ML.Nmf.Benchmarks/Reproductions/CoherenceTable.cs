using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>Coherence and time of `Nmf` beside ML.NET's LatentDirichletAllocation on the same words of the same texts, each with its default options.</summary>
internal static class CoherenceTable
{
    private const int WordsPerTopic = 10;

    private static readonly int[] _topics = [20, 50];

    public static void Print(MLContext context, TextSample sample)
    {
        var table = new MarkdownTable("topics", "model", "data", "NPMI", "different words", "s to fit");
        foreach (int topics in _topics)
        {
            (int[][] words, double seconds) = Lda(context, sample.Counts, topics);
            Row($"{topics}", "`LatentDirichletAllocation`", "counts", words, seconds);
            (string Data, IDataView View, double Beta)[] ours = [("TF-IDF", sample.Words, 2), ("TF-IDF", sample.Words, 1), ("counts", sample.Counts, 1)];
            foreach ((string data, IDataView view, double beta) in ours)
            {
                var clock = Stopwatch.StartNew();
                NmfTransformer nmf = context.Transforms.Nmf(new NmfEstimator.Options
                {
                    OutputColumnName = "Topics",
                    InputColumnName = WordFeatures.Words,
                    Rank = topics,
                    Beta = beta,
                    Seed = 1,
                }).Fit(view);
                seconds = clock.Elapsed.TotalSeconds;
                Row($"{topics}", $"`Nmf`, β = {beta}", data, TextSample.WordsOf(nmf.Model), seconds);
            }
        }

        void Row(string topics, string model, string data, int[][] words, double seconds)
            => table.Row(topics, model, data, MarkdownTable.Number(sample.Coherence(words), 3), MarkdownTable.Number(TextSample.Diversity(words), 2),
                MarkdownTable.Number(seconds, 2));
    }

    private static (int[][] Words, double Seconds) Lda(MLContext context, IDataView counts, int topics)
    {
        LatentDirichletAllocationEstimator estimator = context.Transforms.Text.LatentDirichletAllocation(
            "Topics", WordFeatures.Words, numberOfTopics: topics, numberOfSummaryTermsPerTopic: WordsPerTopic);
        var clock = Stopwatch.StartNew();
        LatentDirichletAllocationTransformer lda = estimator.Fit(counts);
        double seconds = clock.Elapsed.TotalSeconds;
        // Words come with their names, which are the slots of the counts.
        VBuffer<ReadOnlyMemory<char>> names = default;
        counts.Schema[WordFeatures.Words].GetSlotNames(ref names);
        var features = new Dictionary<string, int>();
        foreach ((int feature, ReadOnlyMemory<char> name) in names.Items())
            features.TryAdd(name.ToString(), feature);
        int[][] words =
        [
            .. lda.GetLdaDetails(0).WordScoresPerTopic.Select(topic =>
                topic.OrderByDescending(word => word.Score).Select(word => features[word.Word]).Distinct().ToArray()),
        ];
        return (words, seconds);
    }
}
