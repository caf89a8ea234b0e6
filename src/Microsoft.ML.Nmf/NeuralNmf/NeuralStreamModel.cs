using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Streaming;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The layers of a neural factorization, trained from statistics. A batch says the gradient g of its loss for the templates A_i of each layer, without its part
/// along the columns, and its curvature C with the activations held (<see cref="NeuralLoss.Curvature"/>). Near A_i its loss is the quadratic ½ a C aᵀ − b aᵀ
/// of every row a, with b the row of A_i C − g; these add up over batches, and the step is to the minimiser of the sum over A_i ≥ 0, with the columns scaled
/// back to their norms. For one layer that is online NMF. No rate is needed: the sums know how many rows have said how much.
/// </summary>
internal sealed class NeuralStreamModel : StreamedModel
{
    // Coordinate descent on C.
    private const int Sweeps = 3;

    // What is added to the diagonal of C, as a share of it: components that nearly depend on each other would make steps of any length.
    private const double Damping = 1e-6;

    // Batches from one training of the classification layer to the next.
    private const int BatchesBetweenClassifications = 16;

    private readonly ComputeEngine _engine;
    private readonly NeuralProblem _problem;
    private readonly IReadOnlyList<int> _ranks;
    private readonly HeldLabels? _labels;
    private readonly double _unit;
    private readonly float[][] _host;
    private readonly Factor[] _products;
    private readonly Gram[] _curvatures;
    private readonly List<NeuralNmfEpoch> _epochs = [];
    private int _batches;

    // Of the first rows, whose labels are held before they come.
    private long _heldRows;

    /// <summary>Layers at their start.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="problem">The layers and their loss, which become the model's.</param>
    /// <param name="ranks">r_0, …, r_L.</param>
    /// <param name="unit">By what rows are divided.</param>
    /// <param name="labels">Holds labelled rows for the classification layer; null without labels.</param>
    public NeuralStreamModel(ComputeEngine engine, NeuralProblem problem, IReadOnlyList<int> ranks, double unit, HeldLabels? labels)
    {
        (_engine, _problem, _ranks, _unit, _labels) = (engine, problem, ranks, unit, labels);
        _products = problem.Stack.AllocateLikeTemplates();
        _curvatures = [.. ranks.Select(engine.AllocateGram)];
        _host = [.. _products.Select(factor => new float[ArraySize.Of(factor.Rows, factor.Rank)])];
    }

    /// <summary>The engine.</summary>
    public ComputeEngine Engine => _engine;

    /// <summary>The layers and their loss.</summary>
    public NeuralProblem Problem => _problem;

    /// <summary>Holds labelled rows; null without labels.</summary>
    public HeldLabels? Labels => _labels;

    /// <summary>Where the training stood at every evaluation. The times are not known.</summary>
    public IReadOnlyList<NeuralNmfEpoch> Epochs => _epochs;

    /// <summary>By what rows and activations are divided.</summary>
    public double Unit => _unit;

    /// <inheritdoc />
    public override IReadOnlyList<Factor> Templates => _problem.Stack.Templates;

    /// <inheritdoc />
    public override FactorMatrix[] ReadTemplates() => [.. Templates.Select(templates => templates.ToMatrix())];

    /// <inheritdoc />
    public override string Remedy => "Leave InitialTemplates out, or scale them to about 1.";

    /// <inheritdoc />
    public override TrainingStatistics CreateStatistics()
        => new(BetaDivergence.Euclidean, _unit, [.. Templates.Select(factor => new LayerStatistics(factor.Rows, factor.Rank, CurvatureForm.Gram))]);

    /// <summary>The first rows; null before they are shown.</summary>
    public ExampleBatch? Sample { get; private set; }

    /// <inheritdoc />
    public override void Prepare(ExampleBatch sample)
    {
        Sample = sample;
        _heldRows = sample.Examples.Rows;
        _labels?.Hold(sample.Examples, sample.Labels);
    }

    /// <inheritdoc />
    public override double Add(DataMatrix data, uint[] labels, TrainingStatistics statistics, double weight = 1, bool isExact = true)
    {
        if (_heldRows > 0)
            _heldRows -= data.Rows;
        else
            _labels?.Hold(data.Examples, labels);
        if (_labels is not null && _batches++ % BatchesBetweenClassifications == 0)
            _labels.Train(_problem);
        using var pass = new LayerPass(_engine, data, _ranks, labels.Length == 0 ? null : LabelledRows.From(labels), ownsData: false);
        NeuralEvaluation evaluation = _problem.Evaluate([pass], train: false);
        // As if every batch had the overall share of labelled rows.
        _problem.Differentiate(evaluation, (_labels?.Share ?? 0) * data.Rows);
        statistics.Rows += data.Rows;
        double counted = weight * data.Rows;
        statistics.Weight += counted;
        statistics.Divergence += counted * evaluation.LayerLosses.Sum();
        statistics.Penalty += counted * (evaluation.Total - evaluation.LayerLosses.Sum());
        for (int i = 0; i < _ranks.Count; i++)
            Add(pass, evaluation, i, statistics.Layers[i], weight);
        return data.Rows;
    }

    /// <inheritdoc />
    public override void Update(TrainingStatistics statistics, double rows, bool isMoreToCome = false)
    {
        // Every labelled row has come by then.
        if (!isMoreToCome)
            _labels?.Close();
        using Factors before = new(_problem.Stack.AllocateLikeTemplates());
        _problem.Stack.Change(templates =>
        {
            for (int i = 0; i < templates.Length; i++)
            {
                LayerStatistics layer = statistics.Layers[i];
                if (!(statistics.Weight > 0))
                    continue;
                // Of a mean row, so that float32 holds it whatever the number of rows.
                double[] curvature = [.. layer.Curvature.Select(sum => sum / statistics.Weight)];
                for (int k = 0; k < layer.Rank; k++)
                    curvature[k * layer.Rank + k] *= 1 + Damping;
                for (int j = 0; j < _host[i].Length; j++)
                    _host[i][j] = (float)(layer.Products[j] / statistics.Weight);
                _curvatures[i].CopyFrom(curvature);
                _products[i].CopyFrom(_host[i]);
                _engine.Copy(templates[i], before.All[i]);
                _engine.CoordinateDescent(templates[i], _curvatures[i], _products[i], default, Sweeps);
                _engine.TakeColumnNorms(templates[i], before.All[i]);
            }
        });
    }

    /// <inheritdoc />
    public override (double Objective, double Divergence) Evaluate(DataMatrix data, uint[] labels)
    {
        using var pass = new LayerPass(_engine, data, _ranks, labels: null, ownsData: false);
        (double label, double weighted) = _labels?.Train(_problem) ?? (double.NaN, 0);
        NeuralEvaluation evaluation = _problem.Evaluate([pass], train: false);
        double divergence = evaluation.LayerLosses.Sum(), square = _unit * _unit;
        bool isPossible = Templates.All(templates => double.IsFinite(_engine.Inner(templates, templates)));
        _epochs.Add(new NeuralNmfEpoch
        {
            Number = _epochs.Count,
            Loss = square * (divergence + weighted),
            LayerLosses = [.. evaluation.LayerLosses.Select(loss => square * loss)],
            LabelLoss = label,
            ValidationLoss = double.NaN,
            LearningRate = _epochs.Count == 0 ? double.NaN : 1,
            OptimalityResidual = _problem.OptimalityResidual(evaluation),
        });
        return (isPossible ? square * (divergence + weighted) : double.NaN, square * divergence);
    }

    /// <inheritdoc />
    public override (double Objective, double Divergence) ObjectiveOf(TrainingStatistics statistics)
    {
        double square = _unit * _unit / statistics.Weight;
        return (square * (statistics.Divergence + statistics.Penalty), square * statistics.Divergence);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in _products)
            factor.Dispose();
        foreach (Gram gram in _curvatures)
            gram.Dispose();
        _labels?.Dispose();
        _problem.Dispose();
    }

    private void Add(LayerPass pass, NeuralEvaluation evaluation, int i, LayerStatistics sums, double weight)
    {
        Factor templates = Templates[i], gradient = _problem.Stack.Gradients[i];
        _engine.RemoveAlong(gradient, templates);
        double scale = _problem.Curvature(evaluation, i, _curvatures[i]), rows = weight * pass.Data.Rows;
        _engine.GramProduct(templates, _curvatures[i], _products[i]);
        _engine.Combine(scale, _products[i], -1, gradient, _products[i]);
        _products[i].CopyTo(_host[i]);
        for (int j = 0; j < _host[i].Length; j++)
            sums.Products[j] += rows * _host[i][j];
        var curvature = new double[sums.Curvature.Length];
        _curvatures[i].CopyTo(curvature);
        DoubleKernel.AddScaled(sums.Curvature, curvature, rows * scale);
        (double[] activations, double[] products) = ActivationMoments.SumsOf(_engine, pass.Activations[i], 1, null);
        DoubleKernel.AddScaled(sums.Sums, activations, weight);
        DoubleKernel.AddScaled(sums.Squares, products, rows);
    }

    private sealed record Factors(Factor[] All) : IDisposable
    {
        public void Dispose()
        {
            foreach (Factor factor in All)
                factor.Dispose();
        }
    }
}
