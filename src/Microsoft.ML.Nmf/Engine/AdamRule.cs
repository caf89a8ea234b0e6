namespace Microsoft.ML.Nmf.Engine;

/// <summary>The numbers of one step of Adam (Kingma and Ba 2015).</summary>
/// <param name="LearningRate">α, above 0.</param>
/// <param name="FirstDecay">β₁, from 0 to below 1.</param>
/// <param name="SecondDecay">β₂, from 0 to below 1.</param>
/// <param name="Epsilon">ε, above 0.</param>
/// <param name="Step">t, from 1 on.</param>
internal readonly record struct AdamRule(double LearningRate, double FirstDecay, double SecondDecay, double Epsilon, int Step)
{
    /// <summary>The least ε that counts: squares of gradients below it are zeros in float32, and a smaller one would not bound the steps.</summary>
    public const float LeastEpsilon = 1e-19f;

    /// <summary>1 / (1 − β₁ᵗ).</summary>
    public double FirstCorrection => 1 / (1 - Math.Pow(FirstDecay, Step));

    /// <summary>1 / (1 − β₂ᵗ).</summary>
    public double SecondCorrection => 1 / (1 - Math.Pow(SecondDecay, Step));
}
