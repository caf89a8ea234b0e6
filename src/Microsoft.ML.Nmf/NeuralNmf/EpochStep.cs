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
