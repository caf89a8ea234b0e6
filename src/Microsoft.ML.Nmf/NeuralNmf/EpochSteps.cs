using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>An optimizer, one epoch at a time, with what it keeps from one epoch to the next.</summary>
/// <param name="problem">The layers and their loss.</param>
/// <param name="passes">The examples, all together or in batches.</param>
internal abstract class EpochStep(NeuralProblem problem, IReadOnlyList<LayerPass> passes) : IDisposable
{
    /// <summary>The rate, or length, of the steps of the last epoch; NaN before the first.</summary>
    public double LearningRate { get; protected set; } = double.NaN;

    /// <summary>Whether no step lowers the loss any more.</summary>
    public bool IsExhausted { get; protected set; }

    /// <summary>The layers and their loss.</summary>
    protected NeuralProblem Problem { get; } = problem;

    /// <summary>The examples, all together or in batches.</summary>
    protected IReadOnlyList<LayerPass> Passes { get; } = passes;

    /// <summary>The optimizer of the options.</summary>
    public static EpochStep Create(NeuralProblem problem, IReadOnlyList<LayerPass> passes, NeuralNmfEstimator.Options options) => options.Optimizer switch
    {
        NeuralNmfOptimizer.ProjectedGradientOptimizer rule => new ProjectedGradientStep(problem, passes, rule, options.Seed!.Value),
        NeuralNmfOptimizer.AdamOptimizer rule => new AdamStep(problem, passes, rule, options.Seed!.Value),
        _ => new AutomaticStep(problem, passes.Single()),
    };

    /// <summary>Goes over all examples once and changes the templates.</summary>
    /// <param name="current">Their loss where the templates are.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    /// <returns>The loss where the templates then are; null when the optimizer has not evaluated it.</returns>
    public abstract NeuralEvaluation? Run(NeuralEvaluation current, Action checkAlive);

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }
}

/// <summary>An optimizer that takes a step for each batch, in an order that is drawn anew each epoch.</summary>
/// <param name="problem">The layers and their loss.</param>
/// <param name="passes">The batches.</param>
/// <param name="seed">The seed of their order.</param>
internal abstract class GradientStep(NeuralProblem problem, IReadOnlyList<LayerPass> passes, int seed) : EpochStep(problem, passes)
{
    private readonly Random _random = new(seed);

    /// <inheritdoc />
    public override NeuralEvaluation? Run(NeuralEvaluation current, Action checkAlive)
    {
        double rows = Passes.Sum(pass => (double)pass.Data.Rows), labelled = Passes.Sum(pass => (double)(pass.Labels?.Rows.Length ?? 0));
        LayerPass[] order = [.. Passes];
        _random.Shuffle(order);
        BeginEpoch();
        foreach (LayerPass pass in order)
        {
            checkAlive();
            NeuralEvaluation evaluation = order.Length == 1 ? current : Problem.Evaluate([pass], train: false);
            // As if every batch had the overall share of labelled rows: the gradients of all batches, weighted by their rows, then add up to that of all rows.
            Problem.Differentiate(evaluation, labelled * (pass.Data.Rows / rows));
            Problem.Stack.Change(templates => Step(templates, Problem.Stack.Gradients));
        }

        return null;
    }

    /// <summary>Gets ready for an epoch.</summary>
    protected virtual void BeginEpoch()
    {
    }

    /// <summary>Changes the templates along their gradients; they stay at least 0.</summary>
    protected abstract void Step(Factor[] templates, Factor[] gradients);
}

/// <summary>A_i ← max(A_i − rate ∂L/∂A_i, 0), at a rate that decays from epoch to epoch.</summary>
/// <param name="problem">The layers and their loss.</param>
/// <param name="passes">The batches.</param>
/// <param name="rule">The rates.</param>
/// <param name="seed">The seed of the order of the batches.</param>
internal sealed class ProjectedGradientStep(
    NeuralProblem problem, IReadOnlyList<LayerPass> passes, NeuralNmfOptimizer.ProjectedGradientOptimizer rule, int seed) : GradientStep(problem, passes, seed)
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

/// <summary>A step of Adam (<see href="https://doi.org/10.48550/arXiv.1412.6980">Kingma and Ba 2015</see>, algorithm 1), then A_i ← max(A_i, 0).</summary>
internal sealed class AdamStep : GradientStep
{
    private readonly NeuralNmfOptimizer.AdamOptimizer _rule;
    private readonly (Factor First, Factor Second)[] _moments;
    private int _step;

    /// <summary>Moments of zero.</summary>
    /// <param name="problem">The layers and their loss.</param>
    /// <param name="passes">The batches.</param>
    /// <param name="rule">The rate and the decays.</param>
    /// <param name="seed">The seed of the order of the batches.</param>
    public AdamStep(NeuralProblem problem, IReadOnlyList<LayerPass> passes, NeuralNmfOptimizer.AdamOptimizer rule, int seed)
        : base(problem, passes, seed)
    {
        _rule = rule;
        LearningRate = rule.LearningRate;
        _moments = [.. problem.Stack.AllocateLikeTemplates().Zip(problem.Stack.AllocateLikeTemplates())];
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
    protected override void Step(Factor[] templates, Factor[] gradients)
    {
        var rule = new AdamRule(_rule.LearningRate, _rule.FirstDecay, _rule.SecondDecay, _rule.Epsilon, ++_step);
        for (int i = 0; i < templates.Length; i++)
            Problem.Engine.AdamUpdate(templates[i], gradients[i], _moments[i], rule);
    }
}
