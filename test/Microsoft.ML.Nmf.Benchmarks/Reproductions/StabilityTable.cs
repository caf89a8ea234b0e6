namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>How alike the topics of the same texts are that differ in the seed alone: the mean cosine of matched topics over all pairs of seeds.</summary>
internal static class StabilityTable
{
    private const int Seeds = 5;

    private static readonly int[] _ranks = [30, 12];

    public static void Print(MLContext context, TextSample sample)
    {
        var table = new MarkdownTable("model", "start", $"{_ranks[0]} topics", $"{_ranks[1]} topics above them", "least of a pair of topics");
        foreach (NmfInitialization start in new[] { NmfInitialization.Automatic, NmfInitialization.NndsvdAr, NmfInitialization.Random })
        {
            TopicSet[] sets = [.. All(seed => context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = WordFeatures.Words,
                Rank = _ranks[0],
                Initialization = start,
                Seed = seed,
            }).Fit(sample.Words).Model)];
            table.Row("`Nmf`", $"`{start}`", Mean(sets), "–", Least(sets));
        }

        foreach (LayerInitialization start in Enum.GetValues<LayerInitialization>())
        {
            Row("`DeepNmf`", start, seed => context.Transforms.DeepNmf(Set(new DeepNmfEstimator.Options(), start, seed)).Fit(sample.Words).Model);
        }

        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            foreach (LayerInitialization start in Enum.GetValues<LayerInitialization>())
            {
                Row($"`NeuralNmf`, `{loss}`", start,
                    seed => context.Transforms.NeuralNmf(Set(new NeuralNmfEstimator.Options { Loss = loss }, start, seed)).Fit(sample.Words).Model);
            }
        }

        void Row(string model, LayerInitialization start, Func<int, LayeredModel> fit)
        {
            LayeredModel[] models = [.. All(fit)];
            TopicSet[] fine = [.. models.Select(m => m.Layers[0])], coarse = [.. models.Select(m => m.Deepest)];
            table.Row(model, $"`{start}`", Mean(fine), Mean(coarse), Least(fine));
        }
    }

    private static TOptions Set<TOptions>(TOptions options, LayerInitialization start, int seed)
        where TOptions : LayeredFactorizationOptions
    {
        options.OutputColumnName = "Topics";
        options.InputColumnName = WordFeatures.Words;
        options.Ranks = _ranks;
        options.Initialization = start;
        options.Seed = seed;
        return options;
    }

    private static IEnumerable<T> All<T>(Func<int, T> fit) => Enumerable.Range(1, Seeds).Select(fit);

    private static string Mean(TopicSet[] sets) => MarkdownTable.Number(Pairs(sets).Average(pair => pair.MeanSimilarity), 3);

    private static string Least(TopicSet[] sets) => MarkdownTable.Number(Pairs(sets).Min(pair => pair.Matches[^1].Similarity), 2);

    private static IEnumerable<TopicComparison> Pairs(TopicSet[] sets)
        => sets.SelectMany((first, i) => sets.Skip(i + 1).Select(second => TopicComparison.Between(first, second)));
}
