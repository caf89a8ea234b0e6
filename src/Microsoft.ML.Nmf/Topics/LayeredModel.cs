using System.ComponentModel;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What a factorization in layers has learned, as topics: layer 0 is the one next to the features, every other makes coarser topics of those of the
/// layer before.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class LayeredModel
{
    private protected LayeredModel(
        IReadOnlyList<FactorMatrix> templates, string[]? featureNames, int numberOfExamples, IReadOnlyList<ActivationMoments> moments,
        ActivationNormalization normalization)
    {
        Normalization = normalization;
        FeatureNames = featureNames;
        NumberOfExamples = numberOfExamples;
        var layers = new TopicLayer[templates.Count];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = new TopicLayer(i, templates[i], i == 0 ? null : layers[i - 1], featureNames, moments[i]);
        Layers = layers;
    }

    /// <summary>The layers, from the one next to the features to the deepest.</summary>
    public IReadOnlyList<TopicLayer> Layers { get; }

    /// <summary>The deepest layer.</summary>
    public TopicLayer Deepest => Layers[^1];

    /// <summary>The names of the features; null when the training column had no slot names.</summary>
    public IReadOnlyList<string>? FeatureNames { get; }

    /// <summary>The number of rows that it was fitted to, n; rows that were held out for validation count.</summary>
    public int NumberOfExamples { get; }

    /// <summary>How the transformer scales activations.</summary>
    public ActivationNormalization Normalization { get; }

    /// <summary>Its layers, features and examples, for one line about it.</summary>
    private protected string SizeInWords => InWords.Size([.. Layers.Select(layer => layer.Templates)], NumberOfExamples);

    /// <summary>
    /// The topics as a tree: those of the deepest layer, most prevalent first, each with the topics of the layer before that belong to it more than
    /// to any other, and so on to the features. A topic that is made of a single finer one of the same words stands for both.
    /// </summary>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <param name="minimumPrevalence">
    /// Topics whose <see cref="TopicNode.Prevalence"/> is below this are left out, with all below them. From 0, which gives every topic of every layer its own
    /// place, to below 1. 0.005 unless given; set less where the deepest layer has hundreds of topics.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="wordsPerTopic"/> is below 1, or <paramref name="minimumPrevalence"/> is negative, 1 or more, or not a number.
    /// </exception>
    public IReadOnlyList<TopicNode> GetHierarchy(int wordsPerTopic = 10, double minimumPrevalence = 0.005)
        => TopicNode.Read(Layers, wordsPerTopic, minimumPrevalence);

    /// <summary>The approximation of an example: its deepest activations times the transposed effective templates of the deepest layer.</summary>
    /// <param name="activations">
    /// The deepest activations as the transformer gives them, as many as the layer has components. With <see cref="ActivationNormalization.Shares"/> and
    /// <see cref="ActivationNormalization.UnitNorm"/>, which take away how much there is in a row, the approximation is that of a multiple of the row.
    /// </param>
    /// <returns>One value a feature.</returns>
    /// <exception cref="ArgumentException">There is another number of activations.</exception>
    public float[] Reconstruct(ReadOnlySpan<float> activations) => Deepest.EffectiveTemplates.CombineColumns(ScaleOf(Deepest).Undo(activations));

    /// <summary>Gives the topics of each layer the names that a model file has for them.</summary>
    internal void Restore(string?[][] givenNames)
    {
        foreach (TopicLayer layer in Layers)
            layer.Restore(givenNames[layer.Index]);
    }

    /// <summary>What scales the activations of a layer.</summary>
    internal ActivationScale ScaleOf(TopicLayer layer) => ActivationScale.Of(Normalization, layer.Moments.MeanSquares, () => layer.EffectiveTemplates);
}
