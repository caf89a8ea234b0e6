using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf;

/// <summary>What a deep factorization has learned. It is saved with its transformer and complete after loading.</summary>
public sealed class DeepNmfModel
{
    internal DeepNmfModel(IReadOnlyList<FactorMatrix> templates, string[]? featureNames, double beta, int numberOfExamples, double[] activationSums, IReadOnlyList<TrainingPhase> phases)
    {
        FeatureNames = featureNames;
        Beta = beta;
        NumberOfExamples = numberOfExamples;
        Phases = phases;
        var layers = new TopicLayer[templates.Count];
        double[][] sums = SumsOfLayers(templates, activationSums);
        for (int i = 0; i < layers.Length; i++)
            layers[i] = new TopicLayer(i, templates[i], i == 0 ? null : layers[i - 1], featureNames, sums[i]);
        Layers = layers;
    }

    /// <summary>The layers, from the one next to the features to the deepest.</summary>
    public IReadOnlyList<TopicLayer> Layers { get; }

    /// <summary>The deepest layer, whose activations the transformer finds.</summary>
    public TopicLayer Deepest => Layers[^1];

    /// <summary>The names of the features; null when the training column had no slot names.</summary>
    public IReadOnlyList<string>? FeatureNames { get; }

    /// <summary>β of the divergence that was minimised.</summary>
    public double Beta { get; }

    /// <summary>The number of rows that it was trained on, n.</summary>
    public int NumberOfExamples { get; }

    /// <summary>How each part of the training went: the layers one by one where they were pre-trained, then all together.</summary>
    public IReadOnlyList<TrainingPhase> Phases { get; }

    /// <summary>D_β(X ‖ H W_Lᵀ … W_1ᵀ) at the end of the training, summed over all entries of the training data (<see cref="BetaDivergence"/>).</summary>
    public double ReconstructionError => Phases[^1].History.Last.Divergence;

    /// <summary>
    /// The topics as a tree: those of the deepest layer, most prevalent first, each with the topics of the layer before that belong to it more than to any other, and so on to the features.
    /// </summary>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    public IReadOnlyList<TopicNode> GetHierarchy(int wordsPerTopic = 10) => TopicHierarchy.Read(Layers, wordsPerTopic);

    /// <summary>The approximation of an example: its deepest activations times the transposed effective templates of the deepest layer.</summary>
    /// <param name="activations">The activations, as many as the deepest layer has components.</param>
    /// <returns>One value a feature.</returns>
    /// <exception cref="ArgumentException">There is another number of activations.</exception>
    public float[] Reconstruct(ReadOnlySpan<float> activations) => Deepest.EffectiveTemplates.CombineColumns(activations);

    // H_(i−1) = H_i W_iᵀ, so their column sums follow from each other.
    private static double[][] SumsOfLayers(IReadOnlyList<FactorMatrix> templates, double[] deepest)
    {
        var sums = new double[templates.Count][];
        sums[^1] = deepest;
        for (int i = templates.Count - 1; i > 0; i--)
        {
            sums[i - 1] = new double[templates[i].Rows];
            for (int l = 0; l < templates[i].Rows; l++)
            {
                for (int k = 0; k < templates[i].Columns; k++)
                    sums[i - 1][l] += sums[i][k] * templates[i][l, k];
            }
        }

        return sums;
    }
}
