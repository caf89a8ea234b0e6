using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Class scores that are linear in the features of a row and in its topics: z = V_xᵀ x/‖x‖ + Σ_i V_iᵀ √(s_i/Σs_i) + b, with x the features and s_i the activations
/// of layer i; probabilities are the softmax of z times the sharpness.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class LinearScores
{
    private readonly NeuralNmfLabelLoss _loss;

    internal LinearScores(FactorMatrix featureWeights, IReadOnlyList<FactorMatrix> topicWeights, IReadOnlyList<float> bias, double sharpness, NeuralNmfLabelLoss loss)
    {
        FeatureWeights = featureWeights;
        TopicWeights = topicWeights;
        Bias = bias;
        Sharpness = sharpness;
        _loss = loss;
    }

    /// <summary>V_x, features × classes; its values may be negative.</summary>
    public FactorMatrix FeatureWeights { get; }

    /// <summary>V_i, (rank of layer i) × classes, for each layer from the features on.</summary>
    public IReadOnlyList<FactorMatrix> TopicWeights { get; }

    /// <summary>b, one value a class.</summary>
    public IReadOnlyList<float> Bias { get; }

    /// <summary>What z is multiplied by before the softmax, above 0, so that probabilities are right on rows that were not trained on.</summary>
    public double Sharpness { get; }

    /// <summary>The number of classes and what the scores come from, in a few words for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Bias.Count:N0} {(Bias.Count == 1 ? "class" : "classes")} by {FeatureWeights.Rows:N0} features and the topics of {TopicWeights.Count} layers");

    /// <summary>The same for topics in another order: the topic that was order[i][k] of layer i becomes its topic k.</summary>
    internal LinearScores InOrder(int[][] order)
    {
        FactorMatrix[] topics = [.. TopicWeights.Select((weights, i) => FactorMatrix.TakeOver(
            [.. order[i].SelectMany(from => weights.Row(from).ToArray())], weights.Rows, weights.Columns))];
        return new(FeatureWeights, topics, Bias, Sharpness, _loss);
    }

    /// <summary>Computes the scores of a row.</summary>
    /// <param name="features">The features with a value.</param>
    /// <param name="values">Their values.</param>
    /// <param name="activations">The activations of each layer, as least squares gives them.</param>
    /// <param name="sums">Working memory, one value a class.</param>
    /// <param name="scores">Receives one score a class.</param>
    /// <returns>The class with the highest score, the first of several.</returns>
    internal int Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float[][] activations, Span<double> sums, Span<float> scores)
    {
        for (int c = 0; c < sums.Length; c++)
            sums[c] = Bias[c];
        double length = InverseNorm(values);
        for (int j = 0; j < features.Length; j++)
            AddScaled(FeatureWeights.Row(features[j]), length * values[j], sums);
        for (int i = 0; i < activations.Length; i++)
        {
            double total = Total(activations[i]);
            for (int k = 0; k < activations[i].Length; k++)
            {
                if (activations[i][k] > 0)
                    AddScaled(TopicWeights[i].Row(k), RootOfShare(activations[i][k], total), sums);
            }
        }

        int best = 0;
        for (int c = 1; c < sums.Length; c++)
        {
            if (sums[c] > sums[best])
                best = c;
        }

        double largest = sums[best], sum = 1;
        if (_loss == NeuralNmfLabelLoss.CrossEntropy)
        {
            sum = 0;
            for (int c = 0; c < sums.Length; c++)
                sum += sums[c] = Math.Exp(Sharpness * (sums[c] - largest));
        }

        for (int c = 0; c < sums.Length; c++)
            scores[c] = (float)(sums[c] / sum);
        return best;
    }

    /// <summary>1/‖x‖; 0 for zeros.</summary>
    internal static double InverseNorm(ReadOnlySpan<float> values)
    {
        double squares = 0;
        foreach (float value in values)
            squares += (double)value * value;
        return squares > 0 ? 1 / Math.Sqrt(squares) : 0;
    }

    /// <summary>The sum of activations.</summary>
    internal static double Total(ReadOnlySpan<float> activations)
    {
        double total = 0;
        foreach (float value in activations)
            total += value;
        return total;
    }

    /// <summary>√(activation/total); 0 where the total is.</summary>
    internal static double RootOfShare(float activation, double total) => total > 0 ? Math.Sqrt(activation / total) : 0;

    private static void AddScaled(ReadOnlySpan<float> weights, double factor, Span<double> sums)
    {
        for (int c = 0; c < sums.Length; c++)
            sums[c] += factor * weights[c];
    }
}
