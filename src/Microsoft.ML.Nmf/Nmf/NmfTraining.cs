using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>What a factorization ends with.</summary>
/// <param name="Templates">W, m × r.</param>
/// <param name="Moments">Of the activations.</param>
/// <param name="History">How the objective fell.</param>
internal sealed record NmfResult(FactorMatrix Templates, ActivationMoments Moments, TrainingHistory History);

/// <summary>
/// Non-negative matrix factorization: minimises D_β(X ‖ H Wᵀ) plus the penalties over H, W ≥ 0, with X of n × m, H of n × r and W of m × r, as a
/// chain of two factors.
/// </summary>
internal static class NmfTraining
{
    // Updates of the activations alone, before templates that came without activations move.
    private const int ActivationWarmUp = 20;

    // The share of √(mean of the data / r) that zeros of NNDSVD are replaced by.
    private const float NndsvdFill = 0.1f;

    /// <summary>Runs a factorization from its start to its end.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    /// <param name="options">Resolved options (<see cref="NmfEstimator.Options.Resolve"/>).</param>
    /// <param name="monitor">Is told of every iteration.</param>
    public static NmfResult Run(ComputeEngine engine, ExampleMatrix examples, NmfEstimator.Options options, ITrainingMonitor monitor)
    {
        options = options.Weighted(examples.Weights);
        FactorUnits units = FactorUnits.For(examples, options.InitialTemplates, options.Beta);
        using DataMatrix data = engine.Load(examples);
        using Factor templates = engine.Allocate(examples.Columns, options.Rank);
        using Factor activations = engine.Allocate(examples.Rows, options.Rank);
        TrainingHistory history = Run(engine, new FactorPair(data, templates, activations), options.InUnits(units), options.Stopping, monitor, "NMF", units);
        FactorMatrix inUnit = FactorUnits.Multiply(templates.ToMatrix(), units.Templates);
        FactorMatrix[] layers = [ExampleWeights.Scale(inUnit, examples.Weights?.ColumnScales, divides: true)!];
        ActivationMoments[] moments = [ActivationMoments.Of(engine, activations, units.Activations, examples.Weights)];
        int[][] order = TopicOrder.Arrange(layers, moments, _ => options.InitialTemplates is not null);
        monitor.Recorder?.Finish(order);
        return new NmfResult(layers[0], moments[0], history);
    }

    /// <summary>Runs a factorization from its start to its end, and leaves its outcome in the factors, in the unit of the stored data.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="factors">X, and W and H to fill.</param>
    /// <param name="options">Resolved options, in the unit of the stored data (<see cref="NmfEstimator.Options.InUnits"/>).</param>
    /// <param name="stopping">When to stop.</param>
    /// <param name="monitor">Is told of every iteration.</param>
    /// <param name="phase">What is being trained, in a few words.</param>
    /// <param name="units">By what data and factors are divided, for snapshots; null for nothing.</param>
    /// <param name="areTemplatesFixed">Whether the initial templates are kept, and only activations are fitted to them.</param>
    public static TrainingHistory Run(
        ComputeEngine engine,
        FactorPair factors,
        NmfEstimator.Options options,
        StoppingRule stopping,
        ITrainingMonitor monitor,
        string phase,
        FactorUnits? units = null,
        bool areTemplatesFixed = false)
    {
        monitor.CheckAlive();
        bool isSampled = options.MayStartFromSample && options.InitialTemplates is null && SampledStart.Suits(factors);
        if (isSampled)
            SampledStart.Fill(engine, factors, (options.ActivationPenalty, options.TemplatePenalty), new Random(options.Seed!.Value), monitor.CheckAlive);
        else
            Start(engine, factors, options, monitor);
        UnobservedRows.Clear(engine, factors.Data.Examples, factors);
        ChainLink[] links =
        [
            new(factors.Activations, IsFixed: false, options.ActivationPenalty, units?.Activations ?? 1),
            new(factors.Templates, areTemplatesFixed, options.TemplatePenalty, units?.Templates ?? 1),
        ];
        using FactorChain chain = FactorChain.Create(engine, factors.Data, links, options.Beta, UpdateOf(options));
        if (isSampled)
            chain.Update(0);
        for (int i = 0; options is { InitialTemplates: not null, InitialActivations: null } && i < ActivationWarmUp; i++)
        {
            monitor.CheckAlive();
            chain.Update(0);
        }

        return TrainingLoop.Run(chain, stopping, phase, monitor);
    }

    /// <summary>Fills the factors with what a factorization starts from.</summary>
    public static void Start(ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, ITrainingMonitor monitor)
    {
        var random = new Random(options.Seed!.Value);
        if (options.InitialTemplates is { } templates)
        {
            if (options.InitialActivations is { } activations)
            {
                double scale = StartScale.Of(factors.Data.Examples, [activations, templates], _ => false);
                factors.Activations.CopyFrom(FactorUnits.Multiply(activations, scale).Values);
                factors.Templates.CopyFrom(FactorUnits.Multiply(templates, scale).Values);
                return;
            }

            factors.Templates.CopyFrom(templates.Values);
            RandomStart.FillEvenly(factors, templates.Values);
            return;
        }

        // Planted values that are missing are found in far fewer multiplicative updates from random factors than from singular vectors, whose zeros are small
        // values.
        bool hasHoles = factors.Data.Examples is ObservedExamples { HasHoles: true };
        if (options.Initialization == NmfInitialization.Random || (options.IsStartAutomatic && hasHoles))
        {
            RandomStart.Fill(factors, random);
            return;
        }

        // Of the mean of a factor whose entries were all the same.
        float mean = RandomStart.ScaleOf(factors) / 2;
        Func<float>? zeros = options.Initialization switch
        {
            NmfInitialization.NndsvdA => () => NndsvdFill * mean,
            NmfInitialization.NndsvdAr => () => NndsvdFill * mean * random.NextSingle(),
            _ => null,
        };
        Nndsvd.Fill(engine, factors, zeros, random, monitor.CheckAlive);
    }

    /// <summary>How the factors are updated.</summary>
    /// <param name="options">Resolved options.</param>
    public static FactorUpdate UpdateOf(NmfEstimator.Options options) => options.Solver switch
    {
        NmfSolver.CoordinateDescent => FactorUpdate.CoordinateDescent,
        NmfSolver.AlternatingLeastSquares => FactorUpdate.LeastSquares,
        _ => options.IsOverrelaxed ? FactorUpdate.Overrelaxed : FactorUpdate.Multiplicative,
    };
}
