using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The templates A_0, …, A_L of a neural factorization, their Gram matrices, and the gradient of the loss for them.</summary>
internal sealed class LayerStack : IDisposable
{
    private readonly ComputeEngine _engine;

    /// <summary>Layers of zeros.</summary>
    public LayerStack(ComputeEngine engine, int features, IReadOnlyList<int> ranks)
    {
        _engine = engine;
        Templates = new Factor[ranks.Count];
        Gradients = new Factor[ranks.Count];
        Scratch = new Factor[ranks.Count];
        Grams = new Gram[ranks.Count];
        ScratchGrams = new Gram[ranks.Count];
        for (int i = 0; i < ranks.Count; i++)
        {
            int rows = i == 0 ? features : ranks[i - 1];
            Templates[i] = engine.Allocate(rows, ranks[i]);
            Gradients[i] = engine.Allocate(rows, ranks[i]);
            Scratch[i] = engine.Allocate(rows, ranks[i]);
            Grams[i] = engine.AllocateGram(ranks[i]);
            ScratchGrams[i] = engine.AllocateGram(ranks[i]);
        }
    }

    /// <summary>The number of layers, L + 1.</summary>
    public int Depth => Templates.Length;

    /// <summary>A_i: the rank of the layer before × the rank of this one.</summary>
    public Factor[] Templates { get; }

    /// <summary>∂L/∂A_i.</summary>
    public Factor[] Gradients { get; }

    /// <summary>Room of the shape of A_i.</summary>
    public Factor[] Scratch { get; }

    /// <summary>G_i = A_iᵀA_i, as of the last <see cref="UpdateGrams"/>.</summary>
    public Gram[] Grams { get; }

    /// <summary>Room of the shape of G_i.</summary>
    public Gram[] ScratchGrams { get; }

    /// <summary>Computes the Gram matrices of the templates as they are.</summary>
    public void UpdateGrams()
    {
        for (int i = 0; i < Depth; i++)
            _engine.Gram(Templates[i], Grams[i]);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. Templates, .. Gradients, .. Scratch])
            factor.Dispose();
        foreach (Gram gram in (Gram[])[.. Grams, .. ScratchGrams])
            gram.Dispose();
    }
}
