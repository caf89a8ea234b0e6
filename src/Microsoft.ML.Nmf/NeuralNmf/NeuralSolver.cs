using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The epochs of a neural factorization, whose losses are reported in the unit of the data. With held-out rows it keeps a copy of the templates that were best
/// for them.
/// </summary>
internal sealed class NeuralSolver : IIterativeSolver, IDisposable
{
    // Of the mean of the squared data: what rounding of the factors leaves of a loss.
    private const double ShareOfRounding = 1e-12;

    private readonly NeuralProblem _problem;
    private readonly IReadOnlyList<LayerPass> _passes;
    private readonly LayerPass? _validation;
    private readonly int _patience;
    private readonly EpochStep _step;
    private readonly Action _checkAlive;
    private readonly double _unit;
    private readonly double _unitOfRate;
    private readonly List<NeuralNmfEpoch> _epochs = [];
    private NeuralEvaluation? _current;
    private (double Loss, FactorMatrix[] Templates, double[]? Classification, int Epoch)? _best;

    /// <summary>Begins where the layers are.</summary>
    /// <param name="problem">The layers and their loss.</param>
    /// <param name="passes">The examples to train on, all together or in batches.</param>
    /// <param name="validation">The rows that are held out, or null.</param>
    /// <param name="options">Resolved options.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    public NeuralSolver(NeuralProblem problem, IReadOnlyList<LayerPass> passes, LayerPass? validation, NeuralNmfEstimator.Options options, Action checkAlive)
    {
        _problem = problem;
        _passes = passes;
        _validation = validation;
        _patience = options.ValidationPatience;
        _step = EpochStep.Create(problem, passes, options);
        _checkAlive = checkAlive;
        // Losses are squares of the data; so is what a step of projected gradients is divided by.
        double unit = passes[0].Data.Examples.Unit;
        _unit = unit * unit;
        Resolution = ShareOfRounding * passes.Average(pass => pass.Data.Examples.SumOfSquares / ((double)pass.Data.Rows * pass.Data.Columns)) * _unit;
        Remedy = options.IsAutomatic ? "Leave InitialTemplates out, or scale them to about 1." : "Lower the learning rate of the Optimizer.";
        _unitOfRate = options.Optimizer is NeuralNmfOptimizer.ProjectedGradientOptimizer ? _unit : 1;
    }

    /// <summary>Every epoch so far, from the start on. Their seconds are those of the training loop's clock, which is not known here.</summary>
    public IReadOnlyList<NeuralNmfEpoch> Epochs => _epochs;

    /// <summary>
    /// For snapshots: the rows of the data in each pass, and after them those that are held out; empty where the one pass has all, in their order.
    /// </summary>
    public IReadOnlyList<int[]> Rows { get; init; } = [];

    /// <inheritdoc />
    public TrainingEnd? Finished => _step.IsExhausted ? TrainingEnd.Stalled
        : _best is { } best && _epochs.Count - 1 - best.Epoch >= _patience ? TrainingEnd.StoppedEarly : null;

    /// <inheritdoc />
    public string Remedy { get; }

    /// <inheritdoc />
    public double Resolution { get; }

    /// <inheritdoc />
    public long UnsolvedRows => _passes.Sum(pass => pass.UnsolvedRows);

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate()
    {
        if (_step.IsExhausted)
        {
            // The templates are those of the epoch before. With dependent columns another way through the layers could end at another of their minimisers.
            _epochs.Add(_epochs[^1] with { Number = _epochs.Count, LearningRate = 0 });
            return (_epochs[^1].Loss, _epochs[^1].LayerLosses.Sum());
        }

        _current ??= _problem.Evaluate(_passes, train: true);
        double residual = _problem.OptimalityResidual(_current);
        double validation = Validate();
        _epochs.Add(new NeuralNmfEpoch
        {
            Number = _epochs.Count,
            Loss = _unit * _current.Total,
            LayerLosses = [.. _current.LayerLosses.Select(loss => _unit * loss)],
            LabelLoss = _current.LabelLoss,
            ValidationLoss = _unit * validation,
            LearningRate = _step.LearningRate / _unitOfRate,
            OptimalityResidual = residual,
        });
        // Of templates that are not finite the activations may be zero, and the loss finite.
        bool isPossible = _problem.Stack.Templates.All(templates => double.IsFinite(_problem.Engine.Inner(templates, templates)));
        return (isPossible ? _unit * _current.Total : double.NaN, _unit * _current.LayerLosses.Sum());
    }

    /// <inheritdoc />
    public void Advance() => _current = _step.Run(_current!, _checkAlive);

    /// <inheritdoc />
    public SolverState ReadState(RecordedParts parts)
    {
        NeuralNmfEpoch epoch = _epochs[^1];
        return new SolverState
        {
            Layers = _problem.Stack.Depth,
            StepLength = epoch.LearningRate,
            LayerLosses = epoch.LayerLosses,
            LabelLoss = epoch.LabelLoss,
            ValidationLoss = epoch.ValidationLoss,
            Templates = parts.HasFlag(RecordedParts.Templates) ? [.. _problem.Stack.Templates.Select(t => t.ToMatrix())] : [],
            Activations = parts.HasFlag(RecordedParts.Activations) ? [.. Enumerable.Range(0, _problem.Stack.Depth).Select(ActivationsOf)] : [],
            // Where no step is left the activations went through other templates since: the gradient is that of the epoch before.
            Gradients = parts.HasFlag(RecordedParts.GradientNorms) && _current is { } current ? GradientsOf(current) : [],
        };
    }

    /// <summary>
    /// Goes back to the templates and the classification layer that were best for the held-out rows, if there are any, and to the activations that
    /// belong to them.
    /// </summary>
    public void TakeBest()
    {
        if (_best is not { } best || best.Epoch == _epochs.Count - 1)
            return;
        _problem.Stack.Change(templates =>
        {
            for (int i = 0; i < templates.Length; i++)
                templates[i].CopyFrom(best.Templates[i].Values);
        });
        _problem.Classification?.Set(best.Classification);
        _problem.Evaluate(_passes, train: false);
    }

    /// <inheritdoc />
    public void Dispose() => _step.Dispose();

    // The activations of a layer for all rows of the data, in its unit.
    private FactorMatrix ActivationsOf(int layer)
    {
        FactorMatrix[] parts = [.. (_validation is null ? _passes : [.. _passes, _validation]).Select(pass => pass.Activations[layer].ToMatrix())];
        double unit = Math.Sqrt(_unit);
        if (parts.Length == 1)
            return FactorUnits.Multiply(parts[0], unit);
        int rank = parts[0].Columns, rows = parts.Sum(part => part.Rows);
        var values = new float[ArraySize.Of(rows, rank)];
        for (int p = 0; p < parts.Length; p++)
        {
            for (int i = 0; i < parts[p].Rows; i++)
                parts[p].Row(i).CopyTo(values.AsSpan(Rows[p][i] * rank));
        }

        return FactorUnits.Multiply(FactorMatrix.TakeOver(values, rows, rank), unit);
    }

    // Those of batches, weighted by their rows, add up to those of all rows.
    private FactorMatrix[] GradientsOf(NeuralEvaluation current)
    {
        double rows = _passes.Sum(pass => (double)pass.Data.Rows), labelled = _passes.Sum(pass => (double)(pass.Labels?.Rows.Length ?? 0));
        double[][] sums = [.. _problem.Stack.Gradients.Select(gradient => new double[ArraySize.Of(gradient.Rows, gradient.Rank)])];
        for (int p = 0; p < _passes.Count; p++)
        {
            double share = _passes[p].Data.Rows / rows;
            _problem.Differentiate(current.Of(p), labelled * share);
            for (int i = 0; i < sums.Length; i++)
            {
                FactorMatrix gradient = _problem.Stack.Gradients[i].ToMatrix();
                for (int e = 0; e < sums[i].Length; e++)
                    sums[i][e] += _unit * share * gradient.Values[e];
            }
        }

        return [.. sums.Select((sum, i) => FactorMatrix.TakeOver([.. sum.Select(value => (float)value)], _problem.Stack.Gradients[i].Rows, _problem.Stack.Gradients[i].Rank))];
    }

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
