namespace Microsoft.ML.Nmf;

/// <summary>The classification layer B of a neural factorization that was trained with labels: the scores of a row are B s, with s its deepest activations.</summary>
public sealed class NeuralNmfClassifier
{
    internal NeuralNmfClassifier(FactorMatrix weights, NeuralNmfLabelLoss loss, IReadOnlyList<string>? classNames)
    {
        Weights = weights;
        Loss = loss;
        ClassNames = classNames;
    }

    /// <summary>B, classes × deepest rank; its values may be negative.</summary>
    public FactorMatrix Weights { get; }

    /// <summary>What it was trained by.</summary>
    public NeuralNmfLabelLoss Loss { get; }

    /// <summary>The names of the classes, as text; null when the label column had no key values.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The scores of a row: probabilities that add up to 1 for <see cref="NeuralNmfLabelLoss.CrossEntropy"/>, B s itself for <see cref="NeuralNmfLabelLoss.SquaredError"/>.</summary>
    /// <param name="activations">The deepest activations.</param>
    /// <param name="scores">Receives one score a class.</param>
    /// <returns>The class with the highest score, the first of several.</returns>
    /// <exception cref="ArgumentException">There are not as many activations as <see cref="Weights"/> has columns, or not as many scores as it has rows.</exception>
    public int Score(ReadOnlySpan<float> activations, Span<float> scores)
    {
        if (activations.Length != Weights.Columns)
            throw new ArgumentException($"There are {activations.Length} activations, but the deepest layer has {Weights.Columns} components.", nameof(activations));
        if (scores.Length != Weights.Rows)
            throw new ArgumentException($"There is room for {scores.Length} scores, but there are {Weights.Rows} classes.", nameof(scores));
        int best = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            ReadOnlySpan<float> weights = Weights.Row(c);
            double sum = 0;
            for (int k = 0; k < weights.Length; k++)
                sum += (double)weights[k] * activations[k];
            scores[c] = (float)sum;
            if (scores[c] > scores[best])
                best = c;
        }

        if (Loss == NeuralNmfLabelLoss.CrossEntropy)
            ToProbabilities(scores, scores[best]);
        return best;
    }

    private static void ToProbabilities(Span<float> scores, double largest)
    {
        double sum = 0;
        foreach (float score in scores)
            sum += Math.Exp(score - largest);
        for (int c = 0; c < scores.Length; c++)
            scores[c] = (float)(Math.Exp(scores[c] - largest) / sum);
    }
}
