using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// A step that needs no rate. For each layer it minimises over A' ≥ 0, by coordinate descent,
/// <c>⟨g, A' − A⟩ + 1/(2η) Σ over rows of (a' − a) C (a' − a)ᵀ</c>, where g is the gradient without its part along the columns of A, C the curvature for a
/// row with the activations held (<see cref="NeuralLoss.Curvature"/>), and η the length; for one layer, η = 1 is a step of alternating least squares. The
/// columns of A' are then scaled to the norms of those of A: larger columns would only make the activations smaller, and with them the losses of the deeper
/// layers. η is halved until the loss falls by enough (<see href="https://doi.org/10.2140/pjm.1966.16.1">Armijo 1966</see>), and grows after an epoch that
/// needed no halving.
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

    private readonly LayerPass _pass;
    private readonly Factor[] _before;
    private readonly Factor[] _targets;
    private readonly Factor[] _supports;
    private readonly Gram[] _curvatures;
    private double _length = 1;

    /// <summary>Room for the templates and the activations before a step, and for the quadratic that it minimises.</summary>
    public AutomaticStep(NeuralProblem problem, LayerPass pass)
        : base(problem, [pass])
    {
        _pass = pass;
        _before = problem.Stack.AllocateLikeTemplates();
        _targets = problem.Stack.AllocateLikeTemplates();
        _supports = pass.AllocateLikeActivations();
        _curvatures = [.. problem.Stack.Templates.Select(t => problem.Engine.AllocateGram(t.Rank))];
    }

    /// <inheritdoc />
    public override NeuralEvaluation? Run(NeuralEvaluation current, Action checkAlive)
    {
        ComputeEngine engine = Problem.Engine;
        Factor[] gradients = Problem.Stack.Gradients;
        double atStart = Prepare(current);
        double[] scales = [.. _curvatures.Select((curvature, i) => Problem.Curvature(current, i, curvature))];
        double[]? classification = Problem.Classification?.Weights.ToArray();
        for (bool isFirst = true; _length >= SmallestLength; isFirst = false)
        {
            checkAlive();
            // ⟨g, A' − A⟩, the fall that the gradient predicts.
            double predicted = -atStart;
            Problem.Stack.Change(templates =>
            {
                for (int i = 0; i < templates.Length; i++)
                {
                    // Coordinate descent minimises ½ a' C a'ᵀ − t a'ᵀ, here with t = a C − η g.
                    engine.GramProduct(_before[i], _curvatures[i], _targets[i]);
                    engine.Combine(1, _targets[i], -_length / scales[i], gradients[i], _targets[i]);
                    engine.Copy(_before[i], templates[i]);
                    engine.CoordinateDescent(templates[i], _curvatures[i], _targets[i], default, Sweeps);
                    engine.TakeColumnNorms(templates[i], _before[i]);
                    predicted += engine.Inner(gradients[i], templates[i]);
                }
            });

            NeuralEvaluation value = Problem.Evaluate(Passes, train: true);
            if (value.Total <= current.Total + SufficientDecrease * Math.Min(predicted, 0))
            {
                LearningRate = _length;
                if (isFirst)
                    _length = Math.Min(_length * Growth, LargestLength);
                return value;
            }

            _length /= 2;
            _pass.StartFrom(_supports);
            Problem.Classification?.Set(classification);
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

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. _before, .. _targets, .. _supports])
            factor.Dispose();
        foreach (Gram gram in _curvatures)
            gram.Dispose();
    }

    // Sets g, keeps the templates and the activations, and returns ⟨g, A⟩.
    private double Prepare(NeuralEvaluation current)
    {
        ComputeEngine engine = Problem.Engine;
        Factor[] templates = Problem.Stack.Templates, gradients = Problem.Stack.Gradients;
        Problem.Differentiate(current, _pass.Labels?.Rows.Length ?? 0);
        double inner = 0;
        for (int i = 0; i < templates.Length; i++)
        {
            engine.RemoveAlong(gradients[i], templates[i]);
            engine.Copy(templates[i], _before[i]);
            inner += engine.Inner(gradients[i], templates[i]);
            // Every trial starts from these activations: with dependent columns the solution depends on the support that it starts from.
            engine.Copy(_pass.Activations[i], _supports[i]);
        }

        return inner;
    }
}
