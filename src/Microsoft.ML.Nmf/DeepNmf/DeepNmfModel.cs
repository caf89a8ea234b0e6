using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>What a deep factorization X ≈ H W_Lᵀ … W_1ᵀ W_0ᵀ has learned. It is saved with its transformer and complete after loading.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class DeepNmfModel : LayeredModel
{
    internal DeepNmfModel(
        IReadOnlyList<FactorMatrix> templates,
        string[]? featureNames,
        double beta,
        int numberOfExamples,
        IReadOnlyList<ActivationMoments> moments,
        ActivationNormalization normalization,
        IReadOnlyList<TrainingPhase> phases)
        : base(templates, featureNames, numberOfExamples, moments, normalization)
    {
        Beta = beta;
        Phases = phases;
    }

    /// <summary>β of the divergence that was minimised.</summary>
    public double Beta { get; }

    /// <summary>How each part of the training went: the layers one by one where they were pre-trained, then all together.</summary>
    public IReadOnlyList<TrainingPhase> Phases { get; }

    /// <summary>How the training of all layers together went.</summary>
    public TrainingHistory History => Phases[^1].History;

    /// <summary>D_β(X ‖ H W_Lᵀ … W_0ᵀ) at the end of the training, summed over all entries of the training data (<see cref="BetaDivergence"/>).</summary>
    public double ReconstructionError => History.Last.Divergence;

    /// <summary>Its size, β, and how the training of all layers together ended, in one line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Deep NMF, {SizeInWords}, beta {Beta}, {TrainingSummary.Of(History, "error", ReconstructionError, "iteration")}");
}
