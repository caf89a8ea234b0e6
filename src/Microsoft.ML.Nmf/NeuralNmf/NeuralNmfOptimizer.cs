using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>How the templates of a neural factorization are trained. After every step they are projected to be at least 0.</summary>
public abstract record NeuralNmfOptimizer
{
    private protected NeuralNmfOptimizer()
    {
    }

    /// <summary>
    /// Steps in the metric of each layer's activations, along the gradient, as long as the loss allows: nothing to tune, the same on data of any scale, and the loss never rises. The
    /// columns of the templates keep the norms that they start with, which otherwise would grow without end, because they make the losses of the layers above small.
    /// </summary>
    public static NeuralNmfOptimizer Automatic { get; } = new AutomaticOptimizer();

    /// <summary>A ← max(A − rate ∂L/∂A, 0), with rate = learningRate · decay^epoch.</summary>
    /// <param name="learningRate">The rate of the first epoch, above 0. Right ones range from 0.1 to 1e10, with the scale of the data.</param>
    /// <param name="decay">By what the rate is multiplied after each epoch, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static NeuralNmfOptimizer ProjectedGradient(double learningRate, double decay = 1) => new ProjectedGradientOptimizer(
        OptionRange.Positive(learningRate, nameof(learningRate)),
        decay is > 0 and <= 1 ? decay : throw new ArgumentOutOfRangeException(nameof(decay), decay, $"decay is {decay}, but must be above 0 and at most 1."));

    /// <summary>Adam (Kingma and Ba 2015, algorithm 1), projected.</summary>
    /// <param name="learningRate">α: about how far an entry moves in a step, above 0.</param>
    /// <param name="firstDecay">β₁, from 0 to below 1.</param>
    /// <param name="secondDecay">β₂, from 0 to below 1.</param>
    /// <param name="epsilon">ε, above 0; the gradients of small data may need a smaller one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static NeuralNmfOptimizer Adam(double learningRate = 1e-3, double firstDecay = 0.9, double secondDecay = 0.999, double epsilon = 1e-8) => new AdamOptimizer(
        OptionRange.Positive(learningRate, nameof(learningRate)), OptionRange.Share(firstDecay, nameof(firstDecay)), OptionRange.Share(secondDecay, nameof(secondDecay)),
        OptionRange.Positive(epsilon, nameof(epsilon)));
}

internal sealed record AutomaticOptimizer : NeuralNmfOptimizer;

internal sealed record ProjectedGradientOptimizer(double LearningRate, double Decay) : NeuralNmfOptimizer;

internal sealed record AdamOptimizer(double LearningRate, double FirstDecay, double SecondDecay, double Epsilon) : NeuralNmfOptimizer;
