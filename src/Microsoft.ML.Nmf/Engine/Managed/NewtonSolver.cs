using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Finds the activations of one row after the other for <see cref="NewtonActivations"/>.</summary>
internal sealed class NewtonSolver<TDivergence> : ActivationSolver
    where TDivergence : struct, IRowDivergence
{
    // Multiplicative updates before the first step of a row with few features. A step costs a row of many features little more than an update.
    private const int Updates = 3;

    private const int FewFeatures = 8;

    // An activation that is below this part of the step by which the slope pushes it down goes to zero without a place in the model.
    private const double Negligible = 0.02;

    // Part of the slope's promise that a step must keep, and the most shorter steps that are tried.
    private const double Promise = 1e-4;

    private const int Attempts = 30;

    // Of the tolerance: the part of the objective by which a row that is done may be above its minimum, as estimated; a fifth of what is promised.
    private const double Share = 0.002;

    // Of the sum of the row: changes of the objective that float32 does not tell from none.
    private const double Noise = 1e-7;

    private readonly NewtonActivations _problem;
    private readonly int _rank;
    private readonly bool _needsAll;
    private readonly NonnegativeRowSolver _solver;
    private readonly PaddedGram _model;
    private readonly double[] _activations;
    private readonly double[] _next;
    private readonly double[] _linear;
    private readonly double[] _gradient;
    private readonly AlignedDoubles _modelPoint;
    private readonly AlignedDoubles _modelGradient;
    private readonly AlignedDoubles _modelTarget;
    private readonly int[] _free;
    private readonly int[] _positive;
    private readonly AlignedFloats _scratch;
    private double[] _columnSums;
    private double[]? _ownColumnSums;
    private AlignedFloats _row = AlignedFloats.None;
    private AlignedFloats _approximation = AlignedFloats.None;
    private AlignedFloats _nextApproximation = AlignedFloats.None;
    private AlignedFloats _slope = AlignedFloats.None;
    private AlignedFloats _curvature = AlignedFloats.None;
    private AlignedFloats _gathered = AlignedFloats.None;
    private AlignedFloats _panel = AlignedFloats.None;
    private int _width;
    private float _floor;
    private double _quadratic;

    /// <summary>Allocates the working memory that does not depend on the rows.</summary>
    public NewtonSolver(NewtonActivations problem)
        : base(problem.Scales)
    {
        _problem = problem;
        _columnSums = problem.Templates.ColumnSums;
        _rank = problem.Templates.Factor.Rank;
        _needsAll = problem.Settings.Beta != BetaDivergence.KullbackLeibler;
        _solver = new NonnegativeRowSolver(_rank, PivotingRule.DependentInSingle);
        _model = new PaddedGram(_rank);
        (_activations, _next, _linear, _gradient) = (new double[_rank], new double[_rank], new double[_rank], new double[_rank]);
        (_modelPoint, _modelGradient, _modelTarget) = (new AlignedDoubles(_model.Stride), new AlignedDoubles(_model.Stride), new AlignedDoubles(_model.Stride));
        (_free, _positive) = (new int[_model.Stride], new int[_rank]);
        _scratch = new AlignedFloats(FeaturePanel.ScratchLength);
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, Span<float> activations)
    {
        UnitTemplates templates = _problem.Templates;
        double total = 0;
        for (int p = 0; p < values.Length; p++)
            total += values[p];
        double unit = templates.UnitOf(total);
        bool isWhole = !hasHoles && (_needsAll || 2 * features.Length > templates.Factor.Rows);
        double sum = isWhole ? LoadAll(features, values, unit) : LoadFew(features, values, unit);
        _columnSums = hasHoles ? SumColumns(features) : templates.ColumnSums;
        double sumOfTemplates = hasHoles ? _columnSums.Sum() : templates.Sum;
        if (sum <= 0 || sumOfTemplates <= 0)
            return;
        ActivationSettings settings = _problem.Settings;
        Penalty penalty = templates.PenaltyOf(settings, unit);
        _floor = (float)(BetaDivergence.FloorOf(settings.Beta) * total / unit / (hasHoles ? features.Length : templates.Factor.Rows));
        _quadratic = penalty.L2;
        for (int k = 0; k < _rank; k++)
        {
            double columnSum = _columnSums[k];
            _linear[k] = penalty.L1 + (_needsAll ? 0 : columnSum);
            _activations[k] = columnSum > 0 ? sum / sumOfTemplates : 0;
        }

        var panel = new FeaturePanel(isWhole ? templates.Transposed.Span : _panel.Span, _width);
        bool isShort = !_needsAll && !isWhole && features.Length < FewFeatures * _rank;
        Minimise(panel, sum, isShort ? Updates : 0);
        double unitOfActivations = templates.UnitOfActivations(unit);
        for (int k = 0; k < _rank; k++)
            activations[k] = (float)Math.Min(_activations[k] * unitOfActivations, float.MaxValue);
    }

    // x over all features; the sum of what is explained.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double LoadAll(ReadOnlySpan<int> features, ReadOnlySpan<float> values, double unit)
    {
        Reserve(ManagedFactor.Padded(_problem.Templates.Factor.Rows));
        Span<float> row = _row.Span[.._width];
        for (int j = 0; j < row.Length; j++)
            row[j] = 0;
        double sum = 0;
        for (int p = 0; p < features.Length; p++)
        {
            if (!_problem.IsExplained(features[p]))
                continue;
            row[features[p]] = (float)(values[p] / unit);
            sum += row[features[p]];
        }

        return sum;
    }

    // x over its own features, and the panel of their templates.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double LoadFew(ReadOnlySpan<int> features, ReadOnlySpan<float> values, double unit)
    {
        Reserve(ManagedFactor.Padded(features.Length));
        ReservePanel();
        ManagedFactor templates = _problem.Templates.Factor;
        Span<float> row = _row.Span[.._width], gathered = _gathered.Span;
        double sum = 0;
        int count = 0;
        for (int p = 0; p < features.Length; p++)
        {
            if (!_problem.IsExplained(features[p]))
                continue;
            templates.RowRange(features[p], 1).CopyTo(gathered[(count * templates.Stride)..]);
            row[count] = (float)(values[p] / unit);
            sum += row[count++];
        }

        for (int j = count; j < row.Length; j++)
            row[j] = 0;
        LaneTranspose.ToLanes(gathered, templates.Stride, count, _panel.Span, _width, _rank);
        return sum;
    }

    // The column sums of the templates over the features that a row has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double[] SumColumns(ReadOnlySpan<int> features)
    {
        double[] sums = _ownColumnSums ??= new double[_rank];
        Array.Clear(sums);
        foreach (int feature in features)
        {
            ReadOnlySpan<float> row = _problem.Templates.Factor.RowRange(feature, 1);
            for (int k = 0; k < sums.Length; k++)
                sums[k] += row[k];
        }

        return sums;
    }

    // Room for a row, and for half as many features again where they are few.
    private void Reserve(int width)
    {
        _width = width;
        if (_row.Length >= width)
            return;
        int length = RoomFor(width);
        (_row, _approximation, _nextApproximation, _slope, _curvature) = (new(length), new(length), new(length), new(length), new(length));
    }

    private void ReservePanel()
    {
        int stride = _problem.Templates.Factor.Stride;
        if (_panel.Length >= _width * stride)
            return;
        int length = RoomFor(_width);
        (_gathered, _panel) = (new AlignedFloats(length, stride), new AlignedFloats(length, stride));
    }

    private int RoomFor(int width) => ManagedFactor.Padded((int)Math.Min(_problem.Templates.Factor.Rows, 1.5 * width));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Minimise(FeaturePanel panel, double sum, int updates)
    {
        ActivationSettings settings = _problem.Settings;
        ReadOnlySpan<float> row = _row.Span[.._width];
        double noise = Noise * sum, objective = 0;
        bool isDone = false;
        panel.Combine(_activations, _positive, _approximation.Span);
        for (int step = 0; step < settings.MaximumNumberOfIterations; step++)
        {
            RowDivergence.Derivatives<TDivergence>(row, _approximation.Span, _floor, settings.Beta, _slope.Span, _curvature.Span);
            panel.Multiply(_slope.Span, _gradient);
            if (step < updates)
            {
                Update();
                panel.Combine(_activations, _positive, _approximation.Span);
                continue;
            }

            if (step == updates)
                objective = Objective(row, sum);
            for (int k = 0; k < _rank; k++)
                _gradient[k] += _linear[k] + _quadratic * _activations[k];
            if (isDone && GainOfRaising(sum) <= Share * settings.Tolerance * objective + noise)
            {
                Polish(panel, sum, row);
                break;
            }

            double slope = SolveModel(panel, sum);
            if (!(slope < 0))
                break;
            panel.Combine(_next, _positive, _nextApproximation.Span);
            double length = _needsAll ? RowDivergence.LongestStep(row, _approximation.Span, _nextApproximation.Span) : 1;
            if (!TryStep(row, slope, noise, ref length, out double change))
                break;
            objective += change;
            isDone = length == 1 && IsNearMinimum(change, slope, objective, Share * settings.Tolerance * objective, noise);
            Move(length);
        }
    }

    // A whole step without comparing objectives, which near the minimum float32 does not tell apart: it squares the small error that the activations still
    // have.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Polish(FeaturePanel panel, double sum, ReadOnlySpan<float> row)
    {
        if (!(SolveModel(panel, sum) < 0))
            return;
        panel.Combine(_next, _positive, _nextApproximation.Span);
        if (RowDivergence.LongestStep(row, _approximation.Span, _nextApproximation.Span) == 1)
            _next.CopyTo(_activations, 0);
    }

    // A multiplicative update for β = 1: cheap, and good while far from the minimum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update()
    {
        for (int k = 0; k < _rank; k++)
        {
            if (_activations[k] > 0)
                _activations[k] *= -_gradient[k] / (_linear[k] + _quadratic * _activations[k]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Objective(ReadOnlySpan<float> row, double sum)
    {
        double objective = RowDivergence.Change<TDivergence>(row, row, _approximation.Span, 1, _floor, _problem.Settings.Beta) - (_needsAll ? 0 : sum);
        for (int k = 0; k < _rank; k++)
            objective += (_linear[k] + _quadratic / 2 * _activations[k]) * _activations[k];
        return objective;
    }

    // About how much the objective could fall by raising activations, one at a time: the curvature for one is about (Σ of its templates)² / Σ x. The model does
    // not tell, since it leaves zeros out, and cannot see far from an activation that is nearly zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double GainOfRaising(double sum)
    {
        double gain = 0;
        for (int k = 0; k < _rank; k++)
        {
            double columnSum = _columnSums[k];
            if (_gradient[k] >= 0 || columnSum == 0)
                continue;
            double violation = _gradient[k] / columnSum;
            gain += violation * violation * sum / 2;
        }

        return gain;
    }

    // Minimises the model over the activations that are positive or want to be. The slope of the objective along the way there.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double SolveModel(FeaturePanel panel, double sum)
    {
        int free = 0;
        for (int k = 0; k < _rank; k++)
        {
            _next[k] = 0;
            bool isFree = _activations[k] > 0
                ? _needsAll || _activations[k] * _linear[k] * _linear[k] >= Negligible * sum * _gradient[k]
                : _gradient[k] < 0 && _columnSums[k] > 0;
            if (isFree)
                _free[free++] = k;
        }

        _model.SetRank(free);
        panel.CrossProduct(_curvature.Span, _free, free, _scratch.Span, _model);
        _model.AddToDiagonal(_quadratic);
        Span<double> point = _modelPoint.Span[.._model.Stride], gradient = _modelGradient.Span[.._model.Stride], target = _modelTarget.Span;
        for (int i = 0; i < point.Length; i++)
        {
            point[i] = i < free ? _activations[_free[i]] : 0;
            gradient[i] = i < free ? _gradient[_free[i]] : 0;
        }

        _model.Multiply(point, -1, gradient, target);
        _solver.SolveFrom(_model, target, point, gradient);
        for (int i = 0; i < free; i++)
            _next[_free[i]] = point[i];
        double slope = 0;
        for (int k = 0; k < _rank; k++)
            slope += _gradient[k] * (_next[k] - _activations[k]);
        return slope;
    }

    // Finds a length at which the objective falls enough, from the given one down.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryStep(ReadOnlySpan<float> row, double slope, double noise, ref double length, out double change)
    {
        double linear = 0, quadratic = 0;
        for (int k = 0; k < _rank; k++)
        {
            double moved = _next[k] - _activations[k];
            linear += (_linear[k] + _quadratic * _activations[k]) * moved;
            quadratic += _quadratic / 2 * moved * moved;
        }

        change = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            change = length * (linear + length * quadratic)
                + RowDivergence.Change<TDivergence>(row, _approximation.Span, _nextApproximation.Span, length, _floor, _problem.Settings.Beta);
            if (change <= Promise * length * slope + noise)
                return true;
            // The minimiser of the parabola through what is known, within a tenth and a half.
            double parabola = double.IsFinite(change) ? -slope * length * length / (2 * (change - slope * length)) : 0;
            length = Math.Clamp(parabola, 0.1 * length, 0.5 * length);
        }

        return false;
    }

    // The share by which the model missed the change tells how far the next step would still go: about its square. The bound keeps a chance hit from counting.
    private static bool IsNearMinimum(double change, double slope, double objective, double tolerance, double noise)
    {
        double missed = Math.Max(Math.Abs(change / (slope / 2) - 1), 0.2 * Math.Sqrt(-slope / Math.Max(objective, double.Epsilon)));
        return Math.Min(1, 4 * missed * missed) * -slope <= tolerance || -slope <= noise || change >= -noise;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move(double length)
    {
        for (int k = 0; k < _rank; k++)
            _activations[k] = length == 1 ? _next[k] : _activations[k] + length * (_next[k] - _activations[k]);
        if (length == 1)
            (_approximation, _nextApproximation) = (_nextApproximation, _approximation);
        else
            RowDivergence.Move(_approximation.Span[.._width], _nextApproximation.Span, length);
    }
}
