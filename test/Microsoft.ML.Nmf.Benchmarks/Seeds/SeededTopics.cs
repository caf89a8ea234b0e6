using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Seeds;

/// <summary>
/// Ten topics seeded with a few words each, of texts that describe packages of Debian: how many of the first ten words of each are neighbours of its seeds, and
/// what becomes of the other topics and of the fit.
/// </summary>
internal static class SeededTopics
{
    private const int WordsPerTopic = 10;

    private static readonly (string Topic, string[] Words)[] _seeds =
    [
        ("games", ["game", "player"]),
        ("sound", ["audio", "music", "midi"]),
        ("mail", ["mail", "smtp", "imap"]),
        ("fonts", ["font", "truetype"]),
        ("biology", ["genome", "dna", "protein"]),
        ("mathematics", ["algebra", "polynomial", "matrix"]),
        ("video", ["video", "codec"]),
        ("databases", ["sql", "postgresql", "database"]),
        ("perl", ["perl", "cpan"]),
        ("haskell", ["haskell", "ghc"]),
    ];

    public static int Run(IDataView words, string[] args)
    {
        int rank = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 30;
        double[] betas = args.Length > 1 ? [.. args[1].Split(',').Select(beta => double.Parse(beta, CultureInfo.InvariantCulture))] : [2, 1];
        float[] strengths = args.Length > 2 ? [.. args[2].Split(',').Select(strength => float.Parse(strength, CultureInfo.InvariantCulture))]
            : [new NmfEstimator.Options().SeedStrength];
        var neighbours = new SeedNeighbours(words, _seeds.Select(seed => seed.Words));
        foreach (double beta in betas)
        {
            NmfModel free = Fit(words, new NmfEstimator.Options { Rank = rank, Beta = beta });
            NmfModel another = Fit(words, new NmfEstimator.Options { Rank = rank, Beta = beta, Initialization = NmfInitialization.Random });
            double alike = TopicComparison.Between(free, another).Matches.Average(match => match.Similarity);
            Console.WriteLine(FormattableString.Invariant(
                $"rank {rank}, beta {beta}: {Closest(free, neighbours)}; mean cosine with the topics of another start without seeds {alike:F2}"));
            foreach (float strength in strengths)
            {
                var options = new NmfEstimator.Options { Rank = rank, Beta = beta, SeedStrength = strength };
                foreach ((string topic, string[] seed) in _seeds)
                    options.SeedWords.Add(topic, seed);
                Print(Fit(words, options), free, strength, neighbours);
            }
        }

        return 0;
    }

    private static NmfModel Fit(IDataView words, NmfEstimator.Options options)
    {
        options.InputColumnName = WordFeatures.Words;
        options.Seed = 1;
        return new MLContext(1).Transforms.Nmf(options).Fit(words).Model;
    }

    // What of the seeds is found without them: the topic with most neighbours of each.
    private static string Closest(NmfModel model, SeedNeighbours neighbours)
    {
        IReadOnlyList<Topic> topics = model.GetTopics(WordsPerTopic);
        return "without seeds at most " + string.Join(", ", _seeds.Select((_, k) => topics.Max(topic => neighbours.In(k, topic))));
    }

    private static void Print(NmfModel guided, NmfModel free, float strength, SeedNeighbours neighbours)
    {
        double rise = guided.ReconstructionError / free.ReconstructionError - 1;
        Console.WriteLine(FormattableString.Invariant(
            $"strength {strength}: divergence {rise:+0.0%;-0.0%} beside {free.ReconstructionError:G6}, {guided.History.Count - 1} iterations"));
        IReadOnlyList<Topic> topics = guided.GetTopics(WordsPerTopic);
        for (int k = 0; k < _seeds.Length; k++)
        {
            string listed = string.Join(' ', topics[k].Words.Select(word => neighbours.Mark(k, word)));
            Console.WriteLine(FormattableString.Invariant($"  {neighbours.In(k, topics[k]),2} {topics[k].Name}, {topics[k].Prevalence:P1}: {listed}"));
        }

        double[] similar = [.. TopicComparison.Between(guided, free).Matches.Where(match => match.First >= _seeds.Length).Select(match => match.Similarity)];
        Console.WriteLine(FormattableString.Invariant(
            $"  {similar.Length} other topics: {similar.Count(s => s > 0.8)} are found without seeds too (cosine above 0.8), mean cosine {similar.Average():F2}"));
    }
}
