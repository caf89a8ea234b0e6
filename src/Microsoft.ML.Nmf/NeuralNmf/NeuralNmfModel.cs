using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf;

/// <summary>What a neural factorization has learned. It is saved with its transformer and complete after loading.</summary>
public sealed class NeuralNmfModel
{
    internal NeuralNmfModel(IReadOnlyList<FactorMatrix> templates, IReadOnlyList<double[]> activationSums, string[]? featureNames, int numberOfExamples, NeuralNmfLoss loss,
        IReadOnlyList<TrainingPhase> phases, IReadOnlyList<NeuralNmfEpoch> history, NeuralNmfClassifier? classifier)
    {
        FeatureNames = featureNames;
        NumberOfExamples = numberOfExamples;
        Loss = loss;
        Phases = phases;
        History = history;
        Classifier = classifier;
        var layers = new TopicLayer[templates.Count];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = new TopicLayer(i, templates[i], i == 0 ? null : layers[i - 1], featureNames, activationSums[i]);
        Layers = layers;
    }

    /// <summary>The layers, from the one next to the features to the deepest. Their templates are the A_i.</summary>
    public IReadOnlyList<TopicLayer> Layers { get; }

    /// <summary>The deepest layer.</summary>
    public TopicLayer Deepest => Layers[^1];

    /// <summary>The names of the features; null when the training column had no slot names.</summary>
    public IReadOnlyList<string>? FeatureNames { get; }

    /// <summary>The number of rows that it was fitted to, n, those that were held out for validation included.</summary>
    public int NumberOfExamples { get; }

    /// <summary>What was minimised.</summary>
    public NeuralNmfLoss Loss { get; }

    /// <summary>The classification layer; null where it was trained without labels.</summary>
    public NeuralNmfClassifier? Classifier { get; }

    /// <summary>How each part of the training went: the layers one by one where they were pre-trained, then all together.</summary>
    public IReadOnlyList<TrainingPhase> Phases { get; }

    /// <summary>The epochs of the training of all layers together, from the start (epoch 0) on.</summary>
    public IReadOnlyList<NeuralNmfEpoch> History { get; }

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
}
