namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>The factorizations that the comparison fits.</summary>
internal sealed class FewLabelsModels(MLContext context, int seed)
{
    public static readonly int[] Ranks = [50, 20];

    private const int Epochs = 40;

    private const string AllLayers = "AllLayers";
    private const string Fine = "Fine";
    private const string Topics = "Topics";

    // A few texts have far fewer words than there are weights, and want next to no penalty; many texts want one.
    private const int ManyLabels = 5000;

    /// <summary>The words themselves.</summary>
    public static Representation Words(int labels) => new(WordFeatures.Words, labels < ManyLabels ? 1e-5f : 0.1f);

    /// <summary>The activations of an ordinary factorization.</summary>
    public Representation Nmf(IDataView training) => new(Topics, null, context.Transforms.Nmf(new NmfEstimator.Options
    {
        OutputColumnName = Topics,
        InputColumnName = WordFeatures.Words,
        Rank = Ranks[0],
        Seed = seed,
    }).Fit(training));

    /// <summary>A neural factorization, guided by the labels of the texts where asked to.</summary>
    public NeuralNmfTransformer Neural(IDataView training, bool withLabels)
        => context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = Topics,
            LayerOutputColumnNames = [Fine],
            InputColumnName = WordFeatures.Words,
            LabelColumnName = withLabels ? WordFeatures.LabelKey : null,
            Ranks = Ranks,
            MaximumNumberOfIterations = Epochs,
            Tolerance = 0,
            Seed = seed,
        }).Fit(training);

    /// <summary>The activations of all layers of a neural factorization.</summary>
    public Representation Layers(NeuralNmfTransformer neural, IDataView training)
    {
        ITransformer concatenation = context.Transforms.Concatenate(AllLayers, Fine, Topics).Fit(neural.Transform(training));
        return new(AllLayers, null, neural.Append(concatenation));
    }

    /// <summary>The share of the test texts that a neural factorization's own scores get right.</summary>
    public double OwnAccuracy(NeuralNmfTransformer neural, IDataView test)
        => context.MulticlassClassification.Evaluate(neural.Transform(test), labelColumnName: WordFeatures.LabelKey).MicroAccuracy;
}
