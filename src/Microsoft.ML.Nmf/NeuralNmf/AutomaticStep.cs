using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// A step that needs no rate. The columns of the templates keep their norms: larger columns would only make the activations smaller, and with them the losses
/// of the deeper layers. g is the gradient without its part along the columns, and C the curvature of the loss for a row of a layer with the activations held
/// (<see cref="NeuralLoss.Curvature"/>). The activations are not held, so C says nothing of how the layers after one bend the loss; that is learned from the
/// steps (<see cref="CurvaturePairs"/>), and the step is the inverse of both times g, for the entries that are not held at 0. It is halved until the loss falls
/// by enough (<see href="https://doi.org/10.2140/pjm.1966.16.1">Armijo 1966</see>).
/// <para>
/// Where there is no pair, or its step does not lower the loss, each layer minimises over A' ≥ 0, by coordinate descent,
/// <c>⟨g, A' − A⟩ + 1/(2η) Σ over rows of (a' − a) C (a' − a)ᵀ</c>, with η the length; for one layer, η = 1 is a step of alternating least squares. η is halved
/// until the loss falls by enough, and grows after an epoch that needed no halving.
/// </para>
/// </summary>
internal sealed class AutomaticStep : EpochStep
{
    // Coordinate descent on C.
    private const int Sweeps = 3;

    // By what η grows, and its bounds.
    private const double Growth = 1.5;
    private const double LargestLength = 64;
    private const double SmallestLength = 1e-9;

    // Armijo's constant: the share of the linear prediction of the fall that is enough.
    private const double SufficientDecrease = 1e-4;

    // Trials of a step that is learned from others, before they are forgotten.
    private const int Trials = 6;

    // What is added to the diagonal of C, as a share of it: components that nearly depend on each other would make steps of any length.
    private const double Damping = 1e-6;

    // An entry is held at 0 when a step of this share of the shortest of a row would take it there.
    private const double ShareOfDust = 1e-3;

    private readonly LayerPass _pass;
    private readonly CurvaturePairs _pairs;
    private readonly Factor[] _before;
    private readonly Factor[] _gradientBefore;
    private readonly Factor[] _targets;
    private readonly Factor[] _free;
    private readonly Factor[] _supports;
    private readonly Gram[] _curvatures;
    private readonly double[] _scales;
    private double _length = 1;
    private bool _hasStepped;

    /// <summary>Room for the templates and the activations before a step, and for the quadratic that it minimises.</summary>
    public AutomaticStep(NeuralProblem problem, LayerPass pass)
        : base(problem, [pass])
    {
        _pass = pass;
        _pairs = new CurvaturePairs(problem.Engine, problem.Stack.AllocateLikeTemplates);
        _before = problem.Stack.AllocateLikeTemplates();
        _gradientBefore = problem.Stack.AllocateLikeTemplates();
        _targets = problem.Stack.AllocateLikeTemplates();
        _free = problem.Stack.AllocateLikeTemplates();
        _supports = pass.AllocateLikeActivations();
        _curvatures = [.. problem.Stack.Templates.Select(t => problem.Engine.AllocateGram(t.Rank))];
        _scales = new double[problem.Stack.Depth];
    }

    /// <inheritdoc />
    public override NeuralEvaluation? Run(NeuralEvaluation current, Action checkAlive)
    {
        double atStart = Prepare(current);
        double[]? classification = Problem.Classification?.Weights.ToArray();
        return LearnedStep(current, atStart, classification, checkAlive) ?? PlainStep(current, atStart, classification, checkAlive);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _pairs.Dispose();
        foreach (Factor factor in (Factor[])[.. _before, .. _gradientBefore, .. _targets, .. _free, .. _supports])
            factor.Dispose();
        foreach (Gram gram in _curvatures)
            gram.Dispose();
    }

    // The inverse curvature times the gradient, for the entries that are free; null where there is none yet, or it does not lower the loss.
    private NeuralEvaluation? LearnedStep(NeuralEvaluation current, double atStart, double[]? classification, Action checkAlive)
    {
        if (_pairs.IsEmpty)
            return null;
        ComputeEngine engine = Problem.Engine;
        Factor[] gradients = Problem.Stack.Gradients;
        for (int i = 0; i < _free.Length; i++)
        {
            double curvature = _scales[i] * LargestOfDiagonal(_curvatures[i]);
            engine.Combine(1, _before[i], curvature > 0 ? -ShareOfDust / curvature : 0, gradients[i], _free[i]);
            engine.AtLeast(_free[i], 0);
            engine.KeepWhere(gradients[i], _free[i], _targets[i]);
        }

        _pairs.Apply(_targets, _free, (from, to) =>
        {
            for (int i = 0; i < from.Length; i++)
            {
                engine.LeastSquaresBackward(_free[i], _curvatures[i], from[i], to[i]);
                engine.Combine(1 / _scales[i], to[i], 0, to[i], to[i]);
            }
        });
        double length = 1;
        for (int trial = 0; trial < Trials; trial++, length /= 2)
        {
            NeuralEvaluation? value = Try(current, atStart, classification, checkAlive, (templates, i) =>
            {
                engine.Combine(1, _free[i], -length, _targets[i], templates);
                engine.AtLeast(templates, 0);
            });
            if (value is null)
                continue;
            LearningRate = length;
            return value;
        }

        _pairs.Clear();
        return null;
    }

    private NeuralEvaluation? PlainStep(NeuralEvaluation current, double atStart, double[]? classification, Action checkAlive)
    {
        ComputeEngine engine = Problem.Engine;
        Factor[] gradients = Problem.Stack.Gradients;
        for (bool isFirst = true; _length >= SmallestLength; isFirst = false)
        {
            NeuralEvaluation? value = Try(current, atStart, classification, checkAlive, (templates, i) =>
            {
                // Coordinate descent minimises ½ a' C a'ᵀ − t a'ᵀ, here with t = a C − η g.
                engine.GramProduct(_before[i], _curvatures[i], _targets[i]);
                engine.Combine(1, _targets[i], -_length / _scales[i], gradients[i], _targets[i]);
                engine.Copy(_before[i], templates);
                engine.CoordinateDescent(templates, _curvatures[i], _targets[i], default, Sweeps);
            });
            if (value is not null)
            {
                LearningRate = _length;
                if (isFirst)
                    _length = Math.Min(_length * Growth, LargestLength);
                return value;
            }

            _length /= 2;
        }

        // No step lowers the loss: back to the templates before.
        LearningRate = 0;
        IsExhausted = true;
        Problem.Stack.Change(templates =>
        {
            for (int i = 0; i < templates.Length; i++)
                engine.Copy(_before[i], templates[i]);
        });
        return null;
    }

    // Sets the templates, brings them to their norms and evaluates the loss; null, with all else as it was, where it does not fall by enough.
    private NeuralEvaluation? Try(NeuralEvaluation current, double atStart, double[]? classification, Action checkAlive, Action<Factor, int> set)
    {
        checkAlive();
        ComputeEngine engine = Problem.Engine;
        // ⟨g, A' − A⟩, the fall that the gradient predicts.
        double predicted = -atStart;
        Problem.Stack.Change(templates =>
        {
            for (int i = 0; i < templates.Length; i++)
            {
                set(templates[i], i);
                engine.TakeColumnNorms(templates[i], _before[i]);
                predicted += engine.Inner(Problem.Stack.Gradients[i], templates[i]);
            }
        });
        NeuralEvaluation value = Problem.Evaluate(Passes, train: true);
        if (value.Total <= current.Total + SufficientDecrease * Math.Min(predicted, 0))
            return value;
        _pass.StartFrom(_supports);
        Problem.Classification?.Set(classification);
        return null;
    }

    // Sets g and C, adds the step before to the pairs, keeps the templates, the gradient and the activations, and returns ⟨g, A⟩.
    private double Prepare(NeuralEvaluation current)
    {
        ComputeEngine engine = Problem.Engine;
        Factor[] templates = Problem.Stack.Templates, gradients = Problem.Stack.Gradients;
        Problem.Differentiate(current, _pass.Labels?.Rows.Length ?? 0);
        for (int i = 0; i < templates.Length; i++)
            engine.RemoveAlong(gradients[i], templates[i]);
        if (_hasStepped)
            _pairs.Add(_before, templates, _gradientBefore, gradients);
        _hasStepped = true;
        double inner = 0;
        for (int i = 0; i < templates.Length; i++)
        {
            engine.Copy(templates[i], _before[i]);
            engine.Copy(gradients[i], _gradientBefore[i]);
            inner += engine.Inner(gradients[i], templates[i]);
            // Every trial starts from these activations: with dependent columns the solution depends on the support that it starts from.
            engine.Copy(_pass.Activations[i], _supports[i]);
            _scales[i] = Problem.Curvature(current, i, _curvatures[i]);
            Damp(_curvatures[i]);
        }

        return inner;
    }

    private static void Damp(Gram curvature)
    {
        double[] values = new double[curvature.Rank * curvature.Rank];
        curvature.CopyTo(values);
        for (int k = 0; k < curvature.Rank; k++)
            values[k * curvature.Rank + k] *= 1 + Damping;
        curvature.CopyFrom(values);
    }

    private static double LargestOfDiagonal(Gram curvature)
    {
        double[] values = new double[curvature.Rank * curvature.Rank];
        curvature.CopyTo(values);
        return Enumerable.Range(0, curvature.Rank).Max(k => values[k * curvature.Rank + k]);
    }
}
