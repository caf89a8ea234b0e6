using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>What a factorization ends with.</summary>
/// <param name="Templates">W, m × r.</param>
/// <param name="Moments">Of the activations.</param>
/// <param name="History">How the objective fell.</param>
/// <param name="ActivationPenalty">The penalty on activations that it was trained with.</param>
/// <param name="Activations">H, n × r, where it is kept.</param>
internal sealed record NmfResult(
    FactorMatrix Templates, ActivationMoments Moments, TrainingHistory History, Penalty ActivationPenalty, FactorMatrix? Activations = null);

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
        FactorMatrix? known = options.FixedTemplates;
        options = options.Weighted(examples.Weights);
        FactorUnits units = FactorUnits.For(examples, options.InitialTemplates ?? options.FixedTemplates, options.Beta);
        using DataMatrix data = engine.Load(examples);
        using Factor templates = engine.Allocate(examples.Columns, options.Rank);
        using Factor activations = engine.Allocate(examples.Rows, options.Rank);
        var factors = new FactorPair(data, templates, activations);
        options = options.ForExamples(examples.Rows);
        TrainingHistory history = Run(engine, factors, options.InUnits(units), options.Stopping, monitor, "NMF", units);
        if ((options.TemplatesSparseness ?? options.ActivationsSparseness) is { } sparseness)
            (history, options) = new SparsenessSearch(engine, factors, options, units, monitor).Run(sparseness, history);
        FactorMatrix inUnit = FactorUnits.Multiply(templates.ToMatrix(), units.Templates);
        FactorMatrix[] layers = [ExampleWeights.Scale(inUnit, examples.Weights?.ColumnScales, divides: true)!];
        if (known is not null)
            layers[0] = known.Beside(layers[0].TakeColumns([.. Enumerable.Range(known.Columns, options.Rank - known.Columns)]));
        ActivationMoments[] moments = [ActivationMoments.Of(engine, activations, units.Activations, examples.Weights)];
        int[][] order = TopicOrder.Arrange(layers, moments, _ => options.InitialTemplates is not null, options.NumberGuided);
        monitor.Recorder?.Finish(order);
        FactorMatrix? kept = options.KeepActivations == ActivationKeeping.None
            ? null : FactorUnits.Multiply(activations.ToMatrix(), units.Activations).TakeColumns(order[0]);
        return new NmfResult(layers[0], moments[0], history, options.ActivationPenalty, kept);
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
        FactorMatrix? seeds = ProfilesOf(factors.Data.Examples, options);
        using TemplatePull? pull = PullTo(engine, seeds, options);
        bool isSampled = options is { MayStartFromSample: true, InitialTemplates: null, AreTemplatesFixed: false } && SampledStart.Suits(factors);
        if (isSampled)
            SampledStart.Fill(engine, factors, (options.ActivationPenalty, options.TemplatePenalty), StartOfSample, monitor.CheckAlive);
        else
            Start(engine, factors, options, monitor, seeds);
        UnobservedRows.Clear(engine, factors.Data.Examples, factors);
        using FactorChain chain = ChainOf(engine, factors, options, units, areTemplatesFixed || options.AreTemplatesFixed, pull);
        if (options.TemplatesMayBeNegative)
            chain.Update(1);
        if (isSampled)
            chain.Update(0);
        for (int i = 0; options is { InitialTemplates: not null, InitialActivations: null } && i < ActivationWarmUp; i++)
        {
            monitor.CheckAlive();
            chain.Update(0);
        }

        chain.WeighPull();
        return TrainingLoop.Run(chain, stopping, phase, monitor);

        TemplatePull? StartOfSample(FactorPair sample)
        {
            Start(engine, sample, options, monitor, seeds);
            return PullTo(engine, seeds, options);
        }
    }

    /// <summary>Goes on from factors that a training ended with, with other penalties, one factor keeping the norms of its columns.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="factors">X, and W and H to go on from.</param>
    /// <param name="options">Resolved options, in the unit of the stored data.</param>
    /// <param name="seeds">What seeded topics are pulled to (<see cref="ProfilesOf"/>), or null.</param>
    /// <param name="areTemplatesNormed">Whether W keeps its norms rather than H.</param>
    /// <param name="monitor">Is told of every iteration.</param>
    /// <param name="phase">What is being trained, in a few words.</param>
    /// <param name="units">By what data and factors are divided, for snapshots.</param>
    public static TrainingHistory GoOn(ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, FactorMatrix? seeds, bool areTemplatesNormed,
        ITrainingMonitor monitor, string phase, FactorUnits units)
    {
        using TemplatePull? pull = PullTo(engine, seeds, options);
        FactorChain chain = ChainOf(engine, factors, options, units, options.AreTemplatesFixed, pull, FactorChain.DefaultOrder(2));
        (Factor normed, Factor other) = areTemplatesNormed ? (factors.Templates, factors.Activations) : (factors.Activations, factors.Templates);
        using var solver = new NormedChain(engine, chain, normed, other, options.NumberGuided);
        chain.WeighPull();
        return TrainingLoop.Run(solver, options.Stopping with { MayRise = true, IsBudget = true }, phase, monitor);
    }

    /// <summary>The objective and the divergence of factors, in the unit of the data.</summary>
    public static (double Objective, double Divergence) Evaluate(
        ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, FactorMatrix? seeds)
    {
        using TemplatePull? pull = PullTo(engine, seeds, options);
        using FactorChain chain = ChainOf(engine, factors, options, units: null, options.AreTemplatesFixed, pull);
        return chain.Evaluate();
    }

    private static FactorChain ChainOf(
        ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, FactorUnits? units, bool areTemplatesFixed, TemplatePull? pull,
        IEnumerable<int>? order = null)
    {
        Penalty onTemplates = areTemplatesFixed ? options.TemplatePenalty with { Kept = 0 } : options.TemplatePenalty;
        ChainLink[] links =
        [
            new(factors.Activations, IsFixed: false, options.ActivationPenalty, units?.Activations ?? 1),
            new(factors.Templates, areTemplatesFixed, onTemplates, units?.Templates ?? 1, pull),
        ];
        if (options.TemplatesMayBeNegative)
            return new SignedTemplatesChain(engine, factors.Data, links, UpdateOf(options));
        return FactorChain.Create(engine, factors.Data, links, options.Beta, UpdateOf(options), order);
    }

    /// <summary>What seeded topics start from and are pulled to; null where there are none. Multiplicative updates never leave a zero.</summary>
    public static FactorMatrix? ProfilesOf(ExampleMatrix examples, NmfEstimator.Options options) => options.SeedFeatures.Count == 0
        ? null
        : SeedProfiles.Of(examples, options.SeedFeatures, options.Rank, options.Solver == NmfSolver.MultiplicativeUpdates ? NndsvdFill : 0);

    /// <summary>Fills the factors with what a factorization starts from.</summary>
    public static void Start(
        ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, ITrainingMonitor monitor, FactorMatrix? seeds = null)
    {
        if (options.TemplatesMayBeNegative)
        {
            StartSigned(engine, factors, options, monitor);
            return;
        }

        FactorMatrix? known = options.FixedTemplates is { } kept && seeds is not null ? kept.Beside(seeds) : options.FixedTemplates ?? seeds;
        if (options.InitialTemplates is { } templates)
            StartFrom(templates, factors, options);
        else if (options.AreTemplatesFixed)
            StartFrom(options.FixedTemplates!, factors, options);
        else if (known is not null)
            GuidedStart.Fill(engine, factors, known, options, monitor);
        else
            StartFreely(engine, factors, options, monitor.CheckAlive);
    }

    // The templates that suit the activations best come with the first update.
    private static void StartSigned(ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, ITrainingMonitor monitor)
    {
        var random = new Random(options.Seed!.Value);
        if (options.InitialActivations is { } given)
            factors.Activations.CopyFrom(given.Values);
        else if (options.Initialization == NmfInitialization.Random)
            RandomStart.Fill(factors.Activations, 0, 1, random);
        else
            SignedStart.Fill(engine, factors, random, monitor.CheckAlive);
    }

    /// <summary>Fills the factors with what a factorization starts from whose templates are all to be learned.</summary>
    public static void StartFreely(ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, Action checkAlive)
    {
        var random = new Random(options.Seed!.Value);
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
        Nndsvd.Fill(engine, factors, zeros, random, checkAlive);
    }

    /// <summary>What pulls seeded topics, the components after those that are fixed; null where nothing does.</summary>
    public static TemplatePull? PullTo(ComputeEngine engine, FactorMatrix? seeds, NmfEstimator.Options options)
    {
        if (seeds is null || options.SeedStrength == 0)
            return null;
        FactorMatrix before = FactorMatrix.TakeOver(new float[seeds.Rows * options.NumberFixed], seeds.Rows, options.NumberFixed);
        int others = options.Rank - options.NumberFixed - seeds.Columns;
        FactorMatrix after = FactorMatrix.TakeOver(new float[seeds.Rows * others], seeds.Rows, others);
        return new TemplatePull(engine, before.Beside(seeds).Beside(after), options.Beta, options.SeedStrength);
    }

    // Templates that are kept replace the first of those that are given, and have no other scale than their own.
    private static void StartFrom(FactorMatrix templates, FactorPair factors, NmfEstimator.Options options)
    {
        if (options.FixedTemplates is { } known)
            templates = known.Beside(templates.TakeColumns([.. Enumerable.Range(known.Columns, templates.Columns - known.Columns)]));
        if (options.InitialActivations is { } activations)
        {
            bool areKept = options.NumberFixed > 0;
            double scale = StartScale.Of(factors.Data.Examples, [activations, templates], place => place == 1 && areKept);
            factors.Activations.CopyFrom(FactorUnits.Multiply(activations, scale).Values);
            factors.Templates.CopyFrom(FactorUnits.Multiply(templates, areKept ? 1 : scale).Values);
            return;
        }

        factors.Templates.CopyFrom(templates.Values);
        RandomStart.FillEvenly(factors, templates.Values);
    }

    /// <summary>How the factors are updated.</summary>
    /// <param name="options">Resolved options.</param>
    public static FactorUpdate UpdateOf(NmfEstimator.Options options) => options.Solver switch
    {
        // Activations alone are exact after one update.
        NmfSolver.CoordinateDescent => options.AreTemplatesFixed ? FactorUpdate.LeastSquares : FactorUpdate.CoordinateDescent,
        NmfSolver.AlternatingLeastSquares => FactorUpdate.LeastSquares,
        _ => options.IsOverrelaxed ? FactorUpdate.Overrelaxed : FactorUpdate.Multiplicative,
    };
}
