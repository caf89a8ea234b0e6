using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Topics;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>
/// Finds the L1 weight with which a factorization is as sparse as it is to be. Every weight is tried from the factors that a training without it has ended
/// with, so that what it leads to depends on nothing else; its logarithm is then interpolated. Meanwhile the other factor keeps the norms of its columns
/// (<see cref="NormedChain"/>). Each trial ends with the activations that transforming gives, and these are measured.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="factors">X, and W and H as a training without the weight has left them.</param>
/// <param name="options">Resolved options, in the unit of the data.</param>
/// <param name="units">By what data and factors are divided.</param>
/// <param name="monitor">Is told of every iteration.</param>
internal sealed class SparsenessSearch(ComputeEngine engine, FactorPair factors, NmfEstimator.Options options, FactorUnits units, ITrainingMonitor monitor)
{
    // Nearer than this to what is wanted is good enough; farther than the other is worth a warning.
    private const double Near = 0.005;
    private const double Far = 0.02;

    // The first weight makes the penalty this share of the divergence of the start.
    private const double FirstShare = 0.01;
    private const double Step = 4;
    private const int MostRounds = 24;

    // Interpolation stays this share of the way off both ends.
    private const double Margin = 0.1;

    private readonly bool _ofTemplates = options.TemplatesSparseness is not null;

    private readonly FactorMatrix? _seeds = NmfTraining.ProfilesOf(factors.Data.Examples, options);

    private string Option => _ofTemplates ? nameof(NmfEstimator.Options.TemplatesSparseness) : nameof(NmfEstimator.Options.ActivationsSparseness);

    /// <summary>Leaves the factors of the weight that was found.</summary>
    /// <param name="wanted">The sparseness.</param>
    /// <param name="history">Of the training without the weight.</param>
    /// <returns>The history of the last training, and the options with the penalties that it had.</returns>
    public (TrainingHistory History, NmfEstimator.Options Options) Run(double wanted, TrainingHistory history)
    {
        Trial none = new(0, _ofTemplates ? OfTemplates() : OfShares(Solve(options), TemplateSums()), history, WithWeight(0));
        if (none.Sparseness >= wanted - Near)
        {
            if (none.Sparseness > wanted + Far)
                Warn($"{Option} is {wanted}, but without an L1 penalty it is {none.Sparseness:F3} already, and a penalty would only raise it.");
            return (history, none.Options);
        }

        using Factor templates = engine.Allocate(factors.Templates.Rows, factors.Templates.Rank);
        using Factor activations = engine.Allocate(factors.Activations.Rows, factors.Activations.Rank);
        engine.Copy(factors.Templates, templates);
        engine.Copy(factors.Activations, activations);
        double sum = engine.ColumnSums(_ofTemplates ? templates : activations).Sum() * (_ofTemplates ? units.Templates : units.Activations);
        double weight = FirstShare * history[0].Divergence / sum;
        (double Weight, double Sparseness) low = (0, none.Sparseness), high = (double.PositiveInfinity, 1);
        Trial last = none, best = none;
        for (int round = 1; round <= MostRounds && !monitor.IsStopRequested && Math.Abs(last.Sparseness - wanted) > Near; round++)
        {
            last = Try(weight, $"NMF for sparseness, training {round}", (templates, activations));
            best = Math.Abs(last.Sparseness - wanted) < Math.Abs(best.Sparseness - wanted) ? last : best;
            if (last.Sparseness < wanted)
                low = (weight, last.Sparseness);
            else
                high = (weight, last.Sparseness);
            weight = Next(low, high, wanted);
        }

        if (best.Weight != last.Weight)
            best = Try(best.Weight, "NMF for sparseness, the best", (templates, activations));
        if (Math.Abs(best.Sparseness - wanted) > Far && !monitor.IsStopRequested)
            Warn($"{Option} is {wanted}, but the training that came nearest has {best.Sparseness:F3}. Choose another value, or another Rank.");
        return (best.History, best.Options);
    }

    private static double Next((double Weight, double Sparseness) low, (double Weight, double Sparseness) high, double wanted)
    {
        if (double.IsPositiveInfinity(high.Weight))
            return low.Weight * Step;
        if (low.Weight == 0)
            return high.Weight / Step;
        double way = Math.Clamp((wanted - low.Sparseness) / (high.Sparseness - low.Sparseness), Margin, 1 - Margin);
        return Math.Exp(Math.Log(low.Weight) + way * Math.Log(high.Weight / low.Weight));
    }

    private Trial Try(double weight, string phase, (Factor Templates, Factor Activations) start)
    {
        engine.Copy(start.Templates, factors.Templates);
        engine.Copy(start.Activations, factors.Activations);
        NmfEstimator.Options penalised = WithWeight((float)weight);
        TrainingHistory history = NmfTraining.GoOn(engine, factors, penalised.InUnits(units), _seeds, !_ofTemplates, monitor, phase, units);
        FactorMatrix activations = Solve(penalised);
        factors.Activations.CopyFrom(FactorUnits.Multiply(activations, 1 / units.Activations).Values);
        (double objective, double divergence) = NmfTraining.Evaluate(engine, factors, penalised.InUnits(units), _seeds);
        TrainingIteration end = history.Last with { Number = history.Last.Number + 1, Objective = objective, Divergence = divergence };
        double reached = _ofTemplates ? OfTemplates() : OfShares(activations, TemplateSums());
        return new(weight, reached, new TrainingHistory([.. history, end], history.End), penalised);
    }

    private NmfEstimator.Options WithWeight(float weight) => _ofTemplates
        ? options.WithPenalties(options.ActivationPenalty, options.TemplatePenalty with { L1 = weight })
        : options.WithPenalties(options.ActivationPenalty with { L1 = weight }, options.TemplatePenalty);

    // What transforming gives, in the unit of the data.
    private FactorMatrix Solve(NmfEstimator.Options penalised)
    {
        FactorMatrix templates = FactorUnits.Multiply(factors.Templates.ToMatrix(), units.Templates);
        var problem = ActivationProblem.Create(templates, penalised.ToActivationSettings());
        return ExampleActivations.Solve(problem, factors.Data.Examples, templates.Columns, engine.Threads, monitor.CheckAlive);
    }

    private double[] TemplateSums() => factors.Templates.ToMatrix().ColumnSums();

    // A topic of nothing counts as one of a single word: it says that the weight is too large.
    private double OfTemplates() => TopicMeasures.HoyerSparsity(factors.Templates.ToMatrix()).Skip(options.NumberFixed)
        .Select(sparsity => double.IsFinite(sparsity) ? sparsity : 1).Average();

    // The mean over the rows that have any topic; 1 where none has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double OfShares(FactorMatrix activations, double[] sums)
    {
        double total = 0, root = Math.Sqrt(activations.Columns);
        int rows = 0;
        for (int i = 0; i < activations.Rows; i++)
        {
            ReadOnlySpan<float> row = activations.Row(i);
            double sum = 0, squares = 0;
            for (int k = 0; k < row.Length; k++)
            {
                double share = row[k] * sums[k];
                sum += share;
                squares += share * share;
            }

            if (!(squares > 0))
                continue;
            total += (root - sum / Math.Sqrt(squares)) / (root - 1);
            rows++;
        }

        return rows == 0 ? 1 : total / rows;
    }

    private void Warn(FormattableString message) => monitor.Warn(message.ToString(CultureInfo.InvariantCulture));

    // A weight, what it leads to, and how.
    private sealed record Trial(double Weight, double Sparseness, TrainingHistory History, NmfEstimator.Options Options);
}
