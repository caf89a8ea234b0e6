namespace Microsoft.ML.Nmf.Benchmarks.Trainers;

/// <summary>A column of activations under the names that trainers look for by default.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Transformer">Makes it from the words.</param>
internal sealed record ActivationColumn(string Name, ITransformer Transformer)
{
    private const string Features = "Features";
    private const string Fine = "Fine";
    private const string Topics = "Topics";
    private const string Label = "Label";

    private static readonly int[] _ranks = [50, 20];

    /// <summary>Those of the three models, each with the options it has by default but for the ranks; of several layers, all of them.</summary>
    public static IEnumerable<ActivationColumn> All(MLContext context, IDataView training)
    {
        yield return Of("`Nmf` 50", context.Transforms.Nmf(Topics, WordFeatures.Words, rank: _ranks[0]), Topics);
        yield return Of("`DeepNmf` 50, 20", context.Transforms.DeepNmf(
            new DeepNmfEstimator.Options { OutputColumnName = Topics, LayerOutputColumnNames = [Fine], InputColumnName = WordFeatures.Words, Ranks = _ranks }), Fine, Topics);
        yield return Of("`NeuralNmf` 50, 20", context.Transforms.NeuralNmf(
            new NeuralNmfEstimator.Options { OutputColumnName = Topics, LayerOutputColumnNames = [Fine], InputColumnName = WordFeatures.Words, Ranks = _ranks }), Fine, Topics);

        ActivationColumn Of(string name, IEstimator<ITransformer> factorization, params string[] columns)
            => new(name, factorization.Append(context.Transforms.Concatenate(Features, columns))
                .Append(context.Transforms.CopyColumns(Label, WordFeatures.LabelKey))
                .Append(context.Transforms.SelectColumns(Features, Label)).Fit(training));
    }

    /// <summary>The share of the test rows that a trainer's classifier gets right.</summary>
    public double Accuracy(MLContext context, IEstimator<ITransformer> trainer, IDataView training, IDataView test)
    {
        // Trainers pass over their data many times.
        IDataView cached = context.Data.Cache(Transformer.Transform(training));
        return context.MulticlassClassification.Evaluate(trainer.Fit(cached).Transform(Transformer.Transform(test))).MicroAccuracy;
    }
}
