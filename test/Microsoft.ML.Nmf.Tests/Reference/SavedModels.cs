namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A small model of every kind.</summary>
internal static class SavedModels
{
    /// <summary>The kinds of models, for a theory.</summary>
    public static IEnumerable<string> Kinds =>
    [
        "Nmf, β = 2", "Nmf, β = 1", "Nmf, weights", "Nmf, statistics", "DeepNmf", "DeepNmf, statistics", "NeuralNmf, text", "NeuralNmf, boolean",
        "NeuralNmf, number",
    ];

    /// <summary>Trains a model of a kind on rows of <see cref="Rows.Size"/> features.</summary>
    public static (ITransformer Model, DataViewSchema Schema) Train(string kind)
    {
        var context = new MLContext(1);
        float[][] rows = Rows.Values(40);
        IDataView named = Rows.NamedView(context, rows);
        return kind switch
        {
            "Nmf, β = 2" => (context.Transforms.Nmf("Topics", "Features", rank: 3, maximumNumberOfIterations: 12, seed: 5).Fit(named), named.Schema),
            "Nmf, β = 1" => (context.Transforms.Nmf("Topics", "Features", rank: 3, beta: 1, maximumNumberOfIterations: 12, seed: 5).Fit(named), named.Schema),
            "Nmf, weights" => (context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Rank = 3,
                MaximumNumberOfIterations = 12,
                Seed = 5,
                MissingValues = MissingValues.AreMissing,
                FeatureWeights = [.. Enumerable.Range(0, Rows.Size).Select(j => 1f + j % 2)],
            }).Fit(named), named.Schema),
            "Nmf, statistics" => (context.Transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Rank = 3,
                Beta = 1.5,
                MaximumNumberOfIterations = 4,
                Seed = 5,
                BatchSize = 16,
                KeepStatistics = true,
            }).Fit(named), named.Schema),
            "DeepNmf" or "DeepNmf, statistics" => (context.Transforms.DeepNmf(new DeepNmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                LayerOutputColumnNames = ["Fine"],
                Ranks = [5, 3],
                MaximumNumberOfIterations = 8,
                Seed = 5,
                KeepStatistics = kind != "DeepNmf",
            }).Fit(named), named.Schema),
            "NeuralNmf, text" => Neural(NeuralRows.KeyView(context, rows, NeuralRows.Group)),
            "NeuralNmf, boolean" => Neural(NeuralRows.KeyView(context, rows, i => i % 3 == 1)),
            "NeuralNmf, number" => Neural(NeuralRows.KeyView(context, rows, i => 10 * (i % 3) + 7)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

        (ITransformer, DataViewSchema) Neural(IDataView data)
        {
            var options = new NeuralNmfEstimator.Options { Ranks = [4, 3], LayerOutputColumnNames = ["Fine"], MaximumNumberOfIterations = 8 };
            NeuralNmfTransformer model = context.Transforms.NeuralNmf(NeuralRows.Options(options)).Fit(data);
            return (model, context.Transforms.SelectColumns("Features").Fit(data).GetOutputSchema(data.Schema));
        }
    }

    /// <summary>The transformer itself: loading gives a chain of one.</summary>
    public static ITransformer Single(ITransformer model) => model is IEnumerable<ITransformer> chain ? chain.Single() : model;

    /// <summary>The topics of a model, of each layer from the features on.</summary>
    public static TopicSet[] Topics(ITransformer model) => Single(model) switch
    {
        NmfTransformer nmf => [nmf.Model],
        DeepNmfTransformer deep => [.. deep.Model.Layers],
        NeuralNmfTransformer neural => [.. neural.Model.Layers],
        var other => throw new ArgumentException($"{other}", nameof(model)),
    };
}
