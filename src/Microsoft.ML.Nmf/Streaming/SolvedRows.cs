using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>Rows in engine memory, which stay the caller's, with their activations.</summary>
internal sealed class SolvedRows : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly ChainSettings _settings;

    /// <summary>Solves for the activations with the templates held.</summary>
    public SolvedRows(ComputeEngine engine, DataMatrix data, Factor templates, ChainSettings settings)
    {
        _engine = engine;
        _settings = settings;
        Data = data;
        Activations = engine.Allocate(data.Rows, templates.Rank);
        engine.SolveActivations(Data, templates, settings.Activations, Activations);
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

    /// <inheritdoc />
    public void Dispose() => Activations.Dispose();
}
