using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>What a factorization ends with.</summary>
/// <param name="Templates">W, m × r.</param>
/// <param name="History">How the objective fell.</param>
internal sealed record NmfResult(FactorMatrix Templates, TrainingHistory History);

/// <summary>
/// Non-negative matrix factorization: minimises D_β(X ‖ H Wᵀ) plus the penalties over H, W ≥ 0, with X of n × m, H of n × r and W of m × r.
/// </summary>
internal static class NmfTraining
{
    // Multiplicative updates of the activations alone, before the templates that came without activations move.
    private const int ActivationWarmUp = 20;

    /// <summary>Runs a factorization from its start to its end.</summary>
    public static NmfResult Run(ComputeEngine engine, ExampleMatrix examples, NmfSettings settings, ITrainingMonitor monitor)
    {
        using DataMatrix data = engine.Load(examples);
        using Factor templates = engine.Allocate(examples.Columns, settings.Rank);
        using Factor activations = engine.Allocate(examples.Rows, settings.Rank);
        TrainingHistory history = Run(engine, new FactorPair(data, templates, activations), settings, monitor);
        return new NmfResult(templates.ToMatrix(), history);
    }

    /// <summary>Runs a factorization from its start to its end, and leaves its outcome in the factors.</summary>
    public static TrainingHistory Run(ComputeEngine engine, FactorPair factors, NmfSettings settings, ITrainingMonitor monitor)
    {
        monitor.CheckAlive();
        Initialize(engine, factors, settings, monitor);
        if (settings.Beta == BetaDivergence.Euclidean)
        {
            using var solver = new EuclideanSolver(engine, factors, settings);
            FitActivations(solver.UpdateActivations, settings, monitor);
            return TrainingLoop.Run(solver, settings.Stopping, settings.Phase, monitor);
        }
        else
        {
            using var solver = new MultiplicativeSolver(engine, factors, settings);
            FitActivations(solver.UpdateActivations, settings, monitor);
            return TrainingLoop.Run(solver, settings.Stopping, settings.Phase, monitor);
        }
    }

    private static void Initialize(ComputeEngine engine, FactorPair factors, NmfSettings settings, ITrainingMonitor monitor)
    {
        var random = new Random(settings.Seed);
        if (settings.InitialTemplates is { } templates)
        {
            factors.Templates.CopyFrom(templates.Values);
            if (settings.InitialActivations is { } activations)
                factors.Activations.CopyFrom(activations.Values);
            else
                RandomInitialization.FillEvenly(factors, templates.Values);
        }
        else if (settings.Initialization == NmfInitialization.Random)
        {
            RandomInitialization.Fill(factors, random);
        }
        else
        {
            Nndsvd.Fill(engine, factors, settings.Initialization, random, monitor.CheckAlive);
        }
    }

    private static void FitActivations(Action update, NmfSettings settings, ITrainingMonitor monitor)
    {
        if (settings.InitialTemplates is null || settings.InitialActivations is not null)
            return;
        for (int i = 0; i < ActivationWarmUp; i++)
        {
            monitor.CheckAlive();
            update();
        }
    }
}
