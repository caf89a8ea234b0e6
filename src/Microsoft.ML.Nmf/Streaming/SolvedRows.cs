using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>Rows in engine memory, which stay the caller's, with their activations.</summary>
internal sealed class SolvedRows : IDisposable
{
    // Sweeps of coordinate descent for the rows of a batch; the engine ends those that gain little.
    private const int Sweeps = 10;

    private readonly ComputeEngine _engine;
    private readonly ChainSettings _settings;
    private readonly Factor _templates;
    private readonly Factor? _product;

    /// <summary>Solves for the activations with the templates held.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">X.</param>
    /// <param name="templates">V.</param>
    /// <param name="gramOfTemplates">VᵀV, where <see cref="ChainSettings.IsEuclidean"/>.</param>
    /// <param name="settings">How they are found.</param>
    /// <param name="isExact">Whether they are those of transforming, rather than near them.</param>
    public SolvedRows(ComputeEngine engine, DataMatrix data, Factor templates, Gram? gramOfTemplates, ChainSettings settings, bool isExact)
    {
        (_engine, _settings, _templates) = (engine, settings, templates);
        Data = data;
        Activations = engine.Allocate(data.Rows, templates.Rank);
        ActivationSettings solving = settings.Activations;
        if (gramOfTemplates is null)
        {
            if (isExact || settings.Beta != BetaDivergence.KullbackLeibler)
                engine.SolveActivations(data, templates, solving, Activations);
            else
                BatchActivations.Approach(engine, data, templates, solving, Activations);
            return;
        }

        _product = engine.Allocate(data.Rows, templates.Rank);
        var penalty = new Penalty(solving.L1, solving.L2);
        engine.DataProduct(data, templates, _product);
        if (isExact)
            engine.NonnegativeLeastSquares(Activations, gramOfTemplates, _product, penalty);
        else
            engine.CoordinateDescent(Activations, gramOfTemplates, _product, penalty, Sweeps);
    }

    /// <summary>X.</summary>
    public DataMatrix Data { get; }

    /// <summary>H.</summary>
    public Factor Activations { get; }

    /// <summary>The penalty on H.</summary>
    public double Penalty
    {
        get
        {
            float[]? weights = Data.Examples.Weights is { Beta: null } direct ? direct.Rows : null;
            return _engine.PenaltyOf(Activations, new Penalty(_settings.Activations.L1, _settings.Activations.L2), weights);
        }
    }

    /// <summary>The divergence of the rows.</summary>
    /// <param name="gramOfActivations">HᵀH, where <see cref="ChainSettings.IsEuclidean"/>.</param>
    /// <param name="gramOfTemplates">VᵀV, likewise.</param>
    public double Divergence(Gram gramOfActivations, Gram gramOfTemplates)
        => _product is null
            ? _engine.Divergence(Data, Activations, _templates, _settings.Beta)
            : new FactorPair(Data, _templates, Activations).EuclideanDivergence(
                _engine, _engine.Inner(_product, Activations), gramOfActivations, gramOfTemplates, isCompared: false);

    /// <inheritdoc />
    public void Dispose()
    {
        Activations.Dispose();
        _product?.Dispose();
    }
}
