using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>What a factorization is to be; every value already validated.</summary>
internal sealed record NmfSettings
{
    /// <summary>The number of components, at least 1.</summary>
    public required int Rank { get; init; }

    /// <summary>β of the divergence.</summary>
    public double Beta { get; init; } = BetaDivergence.Euclidean;

    /// <summary>How to compute it; not <see cref="NmfSolver.Automatic"/>.</summary>
    public NmfSolver Solver { get; init; } = NmfSolver.CoordinateDescent;

    /// <summary>Where to start, unless <see cref="InitialTemplates"/> says.</summary>
    public NmfInitialization Initialization { get; init; } = NmfInitialization.Nndsvd;

    /// <summary>Templates to start from, m × r, or null.</summary>
    public FactorMatrix? InitialTemplates { get; init; }

    /// <summary>Activations to start from, n × r, or null to fit them to the initial templates.</summary>
    public FactorMatrix? InitialActivations { get; init; }

    /// <summary>Whether the initial templates are kept, and only activations are fitted to them.</summary>
    public bool AreTemplatesFixed { get; init; }

    /// <summary>What is being trained, in a few words.</summary>
    public string Phase { get; init; } = "NMF";

    /// <summary>When to stop.</summary>
    public StoppingRule Stopping { get; init; } = new(200, 1e-4);

    /// <summary>The penalty on the templates.</summary>
    public Penalty TemplatePenalty { get; init; }

    /// <summary>The penalty on the activations.</summary>
    public Penalty ActivationPenalty { get; init; }

    /// <summary>The seed of what is random.</summary>
    public int Seed { get; init; }
}
