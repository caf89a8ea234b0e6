using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>Factorizations of one rank for a comparison: of all data, and of data of which a block is held out.</summary>
/// <param name="options">Resolved options, of the rank.</param>
/// <param name="checkAlive">Throws when the comparison has been cancelled.</param>
internal sealed class RankTraining(NmfEstimator.Options options, Action checkAlive)
{
    /// <summary>The factors of all data and the divergence, all in the unit of the stored data.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    public (FactorMatrix Templates, FactorMatrix Activations, double Divergence) Factorize(ComputeEngine engine, ExampleMatrix examples)
    {
        using DataMatrix data = engine.Load(examples);
        using Factor templates = engine.Allocate(examples.Columns, options.Rank);
        using Factor activations = engine.Allocate(examples.Rows, options.Rank);
        TrainingHistory history = NmfTraining.Run(
            engine, new FactorPair(data, templates, activations), InUnits(examples), options.Stopping, new QuietMonitor(checkAlive), "NMF");
        return (templates.ToMatrix(), activations.ToMatrix(), history.Last.Divergence / Math.Pow(examples.Unit, options.Beta));
    }

    /// <summary>
    /// The divergence of the block that is held out from its prediction H_D W_Dᵀ: H and W are factors of the rest, H_D are the activations of the block's rows
    /// with W, and W_D its columns' templates with H (Owen and Perry 2009, <see href="https://doi.org/10.1214/08-AOAS227">section 4</see>).
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="block">The block.</param>
    public double HeldOutDivergence(ComputeEngine engine, HeldOutBlock block)
    {
        (FactorMatrix templates, FactorMatrix activations, _) = Factorize(engine, block.Rest);
        NmfEstimator.Options inUnits = InUnits(block.Rest);
        ActivationSettings ofRows = inUnits.ToActivationSettings();
        ActivationSettings ofColumns = ofRows with { L1 = inUnits.TemplatesL1Regularization, L2 = inUnits.TemplatesL2Regularization };
        FactorMatrix rows = Solve(block.Rows, templates, ofRows), columns = Solve(block.Columns, activations, ofColumns);
        return ExactDivergence.Of(block.Held, rows, columns, options.Beta, engine.Threads);

        FactorMatrix Solve(ExampleMatrix examples, FactorMatrix factor, ActivationSettings settings) => ExampleActivations.Solve(
            ActivationProblem.Create(factor, settings), examples, factor.Columns, engine.Threads, checkAlive, areStored: true);
    }

    private NmfEstimator.Options InUnits(ExampleMatrix examples)
        => options.ForExamples(examples.Rows).InUnits(FactorUnits.For(examples, null, options.Beta));

    // Only cancelling reaches a training of a comparison.
    private sealed class QuietMonitor(Action checkAlive) : ITrainingMonitor
    {
        public void CheckAlive() => checkAlive();

        public void Report(TrainingProgress progress)
        {
        }

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
