using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// A step of length η that minimises, layer by layer, ⟨g, A' − A⟩ + (1/2η) Σ over rows of (a' − a) C (a' − a)ᵀ over A' ≥ 0 by coordinate descent, where g is the gradient and C the curvature for
/// a row with the activations as they are; for one layer, η = 1 is the step of alternating least squares. The columns of A' then take the norms of A's: with larger columns activations would be
/// smaller, and with them the losses of the layers above, for nothing gained. η is halved until the loss falls by enough (Armijo), and grows when it did at once.
/// </summary>
internal sealed class AutomaticStep : EpochStep
{
    private const int Sweeps = 3;
    private const double Growth = 1.5;
    private const double LargestLength = 64;
    private const double SmallestLength = 1e-9;

    // The share of the fall that the gradient promises which is enough.
    private const double EnoughOfPromise = 1e-4;

    private readonly Factor[] _before;
    private readonly Factor[] _targets;
    private double _length = 1;

    /// <summary>Room for the templates before a step.</summary>
    public AutomaticStep(NeuralProblem problem)
        : base(problem)
    {
        _before = [.. problem.Stack.Templates.Select(t => problem.Engine.Allocate(t.Rows, t.Rank))];
        _targets = [.. problem.Stack.Templates.Select(t => problem.Engine.Allocate(t.Rows, t.Rank))];
    }

    /// <inheritdoc />
    public override NeuralLossValue? Run(IReadOnlyList<LayerPass> passes, NeuralLossValue current, Action checkAlive)
    {
        LayerPass pass = passes.Single();
        ComputeEngine engine = Problem.Engine;
        Factor[] templates = Problem.Stack.Templates, gradients = Problem.Stack.Gradients;
        Problem.Differentiate(pass, pass.Labels?.Rows.Length ?? 0);
        double atStart = 0;
        for (int i = 0; i < templates.Length; i++)
        {
            engine.RemoveAlong(gradients[i], templates[i]);
            engine.Copy(templates[i], _before[i]);
            atStart += engine.Inner(gradients[i], templates[i]);
        }

        // Every try starts from these supports, and the last gives them back: where templates depend on each other, so do activations on the supports they start from.
        for (int i = 0; i < templates.Length; i++)
            engine.Copy(pass.Activations[i], pass.Backward[i]);
        double[]? classification = Problem.Classification?.Weights.ToArray();
        double[] scales = [.. templates.Select((_, i) => Problem.Curvature(pass, i, Problem.Stack.ScratchGrams[i]))];

        for (bool isFirst = true; _length >= SmallestLength; isFirst = false)
        {
            checkAlive();
            double promise = -atStart;
            for (int i = 0; i < templates.Length; i++)
            {
                Gram gram = Problem.Stack.ScratchGrams[i];
                engine.Product(_before[i], gram, _targets[i]);
                engine.Combine(1, _targets[i], -_length / scales[i], gradients[i], _targets[i]);
                engine.Copy(_before[i], templates[i]);
                engine.CoordinateDescent(templates[i], gram, _targets[i], default, Sweeps);
                engine.TakeColumnNorms(templates[i], _before[i]);
                promise += engine.Inner(gradients[i], templates[i]);
            }

            NeuralLossValue value = Problem.Evaluate(passes, train: true);
            if (value.Total <= current.Total + EnoughOfPromise * Math.Min(promise, 0))
            {
                LearningRate = _length;
                if (isFirst)
                    _length = Math.Min(_length * Growth, LargestLength);
                return value;
            }

            _length /= 2;
            for (int i = 0; i < templates.Length; i++)
                engine.Copy(pass.Backward[i], pass.Activations[i]);
            classification?.CopyTo(Problem.Classification!.Weights, 0);
        }

        // No step helps: back to where it began.
        LearningRate = 0;
        IsExhausted = true;
        for (int i = 0; i < templates.Length; i++)
            engine.Copy(_before[i], templates[i]);
        return null;
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor factor in (Factor[])[.. _before, .. _targets])
            factor.Dispose();
    }
}
