using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>
/// A start with templates that are known: they get the activations that fit the data best, and the other components start from what is left of the data, as any
/// factorization does from all of it.
/// </summary>
internal static class GuidedStart
{
    // Multiplicative updates of the activations of known templates; for β = 2 they are exact.
    private const int Updates = 20;

    /// <summary>Fills both factors.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="factors">X, and W and H to fill.</param>
    /// <param name="known">The first columns of W.</param>
    /// <param name="options">Resolved options, in the unit of the stored data.</param>
    /// <param name="monitor">May cancel.</param>
    public static void Fill(ComputeEngine engine, FactorPair factors, FactorMatrix known, NmfEstimator.Options options, ITrainingMonitor monitor)
    {
        FactorMatrix activations = ActivationsOf(engine, factors.Data, known, options, monitor);
        if (known.Columns == factors.Templates.Rank)
        {
            factors.Templates.CopyFrom(known.Values);
            factors.Activations.CopyFrom(activations.Values);
            return;
        }

        ExampleMatrix rest = RestOfData.Of(factors.Data.Examples, activations, known);
        int free = factors.Templates.Rank - known.Columns;
        using Factor templatesOfRest = engine.Allocate(factors.Templates.Rows, free), activationsOfRest = engine.Allocate(factors.Activations.Rows, free);
        if (rest.NonZeros == 0)
        {
            // Nothing is left to start from.
            RandomStart.Fill(new FactorPair(factors.Data, templatesOfRest, activationsOfRest), new Random(options.Seed!.Value));
        }
        else
        {
            using DataMatrix data = engine.Load(rest);
            NmfTraining.StartFreely(engine, new FactorPair(data, templatesOfRest, activationsOfRest), options, monitor.CheckAlive);
        }

        factors.Templates.CopyFrom(known.Beside(templatesOfRest.ToMatrix()).Values);
        factors.Activations.CopyFrom(activations.Beside(activationsOfRest.ToMatrix()).Values);
    }

    // The activations of the known templates alone.
    private static FactorMatrix ActivationsOf(
        ComputeEngine engine, DataMatrix data, FactorMatrix known, NmfEstimator.Options options, ITrainingMonitor monitor)
    {
        using Factor templates = engine.Allocate(known.Rows, known.Columns), activations = engine.Allocate(data.Rows, known.Columns);
        templates.CopyFrom(known.Values);
        RandomStart.FillEvenly(new FactorPair(data, templates, activations), known.Values);
        bool isExact = options.Beta == BetaDivergence.Euclidean;
        ChainLink[] links = [new(activations, IsFixed: false, options.ActivationPenalty), new(templates, IsFixed: true, default)];
        FactorUpdate update = isExact ? FactorUpdate.LeastSquares : FactorUpdate.Multiplicative;
        using FactorChain chain = FactorChain.Create(engine, data, links, options.Beta, update);
        for (int i = 0; i < (isExact ? 1 : Updates); i++)
        {
            monitor.CheckAlive();
            chain.Update(0);
        }

        return activations.ToMatrix();
    }
}
