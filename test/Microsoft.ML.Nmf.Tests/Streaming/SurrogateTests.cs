using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>What an update of templates by the statistics of rows does to the objective of these rows, with the activations that they had.</summary>
public sealed class SurrogateTests
{
    private const int Features = SurrogateRows.Features;

    // Of the objective at the start: the noise of float32 sums.
    private const double Rounding = 3e-6;

    private static readonly ManagedEngine _engine = new(2);

    public static TheoryData<double, string> Cases()
    {
        var data = new TheoryData<double, string>();
        foreach (string what in new[] { "", "sparse", "penalties", "holes", "row weights", "feature weights", "weights and penalties", "fixed" })
        {
            foreach (double beta in new[] { -1, 0, 0.5, 1, 1.5, 2, 2.5, 3 }.Where(beta => beta >= 0 || what != "sparse"))
                data.Add(beta, what);
        }

        data.Add(2, "least squares");
        data.Add(2, "least squares, fixed");
        data.Add(2, "signed");
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Objective_never_rises_by_an_update_from_rows_that_met_the_same_templates(double beta, string what)
    {
        NmfEstimator.Options options = OptionsFor(beta, what);
        ExampleMatrix examples = new SurrogateRows(options, what).Examples;
        NmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
        FactorMatrix start = what == "signed" ? Build.Matrix(Naive.Signed(Features, 4, 5)) : Build.Matrix(Raised(Naive.Random(Features, 4, 5)));
        using StreamedModel model = plan.Create(_engine, examples, [start], isLifted: false);
        Descends(model, new SurrogateRows(options, what), [options.TemplatePenalty with { Kept = 0 }], options.ActivationPenalty, options.ToActivationSettings());
        if (options.NumberFixed > 0)
            Assert.Equal(options.FixedTemplates!.Values, model.ReadTemplates()[0].TakeColumns([0]).Values);
    }

    [Theory]
    [InlineData(2, "")]
    [InlineData(2, "penalties")]
    [InlineData(1, "")]
    [InlineData(1, "penalties")]
    [InlineData(0, "")]
    [InlineData(0.5, "holes")]
    [InlineData(2, "holes")]
    [InlineData(1.5, "penalties")]
    [InlineData(3, "penalties")]
    [InlineData(1, "row weights")]
    [InlineData(2, "feature weights")]
    public void Objective_never_rises_by_an_update_of_a_chain(double beta, string what)
    {
        NmfEstimator.Options counted = OptionsFor(beta, what);
        var made = new DeepNmfEstimator.Options
        {
            Ranks = [6, 5, 3],
            Beta = beta,
            ActivationsL1Regularization = counted.ActivationsL1Regularization,
            ActivationsL2Regularization = counted.ActivationsL2Regularization,
            TransformTolerance = 1e-6f,
            MissingValues = counted.MissingValues,
            ExampleWeightColumnName = counted.ExampleWeightColumnName,
            FeatureWeights = counted.FeatureWeights,
        };
        if (what == "penalties")
        {
            made.Layers =
            [
                new() { TemplatesL1Regularization = 0.2f, TemplatesOrthogonality = 0.5f },
                new() { TemplatesL2Regularization = 1 },
                new() { TemplatesL1Regularization = 0.1f, TemplatesL2Regularization = 0.2f },
            ];
        }

        DeepNmfEstimator.Options options = Resolved.Of(made);
        ExampleMatrix examples = new SurrogateRows(counted, what).Examples;
        DeepNmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
        FactorMatrix[] start = [Build.Matrix(Raised(Naive.Random(Features, 6, 5))), Build.Matrix(Raised(Naive.Random(6, 5, 6))), Build.Matrix(Raised(Naive.Random(5, 3, 7)))];
        using StreamedModel model = plan.Create(_engine, examples, start, isLifted: false);
        Penalty[] penalties = [.. Enumerable.Range(0, 3).Select(i => options.LayerAt(i).TemplatePenalty)];
        Descends(model, new SurrogateRows(counted, what), penalties, new Penalty(made.ActivationsL1Regularization, made.ActivationsL2Regularization), options.ToActivationSettings());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(3)]
    public void Objective_never_rises_by_an_update_of_seeded_topics(double beta)
    {
        NmfEstimator.Options options = OptionsFor(beta, "").WithSeeds([[0, 4], [1, 5]]);
        ExampleMatrix examples = new SurrogateRows(options, "").Examples;
        NmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
        using StreamedModel model = plan.Create(_engine, examples, [Build.Matrix(Raised(Naive.Random(Features, 4, 5)))], isLifted: false);
        using DataMatrix data = _engine.Load(examples);
        double largest = double.NaN;
        for (int i = 0; i < 6; i++)
        {
            TrainingStatistics statistics = model.CreateStatistics();
            model.Add(data, [], statistics);
            double before = model.ObjectiveOf(statistics).Objective;
            using Factor held = Activations(data, model, options.ToActivationSettings());
            model.Update(statistics, statistics.Weight);
            (double objective, double divergence) = model.ObjectiveOf(statistics);
            double after = new SurrogateRows(options, "").Divergence(held, model) + objective - divergence;
            // The first update weighs the pull.
            if (i == 1)
                Assert.True(objective - divergence > 0.01 * divergence, $"{objective} is of no pull beside {divergence}");
            if (i > 0)
                Assert.True(after <= before + Rounding * largest, $"{i}: {before} rose to {after}");
            largest = double.IsNaN(largest) ? before : largest;
        }
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(0.5, "penalties")]
    [InlineData(1, "penalties")]
    [InlineData(1.5, "")]
    [InlineData(3, "penalties")]
    [InlineData(1, "holes")]
    [InlineData(2, "holes")]
    public void It_is_the_multiplicative_step_of_a_factorization_of_the_same_rows(double beta, string what)
    {
        NmfEstimator.Options options = OptionsFor(beta, what);
        ExampleMatrix examples = new SurrogateRows(options, what).Examples;
        NmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
        FactorMatrix start = Build.Matrix(Raised(Naive.Random(Features, 4, 5)));
        using StreamedModel model = plan.Create(_engine, examples, [start], isLifted: false);
        using DataMatrix data = _engine.Load(examples);
        TrainingStatistics statistics = model.CreateStatistics();
        model.Add(data, [], statistics);
        using Factor activations = Activations(data, model, options.ToActivationSettings()), templates = Build.Factor(_engine, Streamed.Matrix(start));
        var pair = new FactorPair(data, templates, activations);
        using FactorChain chain = Resolved.Chain(_engine, pair, beta, FactorUpdate.Multiplicative, options.TemplatePenalty);
        chain.Update(1);
        model.Update(statistics, statistics.Weight);
        Near.Equal(Build.Read(templates), Streamed.Matrix(model.ReadTemplates()[0]), 1e-5);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(0.5, 0)]
    [InlineData(0.5, 1)]
    [InlineData(3, 2)]
    public void With_one_layer_free_it_is_the_step_of_a_chain(double beta, int free)
    {
        DeepNmfEstimator.Options options = Resolved.Of(new DeepNmfEstimator.Options
        {
            Ranks = [6, 5, 3],
            Beta = beta,
            Layers = [.. Enumerable.Range(0, 3).Select(i => new DeepNmfLayerOptions { IsFixed = i != free })],
        });
        ExampleMatrix examples = new SurrogateRows(OptionsFor(beta, ""), "").Examples;
        DeepNmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
        FactorMatrix[] start = [Build.Matrix(Raised(Naive.Random(Features, 6, 5))), Build.Matrix(Raised(Naive.Random(6, 5, 6))), Build.Matrix(Raised(Naive.Random(5, 3, 7)))];
        using StreamedModel model = plan.Create(_engine, examples, start, isLifted: false);
        using DataMatrix data = _engine.Load(examples);
        TrainingStatistics statistics = model.CreateStatistics();
        model.Add(data, [], statistics);
        using Factor activations = Activations(data, model, options.ToActivationSettings());
        Factor[] layers = [.. start.Select(layer => Build.Factor(_engine, Streamed.Matrix(layer)))];
        // Layer i stands at place 3 − i.
        ChainLink[] links = [new(activations, false, default), .. layers.Reverse().Select(layer => new ChainLink(layer, false, default))];
        using FactorChain chain = FactorChain.Create(_engine, data, links, beta);
        chain.Update(3 - free);
        model.Update(statistics, statistics.Weight);
        for (int i = 0; i < 3; i++)
        {
            Near.Equal(Build.Read(layers[i]), Streamed.Matrix(model.ReadTemplates()[i]), 1e-5);
            layers[i].Dispose();
        }
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(2f, 3f)]
    public void For_least_squares_it_is_the_minimiser_of_the_normal_equations(float l1, float l2)
    {
        NmfEstimator.Options options = Resolved.Of(new NmfEstimator.Options
        {
            Rank = 4,
            Solver = NmfSolver.AlternatingLeastSquares,
            TemplatesL1Regularization = l1,
            TemplatesL2Regularization = l2,
        });
        ExampleMatrix examples = new SurrogateRows(options, "").Examples;
        NmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
        using StreamedModel model = plan.Create(_engine, examples, [Build.Matrix(Naive.Random(Features, 4, 5))], isLifted: false);
        using DataMatrix data = _engine.Load(examples);
        TrainingStatistics statistics = model.CreateStatistics();
        model.Add(data, [], statistics);
        using Factor activations = Activations(data, model, options.ToActivationSettings());
        double[,] h = Build.Read(activations), q = Naive.Gram(h), b = Naive.Multiply(Naive.Transpose(new SurrogateRows(options, "").X), h);
        for (int k = 0; k < 4; k++)
            q[k, k] += l2;
        model.Update(statistics, statistics.Weight);
        double[,] actual = Streamed.Matrix(model.ReadTemplates()[0]);
        for (int j = 0; j < Features; j++)
        {
            double[] expected = Naive.BestOfAllSupports(q, [.. Naive.Row(b, j).Select(value => value - l1)]);
            Assert.All(expected.Zip(Naive.Row(actual, j)), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    [Fact]
    public void Rows_that_count_in_part_pull_templates_as_much_as_copies_do()
    {
        foreach (double beta in new[] { 2, 1, 0.5 })
        {
            NmfEstimator.Options options = OptionsFor(beta, "penalties");
            ExampleMatrix examples = new SurrogateRows(options, "").Examples;
            NmfStream plan = new(options, (Features, null), "Features", (_, _, _, _) => throw new NotSupportedException());
            FactorMatrix start = Build.Matrix(Raised(Naive.Random(Features, 4, 5)));
            using StreamedModel whole = plan.Create(_engine, examples, [start], isLifted: false), twice = plan.Create(_engine, examples, [start], isLifted: false);
            using DataMatrix data = _engine.Load(examples);
            TrainingStatistics once = whole.CreateStatistics(), two = whole.CreateStatistics();
            whole.Add(data, [], once);
            whole.Add(data, [], two);
            whole.Add(data, [], two);
            // Templates with what 20 of 40 rows say count beside a penalty for 20 rows: as much as 40 for 40.
            whole.Update(two, two.Weight);
            twice.Update(once, two.Weight);
            Near.Equal(Streamed.Matrix(whole.ReadTemplates()[0]), Streamed.Matrix(twice.ReadTemplates()[0]), 1e-5);
        }
    }

    // The objective with the activations held, in double.
    private static void Descends(StreamedModel model, SurrogateRows rows, Penalty[] penalties, Penalty onActivations, ActivationSettings settings)
    {
        using DataMatrix data = _engine.Load(rows.Examples);
        double largest = double.NaN;
        for (int i = 0; i < 6; i++)
        {
            TrainingStatistics statistics = model.CreateStatistics();
            model.Add(data, [], statistics);
            using Factor held = Activations(data, model, settings);
            double before = Objective(held);
            if (i == 0)
                Near.Equal(before, model.ObjectiveOf(statistics).Objective, 1e-4);
            largest = double.IsNaN(largest) ? Math.Abs(before) : largest;
            model.Update(statistics, statistics.Weight);
            double after = Objective(held);
            Assert.True(double.IsFinite(after) && after <= before + Rounding * largest, $"{i}: {before} rose to {after}");
            if (i == 0)
                Assert.True(after < before - 1e-4 * largest, $"{before} became {after}");
        }

        double Objective(Factor held)
            => rows.Divergence(held, model) + PenaltyOf(rows.Unscaled(held), onActivations, rows.OfRows)
                + model.ReadTemplates().Select((layer, k) => PenaltyOf(Streamed.Matrix(layer), penalties[k], k == 0 ? rows.OfColumns : null)).Sum();
    }

    private static double PenaltyOf(double[,] factor, Penalty penalty, double[]? weights)
    {
        double total = 0;
        for (int i = 0; i < factor.GetLength(0); i++)
        {
            double[] row = Naive.Row(factor, i);
            double sum = row.Sum(), squares = row.Sum(v => v * v);
            total += (weights?[i] ?? 1) * (penalty.L1 * sum + 0.5 * penalty.L2 * squares + 0.5 * penalty.Orthogonality * (sum * sum - squares));
        }

        return total;
    }

    private static Factor Activations(DataMatrix data, StreamedModel model, ActivationSettings settings)
    {
        FactorMatrix product = model.Templates.Select(layer => layer.ToMatrix()).Aggregate((left, right) => left.Multiply(right));
        using Factor templates = Build.Factor(_engine, Streamed.Matrix(product));
        Factor activations = _engine.Allocate(data.Rows, templates.Rank);
        _engine.SolveActivations(data, templates, settings, activations);
        return activations;
    }

    private static NmfEstimator.Options OptionsFor(double beta, string what)
    {
        var options = new NmfEstimator.Options { Rank = 4, Beta = beta, TransformTolerance = 1e-6f };
        if (what.Contains("least squares"))
            options.Solver = NmfSolver.AlternatingLeastSquares;
        if (what.Contains("signed"))
            (options.TemplatesMayBeNegative, options.TemplatesL2Regularization) = (true, 2);
        if (what.Contains("penalties"))
        {
            (options.ActivationsL1Regularization, options.ActivationsL2Regularization) = (0.1f, 0.2f);
            (options.TemplatesL1Regularization, options.TemplatesL2Regularization, options.TemplatesOrthogonality) = (0.5f, 2, 1);
        }

        if (what.Contains("holes"))
            options.MissingValues = MissingValues.AreMissing;
        if (what.Contains("weights") && !what.Contains("feature"))
            options.ExampleWeightColumnName = "Weight";
        if (what.Contains("weights") && !what.Contains("row"))
            options.FeatureWeights = [.. Enumerable.Range(0, Features).Select(j => 0.5f + j % 3)];
        if (what.Contains("fixed"))
            options.FixedTemplates = Build.Matrix(Raised(Naive.Random(Features, 4, 5))).TakeColumns([0]);
        return Resolved.Of(options);
    }

    private static double[,] Raised(double[,] values)
    {
        for (int i = 0; i < values.GetLength(0); i++)
        {
            for (int k = 0; k < values.GetLength(1); k++)
                values[i, k] += 0.05;
        }

        return values;
    }
}
