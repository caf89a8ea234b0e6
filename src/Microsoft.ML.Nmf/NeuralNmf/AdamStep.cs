using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>Adam, projected.</summary>
internal sealed class AdamStep : GradientStep
{
    private readonly AdamOptimizer _rule;
    private readonly (Factor First, Factor Second)[] _moments;
    private int _step;

    /// <summary>Moments of zero.</summary>
    public AdamStep(NeuralProblem problem, AdamOptimizer rule, int seed)
        : base(problem, seed)
    {
        _rule = rule;
        LearningRate = rule.LearningRate;
        _moments = [.. problem.Stack.Templates.Select(t => (problem.Engine.Allocate(t.Rows, t.Rank), problem.Engine.Allocate(t.Rows, t.Rank)))];
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach ((Factor first, Factor second) in _moments)
        {
            first.Dispose();
            second.Dispose();
        }
    }

    /// <inheritdoc />
    protected override void BeginEpoch()
    {
    }

    /// <inheritdoc />
    protected override void Step(Factor[] templates, Factor[] gradients)
    {
        var rule = new AdamRule(_rule.LearningRate, _rule.FirstDecay, _rule.SecondDecay, _rule.Epsilon, ++_step);
        for (int i = 0; i < templates.Length; i++)
            Problem.Engine.AdamUpdate(templates[i], gradients[i], _moments[i], rule);
    }
}
