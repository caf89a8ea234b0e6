namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>The factorizations that the comparison fits.</summary>
internal sealed class FewLabelsModels(MLContext context, int seed)
{
    public static readonly int[] Ranks = [50, 20];

    private const int Epochs = 40;

    private const string AllLayers = "AllLayers";
    private const string Fine = "Fine";
    private const string Topics = "Topics";
    private const string Together = "WordsAndTopics";

    // A few texts have far fewer words than there are weights, and want next to no penalty; many texts want one.
    private const int ManyLabels = 5000;

    // Hundreds of thousands of features, of which a classifier with the usual options takes minutes.
    private static readonly (int, int) _iterationsOfManyFeatures = (30, 5);

    /// <summary>The words themselves.</summary>
    public static Representation Words(int labels) => new(WordFeatures.Words, PenaltyOfWords(labels));

    /// <summary>What ML.NET makes of texts by default: words, pairs of words, and sequences of characters.</summary>
    public Representation FeaturizedText(IDataView training)
        => new(Together, null, context.Transforms.Text.FeaturizeText(Together, nameof(WordRow.Text)).Fit(training), _iterationsOfManyFeatures);

    /// <summary>The topics of ML.NET's latent Dirichlet allocation of how often words occur.</summary>
    public Representation DirichletAllocation(IDataView training)
        => new(Topics, null, context.Transforms.Text.LatentDirichletAllocation(Topics, nameof(WordRow.Counts), numberOfTopics: Ranks[0]).Fit(training));

    /// <summary>ML.NET's principal components of the words.</summary>
    public Representation PrincipalComponents(IDataView training)
        => new(Topics, null, context.Transforms.ProjectToPrincipalComponents(Topics, WordFeatures.Words, rank: Ranks[0], seed: seed).Fit(training));

    /// <summary>Words and the activations of an ordinary factorization side by side, the activations of each text of length 1 as its words are.</summary>
    public Representation WordsAndTopics(IDataView training) => new(Together, null, context.Transforms.Nmf(new NmfEstimator.Options
    {
        OutputColumnName = Topics,
        InputColumnName = WordFeatures.Words,
        Rank = Ranks[0],
        Normalization = ActivationNormalization.UnitNorm,
        Seed = seed,
    }).Append(context.Transforms.Concatenate(Together, WordFeatures.Words, Topics)).Fit(training));

    /// <summary>The penalty that was best for words on other seeds.</summary>
    public static float PenaltyOfWords(int labels) => labels < ManyLabels ? 1e-5f : 0.1f;

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
