using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The templates A_0, …, A_L of a neural factorization, their Gram matrices, and the gradient of the loss for them. Layer 0 is next to the features.
/// </summary>
internal sealed class LayerStack : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly Gram[] _grams;
    private long _versionOfGrams = -1;

    /// <summary>Templates of zeros.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="features">m.</param>
    /// <param name="ranks">r_0, …, r_L.</param>
    public LayerStack(ComputeEngine engine, int features, IReadOnlyList<int> ranks)
    {
        _engine = engine;
        Templates = Allocate(engine, features, ranks);
        Gradients = Allocate(engine, features, ranks);
        _grams = [.. ranks.Select(engine.AllocateGram)];
    }

    /// <summary>The number of layers, L + 1.</summary>
    public int Depth => Templates.Length;

    /// <summary>A_i: the width of the layer before, which is m for layer 0, × r_i. To be written by <see cref="Change"/> alone.</summary>
    public Factor[] Templates { get; }

    /// <summary>∂L/∂A_i, of the shape of A_i, as of the last differentiation.</summary>
    public Factor[] Gradients { get; }

    /// <summary>Rises with every change of the templates.</summary>
    public long Version { get; private set; }

    /// <summary>G_i = A_iᵀA_i for the templates as they are.</summary>
    public Gram[] Grams
    {
        get
        {
            for (int i = 0; _versionOfGrams != Version && i < Depth; i++)
                _engine.Gram(Templates[i], _grams[i]);
            _versionOfGrams = Version;
            return _grams;
        }
    }

    /// <summary>A factor of zeros of the shape of each A_i.</summary>
    public static Factor[] Allocate(ComputeEngine engine, int features, IReadOnlyList<int> ranks)
        => [.. ranks.Select((rank, i) => engine.Allocate(i == 0 ? features : ranks[i - 1], rank))];

    /// <summary>A factor of zeros of the shape of each A_i.</summary>
    public Factor[] AllocateLikeTemplates() => [.. Templates.Select(t => _engine.Allocate(t.Rows, t.Rank))];

    /// <summary>Changes the templates, which makes every evaluation before it stale.</summary>
    public void Change(Action<Factor[]> change)
    {
        try
        {
            change(Templates);
        }
        finally
        {
            Version++;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. Templates, .. Gradients])
            factor.Dispose();
        foreach (Gram gram in _grams)
            gram.Dispose();
    }
}

/// <summary>
/// A set of examples on its way through the layers: S_i = argmin over S ≥ 0 of ‖S_(i−1) − S A_iᵀ‖², with S_(−1) = X, one row an example. The least
/// squares of each layer start from the supports (which activations are positive) that the pass has, those of its last way through.
/// </summary>
internal sealed class LayerPass : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly bool _ownsData;
    private BackwardFactors? _backward;
    private Factor[]? _projections;

    /// <summary>Activations of zeros.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X.</param>
    /// <param name="ranks">r_0, …, r_L.</param>
    /// <param name="labels">The labelled examples among them, or null.</param>
    /// <param name="ownsData">Whether the data is released with the pass.</param>
    public LayerPass(ComputeEngine engine, DataMatrix data, IReadOnlyList<int> ranks, LabelledRows? labels, bool ownsData)
    {
        _engine = engine;
        _ownsData = ownsData;
        Data = data;
        Labels = labels;
        Activations = Allocate(ranks);
        Products = Allocate(ranks);
        ActivationGrams = [.. ranks.Select(engine.AllocateGram)];
    }

    /// <summary>X, examples × features.</summary>
    public DataMatrix Data { get; }

    /// <summary>The labelled examples among them, or null.</summary>
    public LabelledRows? Labels { get; }

    /// <summary>S_i, examples × r_i.</summary>
    public Factor[] Activations { get; }

    /// <summary>S_(i−1) A_i, examples × r_i, as of the last <see cref="Forward"/>.</summary>
    public Factor[] Products { get; }

    /// <summary>S_iᵀS_i, as of the last <see cref="Forward"/>.</summary>
    public Gram[] ActivationGrams { get; }

    /// <summary>Rises with every change of the activations.</summary>
    public long Version { get; private set; }

    /// <summary>How many rows of all layers were not solved exactly in the last <see cref="Forward"/>.</summary>
    public long UnsolvedRows { get; private set; }

    /// <summary>What back-propagation needs; a pass that is never differentiated has none.</summary>
    public BackwardFactors Backward => _backward ??= new BackwardFactors(Allocate(Ranks), Allocate(Ranks));

    /// <summary>X A_0 … A_i, examples × r_i, of the last evaluation of the reconstruction; that of layer 0 is its product.</summary>
    public Factor[] Projections => _projections ??= [Products[0], .. Allocate([.. Ranks.Skip(1)])];

    private IReadOnlyList<int> Ranks => [.. Activations.Select(activations => activations.Rank)];

    /// <summary>The entries of S_(i−1), which layer i approximates: the examples times the width of the layer before.</summary>
    public double EntriesBefore(int layer) => (double)Data.Rows * (layer == 0 ? Data.Columns : Activations[layer - 1].Rank);

    /// <summary>Solves every layer for its activations. Costs a product with the data, and with each layer's activations, and the least squares.</summary>
    public void Forward(LayerStack stack)
    {
        Version++;
        UnsolvedRows = 0;
        Gram[] grams = stack.Grams;
        for (int i = 0; i < stack.Depth; i++)
        {
            if (i == 0)
                _engine.DataProduct(Data, stack.Templates[0], Products[0]);
            else
                _engine.SmallProduct(Activations[i - 1], stack.Templates[i], Products[i]);
            UnsolvedRows += _engine.NonnegativeLeastSquares(Activations[i], grams[i], Products[i], default);
        }

        for (int i = 0; i < stack.Depth; i++)
            _engine.Gram(Activations[i], ActivationGrams[i]);
    }

    /// <summary>Takes activations from whose supports the next <see cref="Forward"/> starts.</summary>
    public void StartFrom(Factor[] activations)
    {
        Version++;
        for (int i = 0; i < activations.Length; i++)
            _engine.Copy(activations[i], Activations[i]);
    }

    /// <summary>Factors of zeros of the shapes of the activations.</summary>
    public Factor[] AllocateLikeActivations() => Allocate(Ranks);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. Activations, .. Products, .. _projections?.Skip(1) ?? []])
            factor.Dispose();
        foreach (Gram gram in ActivationGrams)
            gram.Dispose();
        _backward?.Dispose();
        if (_ownsData)
            Data.Dispose();
    }

    private Factor[] Allocate(IReadOnlyList<int> ranks) => [.. ranks.Select(rank => _engine.Allocate(Data.Rows, rank))];
}

/// <summary>The factors of back-propagation, one a layer, each examples × r_i; <see cref="NeuralLoss.Propagate"/> says what they are.</summary>
/// <param name="Gradients">D_i = ∂L/∂S_i.</param>
/// <param name="Outgoing">B_i, which layer i hands to the templates and to the layer before.</param>
internal sealed record BackwardFactors(Factor[] Gradients, Factor[] Outgoing) : IDisposable
{
    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. Gradients, .. Outgoing])
            factor.Dispose();
    }
}
