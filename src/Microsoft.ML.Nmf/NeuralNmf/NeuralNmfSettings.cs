using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>What a neural factorization is to be; every value already validated.</summary>
internal sealed record NeuralNmfSettings
{
    /// <summary>The components of each layer, from the one next to the features to the deepest.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>Templates to start from, null for layers without; or null for none at all.</summary>
    public IReadOnlyList<FactorMatrix?>? InitialTemplates { get; init; }

    /// <summary>Where the other layers start.</summary>
    public NeuralNmfInitialization Initialization { get; init; }

    /// <summary>What is minimised.</summary>
    public NeuralNmfLoss Loss { get; init; }

    /// <summary>The number of classes, 0 without labels.</summary>
    public int Classes { get; init; }

    /// <summary>How far scores are from labels.</summary>
    public NeuralNmfLabelLoss LabelLoss { get; init; }

    /// <summary>λ, the weight of the label loss in units of the mean of the squared data.</summary>
    public double LabelWeight { get; init; } = 0.02;

    /// <summary>ρ, the weight of ½ mean(X²) r_L ‖B‖² in the label loss.</summary>
    public double ScoreRegularization { get; init; } = 3e-4;

    /// <summary>How the templates are trained.</summary>
    public NeuralNmfOptimizer Optimizer { get; init; } = NeuralNmfOptimizer.Automatic;

    /// <summary>The rows of a mini-batch; null trains on all rows at once.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The share of the rows that is held out to decide when to stop, 0 for none.</summary>
    public double ValidationFraction { get; init; }

    /// <summary>The epochs without a lower validation loss after which the training ends.</summary>
    public int ValidationPatience { get; init; } = 5;

    /// <summary>When the training of one layer stops.</summary>
    public StoppingRule Pretraining { get; init; } = new(50, 1e-4, IsBudget: true);

    /// <summary>When the training stops.</summary>
    public StoppingRule Stopping { get; init; } = new(200, 1e-4);

    /// <summary>The seed of what is random.</summary>
    public int Seed { get; init; }
}
