using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// A set of examples on its way through the layers: S_i = argmin over S ≥ 0 of ‖S_(i−1) − S A_iᵀ‖², with S_(−1) = X, one row an example. Every layer starts from the supports
/// that it ended with the time before.
/// </summary>
internal sealed class LayerPass : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly bool _ownsData;

    /// <summary>Room for a pass over the data; supports are empty.</summary>
    public LayerPass(ComputeEngine engine, DataMatrix data, IReadOnlyList<int> ranks, LabelledRows? labels, bool ownsData)
    {
        _engine = engine;
        _ownsData = ownsData;
        Data = data;
        Labels = labels;
        Activations = [.. ranks.Select(rank => engine.Allocate(data.Rows, rank))];
        Products = [.. ranks.Select(rank => engine.Allocate(data.Rows, rank))];
        Backward = [.. ranks.Select(rank => engine.Allocate(data.Rows, rank))];
        Scratch = [.. ranks.Select(rank => engine.Allocate(data.Rows, rank))];
        ActivationGrams = [.. ranks.Select(engine.AllocateGram)];
    }

    /// <summary>X.</summary>
    public DataMatrix Data { get; }

    /// <summary>The labelled examples among them, or null.</summary>
    public LabelledRows? Labels { get; }

    /// <summary>S_i, examples × rank.</summary>
    public Factor[] Activations { get; }

    /// <summary>S_(i−1) A_i, examples × rank.</summary>
    public Factor[] Products { get; }

    /// <summary>What the backward pass hands from a layer to the one before, examples × rank.</summary>
    public Factor[] Backward { get; }

    /// <summary>Room of the shape of S_i.</summary>
    public Factor[] Scratch { get; }

    /// <summary>S_iᵀS_i, as of the last <see cref="UpdateActivationGrams"/>.</summary>
    public Gram[] ActivationGrams { get; }

    /// <summary>Entries of what layer i approximates: examples × the width of the layer before.</summary>
    public double EntriesBefore(int layer) => (double)Data.Rows * (layer == 0 ? Data.Columns : Activations[layer - 1].Rank);

    /// <summary>Solves every layer for its activations; the stack's Gram matrices must be up to date.</summary>
    public void Forward(LayerStack stack)
    {
        for (int i = 0; i < stack.Depth; i++)
        {
            if (i == 0)
                _engine.Product(Data, stack.Templates[0], Products[0]);
            else
                _engine.Product(Activations[i - 1], stack.Templates[i], Products[i]);
            _engine.NonnegativeLeastSquares(Activations[i], stack.Grams[i], Products[i], default);
        }
    }

    /// <summary>Computes the Gram matrices of the activations as they are.</summary>
    public void UpdateActivationGrams()
    {
        for (int i = 0; i < Activations.Length; i++)
            _engine.Gram(Activations[i], ActivationGrams[i]);
    }

    /// <summary>How far the activations of any layer and example are from minimising (<see cref="ComputeEngine.OptimalityResidual"/>).</summary>
    public double OptimalityResidual(LayerStack stack)
    {
        double worst = 0;
        for (int i = 0; i < stack.Depth; i++)
            worst = Math.Max(worst, _engine.OptimalityResidual(Activations[i], stack.Grams[i], Products[i]));
        return worst;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. Activations, .. Products, .. Backward, .. Scratch])
            factor.Dispose();
        foreach (Gram gram in ActivationGrams)
            gram.Dispose();
        if (_ownsData)
            Data.Dispose();
    }
}
