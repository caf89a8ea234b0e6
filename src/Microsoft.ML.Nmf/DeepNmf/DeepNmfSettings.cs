using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.DeepNmf;

/// <summary>One layer of a deep factorization, as it is to be.</summary>
/// <param name="Rank">Its components, at least 1 and at most those of the layer before.</param>
/// <param name="Penalty">The penalty on its templates.</param>
/// <param name="IsFixed">Whether the joint training leaves its templates as they start.</param>
/// <param name="InitialTemplates">Templates to start from, or null.</param>
internal sealed record DeepNmfLayerSettings(int Rank, Penalty Penalty, bool IsFixed, FactorMatrix? InitialTemplates);

/// <summary>What a deep factorization is to be; every value already validated.</summary>
internal sealed record DeepNmfSettings
{
    /// <summary>The layers, from the one next to the features to the deepest.</summary>
    public required IReadOnlyList<DeepNmfLayerSettings> Layers { get; init; }

    /// <summary>β of the divergence.</summary>
    public double Beta { get; init; } = BetaDivergence.Euclidean;

    /// <summary>Where layers without initial templates start.</summary>
    public DeepNmfInitialization Initialization { get; init; }

    /// <summary>The deepest activations to start from, n × the deepest rank, together with all initial templates; or null.</summary>
    public FactorMatrix? InitialActivations { get; init; }

    /// <summary>The penalty on the deepest activations.</summary>
    public Penalty ActivationPenalty { get; init; }

    /// <summary>When the training of one layer stops.</summary>
    public StoppingRule Pretraining { get; init; } = new(50, 1e-4, IsBudget: true);

    /// <summary>When the joint training stops.</summary>
    public StoppingRule Joint { get; init; } = new(200, 1e-4);

    /// <summary>The seed of what is random.</summary>
    public int Seed { get; init; }
}
