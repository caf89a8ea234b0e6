using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>An optimizer, one epoch at a time. What it keeps from one epoch to the next is its own.</summary>
internal abstract class EpochStep(NeuralProblem problem) : IDisposable
{
    /// <summary>The rate of the last epoch.</summary>
    public double LearningRate { get; protected set; } = double.NaN;

    /// <summary>Whether no step lowers the loss any more.</summary>
    public bool IsExhausted { get; protected set; }

    /// <summary>The layers and their loss.</summary>
    protected NeuralProblem Problem { get; } = problem;

    /// <summary>The optimizer that has the name.</summary>
    public static EpochStep Create(NeuralProblem problem, NeuralNmfSettings settings) => settings.Optimizer switch
    {
        ProjectedGradientOptimizer o => new ProjectedGradientStep(problem, o, settings.Seed),
        AdamOptimizer o => new AdamStep(problem, o, settings.Seed),
        _ => new AutomaticStep(problem),
    };

    /// <summary>Goes over all examples once and changes the templates.</summary>
    /// <param name="passes">The examples, all together or in batches.</param>
    /// <param name="current">Their loss where the templates are, which was the last to be evaluated.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    /// <returns>The loss where the templates then are; null when the optimizer does not know it.</returns>
    public abstract NeuralLossValue? Run(IReadOnlyList<LayerPass> passes, NeuralLossValue current, Action checkAlive);

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }
}

/// <summary>An optimizer that takes a step for each batch, in an order that is drawn anew each epoch.</summary>
internal abstract class GradientStep(NeuralProblem problem, int seed) : EpochStep(problem)
{
    private readonly Random _random = new(seed);

    /// <inheritdoc />
    public override NeuralLossValue? Run(IReadOnlyList<LayerPass> passes, NeuralLossValue current, Action checkAlive)
    {
        double rows = passes.Sum(pass => (double)pass.Data.Rows), labelled = passes.Sum(pass => (double)(pass.Labels?.Rows.Length ?? 0));
        LayerPass[] order = [.. passes];
        _random.Shuffle(order);
        BeginEpoch();
        foreach (LayerPass pass in order)
        {
            checkAlive();
            if (order.Length > 1)
                Problem.Evaluate([pass], train: false);
            // A batch stands for all examples: its labelled ones are a sample of as many more.
            Problem.Differentiate(pass, labelled * (pass.Data.Rows / rows));
            Step(Problem.Stack.Templates, Problem.Stack.Gradients);
        }

        return null;
    }

    /// <summary>Makes ready for an epoch.</summary>
    protected abstract void BeginEpoch();

    /// <summary>Changes the templates along their gradients; they stay at least 0.</summary>
    protected abstract void Step(Factor[] templates, Factor[] gradients);
}
