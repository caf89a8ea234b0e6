using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>A ← max(A − rate ∂L/∂A, 0).</summary>
internal sealed class ProjectedGradientStep(NeuralProblem problem, ProjectedGradientOptimizer rule, int seed) : GradientStep(problem, seed)
{
    private double _next = rule.LearningRate;

    /// <inheritdoc />
    protected override void BeginEpoch()
    {
        LearningRate = _next;
        _next *= rule.Decay;
    }

    /// <inheritdoc />
    protected override void Step(Factor[] templates, Factor[] gradients)
    {
        for (int i = 0; i < templates.Length; i++)
        {
            Problem.Engine.Combine(1, templates[i], -LearningRate, gradients[i], templates[i]);
            Problem.Engine.AtLeast(templates[i], 0);
        }
    }
}
