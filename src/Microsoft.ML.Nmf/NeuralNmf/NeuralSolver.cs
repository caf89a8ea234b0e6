using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The epochs of a neural factorization; with held-out rows it keeps the templates that were best for them.</summary>
internal sealed class NeuralSolver : IIterativeSolver, IDisposable
{
    private readonly NeuralProblem _problem;
    private readonly IReadOnlyList<LayerPass> _passes;
    private readonly LayerPass? _validation;
    private readonly int _patience;
    private readonly EpochStep _step;
    private readonly Action _checkAlive;
    private readonly List<NeuralNmfEpoch> _epochs = [];
    private NeuralLossValue? _current;
    private (double Loss, FactorMatrix[] Templates, double[]? Classification, int Epoch)? _best;

    /// <summary>Begins where the layers are.</summary>
    public NeuralSolver(NeuralProblem problem, IReadOnlyList<LayerPass> passes, LayerPass? validation, NeuralNmfSettings settings, Action checkAlive)
    {
        _problem = problem;
        _passes = passes;
        _validation = validation;
        _patience = settings.ValidationPatience;
        _step = EpochStep.Create(problem, settings);
        _checkAlive = checkAlive;
    }

    /// <summary>Every epoch so far, from the start on; the seconds are left to the training's own clock.</summary>
    public IReadOnlyList<NeuralNmfEpoch> Epochs => _epochs;

    /// <inheritdoc />
    public bool IsFinished => _step.IsExhausted || (_best is { } best && _epochs.Count - 1 - best.Epoch >= _patience);

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate()
    {
        _current ??= _problem.Evaluate(_passes, train: true);
        NeuralLossValue value = _current.Value;
        double residual = _passes.Max(pass => pass.OptimalityResidual(_problem.Stack));
        double validation = Validate();
        _epochs.Add(new NeuralNmfEpoch(_epochs.Count, value.Total, value.Layers, value.Label, validation, _step.LearningRate, residual, 0));
        return (value.Total, value.Layers.Sum());
    }

    /// <inheritdoc />
    public void Advance()
    {
        if (_validation is not null)
            _problem.Classification?.Take(_passes);
        _current = _step.Run(_passes, _current!.Value, _checkAlive);
    }

    /// <summary>Goes back to the templates that were best for the held-out rows, if there are any.</summary>
    public void TakeBest()
    {
        if (_best is not { } best || best.Epoch == _epochs.Count - 1)
            return;
        for (int i = 0; i < best.Templates.Length; i++)
            _problem.Stack.Templates[i].CopyFrom(best.Templates[i].Values);
        best.Classification?.CopyTo(_problem.Classification!.Weights, 0);
        _problem.Evaluate(_passes, train: false);
    }

    /// <inheritdoc />
    public void Dispose() => _step.Dispose();

    private double Validate()
    {
        if (_validation is null)
            return double.NaN;
        double loss = _problem.Evaluate([_validation], train: false).Total;
        if (_best is null || loss < _best.Value.Loss)
            _best = (loss, [.. _problem.Stack.Templates.Select(t => t.ToMatrix())], _problem.Classification?.Weights.ToArray(), _epochs.Count);
        return loss;
    }
}
