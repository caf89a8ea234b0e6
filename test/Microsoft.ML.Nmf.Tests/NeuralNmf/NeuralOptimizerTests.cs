using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralOptimizerTests
{
    // Of the loss at the start: a step is only taken when the loss falls, and only the start of the least squares differs when the last one is evaluated again.
    private const double Rounding = 1e-7;

    private static readonly int[][] _ranks = [[4], [6, 3], [7, 5, 3]];

    public static TheoryData<NeuralNmfLoss, int, NeuralNmfLabelLoss?> Cases()
    {
        var data = new TheoryData<NeuralNmfLoss, int, NeuralNmfLabelLoss?>();
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            for (int depth = 1; depth <= 3; depth++)
            {
                data.Add(loss, depth, null);
                data.Add(loss, depth, NeuralNmfLabelLoss.CrossEntropy);
                data.Add(loss, depth, NeuralNmfLabelLoss.SquaredError);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Under_the_automatic_optimizer_the_loss_never_rises_and_activations_stay_exact(NeuralNmfLoss loss, int depth, NeuralNmfLabelLoss? labelLoss)
    {
        foreach (bool sparse in new[] { true, false })
        {
            foreach (LayerInitialization start in Enum.GetValues<LayerInitialization>())
            {
                double[,] x = NeuralData.Grouped(60, 24, 1, density: sparse ? 0.3 : 1);
                NeuralNmfResult result =
                    NeuralData.Run(x, NeuralData.Options(_ranks[depth - 1], 40, loss, labelLoss).With(o => o.Initialization = start), sparse: sparse);
                NeuralData.AssertPossible(result);
                Near.NeverRises(result.Epochs.Select(e => e.Loss), Rounding);
                Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss);
                Assert.All(result.Epochs, e => Assert.InRange(e.OptimalityResidual, 0, NonnegativeLeastSquares.OptimalityTolerance));
                // What an epoch tells adds up.
                double unit = labelLoss is null ? 0 : 0.5 * NeuralData.MeanSquare(x);
                Assert.All(result.Epochs, e => Near.Equal(e.LayerLosses.Sum() + (unit == 0 ? 0 : unit * e.LabelLoss), e.Loss, 1e-9));
                Assert.Equal(result.Epochs.Select(e => (e.Number, e.Loss, e.LayerLosses.Sum())),
                    result.Phases[^1].History.Select(i => (i.Number, i.Objective, i.Divergence)));
                Assert.True(double.IsNaN(result.Epochs[0].LearningRate));
                Assert.All(result.Epochs.Skip(1), e => Assert.InRange(e.LearningRate, 0, 64));
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_automatic_optimizer_does_the_same_on_data_of_any_scale(NeuralNmfLoss loss, int depth, NeuralNmfLabelLoss? labelLoss)
    {
        double[,] x = NeuralData.Grouped(60, 24, 2);
        NeuralNmfEstimator.Options options = NeuralData.Options(_ranks[depth - 1], 5, loss, labelLoss);
        NeuralNmfResult result = NeuralData.Run(x, options);
        foreach (double scale in new[] { 1e-3, 1e3 })
        {
            NeuralNmfResult scaled = NeuralData.Run(NeuralData.Scaled(x, scale), options);
            // Where no step helps any more is a matter of rounding.
            for (int e = 0; e < Math.Max(result.Epochs.Count, scaled.Epochs.Count); e++)
                Near.Equal(LossAfter(result, e), LossAfter(scaled, e) / (scale * scale), 1e-3);
            // Rounding differs from the first step on, and five steps carry it along.
            for (int i = 0; i < depth; i++)
                Near.Equal(NeuralData.Read(result.Templates[i]), NeuralData.Read(scaled.Templates[i]), 2e-2);
        }
    }

    // That of the last epoch where there were fewer.
    private static double LossAfter(NeuralNmfResult result, int epochs) => result.Epochs[Math.Min(epochs, result.Epochs.Count - 1)].Loss;

    [Fact]
    public void The_automatic_optimizer_keeps_the_norms_of_columns()
    {
        double[,] x = NeuralData.Grouped(60, 24, 3);
        double[][,] given = [Naive.Random(24, 6, 4), Naive.Random(6, 3, 5, scale: 20)];
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            NeuralNmfResult result = NeuralData.Run(x, NeuralData.Options([6, 3], 30, loss).With(o => o.InitialTemplates = [.. given.Select(Build.Matrix)]));
            Assert.True(result.Epochs[^1].Loss < 0.9 * result.Epochs[0].Loss);
            for (int i = 0; i < 2; i++)
            {
                double[,] before = Naive.Gram(given[i]), after = Naive.Gram(NeuralData.Read(result.Templates[i]));
                for (int k = 0; k < before.GetLength(0); k++)
                    Near.Equal(before[k, k], after[k, k], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(false, 9)]
    [InlineData(false, 9, 4)]
    [InlineData(false, 9, 4, 2)]
    [InlineData(true, 9, 4)]
    [InlineData(true, 9, 4, 2)]
    public void No_start_leads_to_an_energy_that_is_lower_by_more_than_half_a_percent(bool withLabels, params int[] ranks)
    {
        double[,] x = NeuralData.Hierarchy(90, 45, 2);
        NeuralNmfEstimator.Options options = NeuralData.Options(ranks, 300, labelLoss: withLabels ? NeuralNmfLabelLoss.CrossEntropy : null);
        (options.PretrainingIterations, options.LabelWeight, options.ScoreRegularization) = (50, 0.02, 3e-4);
        uint[] keys = [.. Enumerable.Range(0, 90).Select(i => i % 2 == 0 ? 0 : i % 9 < 4 ? 1u : 2u)];
        NeuralNmfResult result = NeuralData.Run(x, options, keys: keys);
        for (int seed = 1; seed <= 6; seed++)
        {
            // Energies are comparable where the columns have the same norms.
            NeuralNmfEstimator.Options other = options.With(o =>
            {
                o.MaximumNumberOfIterations = 800;
                o.InitialTemplates = [.. result.Templates.Select((t, i) => Build.Matrix(WithNorms(Naive.Random(t.Rows, t.Columns, 10 * seed + i), t)))];
            });
            Assert.True(result.Epochs[^1].Loss <= 1.005 * NeuralData.Run(x, other, keys: keys).Epochs[^1].Loss, $"start {seed}");
        }
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy, 1.0 / 64)]
    [InlineData(NeuralNmfLoss.Reconstruction, 1)]
    public void The_losses_of_layers_count_as_activations_are_scaled_at_the_start(NeuralNmfLoss loss, double weight)
    {
        double[,] x = NeuralData.Hierarchy(90, 45, 2);
        NeuralNmfEstimator.Options options = NeuralData.Options([9, 4, 2], 1, loss).With(o => o.Resolve());
        using var engine = new ManagedEngine(1);
        using var stack = new LayerStack(engine, 45, options.Ranks);
        using var pass = new LayerPass(engine, engine.Load(Build.Dense(x)), options.Ranks, null, ownsData: true);
        Assert.Equal(3, NeuralStart.Fill(engine, pass.Data, stack, options, new QuietMonitor()).Count());
        NeuralStart.Balance(engine, pass, stack, options);
        double[][,] templates = [.. stack.Templates.Select(t => NeuralData.Read(t.ToMatrix()))], activations = NaiveNeural.Forward(x, templates);
        double[] shares = [.. activations.Select((s, i) => NeuralData.MeanSquare(s) / NeuralData.MeanSquare(Naive.Multiply(s, Naive.Transpose(templates[i]))))];
        Near.Equal(weight, shares[0], 1e-4);
        Near.Equal(weight, shares[1], 1e-4);
        Near.Equal(1 / (weight * weight), shares[2], 1e-4);
    }

    private static double[,] WithNorms(double[,] matrix, FactorMatrix pattern)
    {
        double[,] has = Naive.Gram(matrix), takes = Naive.Gram(NeuralData.Read(pattern));
        var scaled = new double[pattern.Rows, pattern.Columns];
        for (int j = 0; j < pattern.Rows; j++)
        {
            for (int k = 0; k < pattern.Columns; k++)
                scaled[j, k] = matrix[j, k] * Math.Sqrt(takes[k, k] / has[k, k]);
        }

        return scaled;
    }

    [Fact]
    public void For_one_layer_the_automatic_optimizer_comes_as_far_as_alternating_least_squares()
    {
        double[,] x = NeuralData.Grouped(80, 24, 6);
        NeuralNmfResult result = NeuralData.Run(x, NeuralData.Options([4], 200));
        using var engine = new ManagedEngine(2);
        using Microsoft.ML.Nmf.Engine.DataMatrix data = engine.Load(Build.Dense(x));
        using Microsoft.ML.Nmf.Engine.Factor templates = engine.Allocate(24, 4), activations = engine.Allocate(80, 4);
        var nmf = new NmfEstimator.Options { Rank = 4, Solver = NmfSolver.AlternatingLeastSquares, Tolerance = 0, Seed = 3 };
        nmf.Resolve();
        TrainingHistory history = NmfTraining.Run(engine, new FactorPair(data, templates, activations), nmf, nmf.Stopping, new QuietMonitor(), "NMF");
        Assert.Equal(200, history.Last.Number);
        // The divergence is half the sum of squares, the loss their mean.
        Near.Equal(2 * history.Last.Divergence / x.Length, result.Epochs[^1].Loss, 2e-3);
    }

    [Fact]
    public void The_projected_gradient_takes_the_step_it_is_named_for_at_a_rate_that_decays()
    {
        double[,] x = NeuralData.Grouped(40, 12, 7);
        double[][,] given = [Naive.Random(12, 5, 8), Naive.Random(5, 3, 9)];
        NeuralNmfEstimator.Options options = NeuralData.Options([5, 3], 1, optimizer: NeuralNmfOptimizer.ProjectedGradient(8, 0.8));
        options.InitialTemplates = [.. given.Select(Build.Matrix)];
        NeuralNmfResult result = NeuralData.Run(x, options);

        double[][,] activations = NaiveNeural.Forward(x, given);
        double[][,] gradients = NaiveNeural.Gradient(x, given, NaiveNeural.Supports(activations), NeuralNmfLoss.Energy, null);
        for (int i = 0; i < 2; i++)
        {
            double[,] expected = (double[,])given[i].Clone();
            for (int j = 0; j < expected.GetLength(0); j++)
            {
                for (int k = 0; k < expected.GetLength(1); k++)
                    expected[j, k] = Math.Max(0, expected[j, k] - 8 * gradients[i][j, k]);
            }

            Near.Equal(expected, NeuralData.Read(result.Templates[i]), 1e-5);
        }

        Assert.Contains(0f, result.Templates.SelectMany(t => t.Values.ToArray()));
        NeuralNmfResult longer = NeuralData.Run(x, options.With(o => o.MaximumNumberOfIterations = 20));
        Assert.True(double.IsNaN(longer.Epochs[0].LearningRate));
        for (int e = 1; e <= 20; e++)
            Near.Equal(8 * Math.Pow(0.8, e - 1), longer.Epochs[e].LearningRate, 1e-12);
        Assert.True(longer.Epochs[^1].Loss < longer.Epochs[0].Loss);
    }

    public static TheoryData<NeuralNmfLoss, int, NeuralNmfLabelLoss?, int?> AdamCases()
    {
        var data = new TheoryData<NeuralNmfLoss, int, NeuralNmfLabelLoss?, int?>();
        foreach (int? batch in new int?[] { null, 16 })
        {
            foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
            {
                data.Add(loss, 1, null, batch);
                data.Add(loss, 2, null, batch);
                data.Add(loss, 3, NeuralNmfLabelLoss.SquaredError, batch);
                data.Add(loss, 2, NeuralNmfLabelLoss.CrossEntropy, batch);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(AdamCases))]
    public void Adam_lowers_the_loss(NeuralNmfLoss loss, int depth, NeuralNmfLabelLoss? labelLoss, int? batchSize)
    {
        double[,] x = NeuralData.Grouped(60, 24, 10);
        NeuralNmfEstimator.Options options = NeuralData.Options(_ranks[depth - 1], 40, loss, labelLoss, NeuralNmfOptimizer.Adam(0.01));
        options.Initialization = LayerInitialization.Random;
        options.BatchSize = batchSize;
        NeuralNmfResult result = NeuralData.Run(x, options);
        NeuralData.AssertPossible(result);
        Assert.True(result.Epochs[^1].Loss < 0.8 * result.Epochs[0].Loss, $"{result.Epochs[0].Loss} → {result.Epochs[^1].Loss}");
        Assert.All(result.Epochs.Skip(1), e => Assert.Equal(0.01, e.LearningRate));
        Assert.All(result.Epochs, e => Assert.InRange(e.OptimalityResidual, 0, NonnegativeLeastSquares.OptimalityTolerance));
    }

    public static TheoryData<NeuralNmfOptimizer> Optimizers()
        => [NeuralNmfOptimizer.Automatic, NeuralNmfOptimizer.ProjectedGradient(20), NeuralNmfOptimizer.Adam(0.3)];

    [Theory, MemberData(nameof(Optimizers))]
    public void Templates_are_never_negative_after_any_step(NeuralNmfOptimizer optimizer)
    {
        // Steps so long that many entries would be.
        double[,] x = NeuralData.Grouped(40, 12, 11);
        NeuralNmfEstimator.Options options = NeuralData.Options([5, 3], 1, optimizer: optimizer).With(o => o.Initialization = LayerInitialization.Random);
        int zeros = 0;
        for (int epochs = 1; epochs <= 8; epochs++)
        {
            NeuralNmfResult result = NeuralData.Run(x, options.With(o => o.MaximumNumberOfIterations = epochs));
            NeuralData.AssertPossible(result);
            zeros += result.Templates.Sum(t => t.Values.Count(0f));
        }

        Assert.True(zeros > 0);
    }

    [Theory, MemberData(nameof(Optimizers))]
    public void Dependent_templates_zero_rows_and_ranks_beyond_the_data_give_possible_numbers_or_ask_for_a_lower_rate(NeuralNmfOptimizer optimizer)
    {
        double[,] x = NeuralData.Grouped(40, 12, 12), few = Naive.Multiply(Naive.Random(40, 2, 13), Naive.Random(2, 12, 14));
        double[,] fine = Naive.Random(12, 6, 15), coarse = Naive.Random(6, 3, 16);
        for (int j = 0; j < 12; j++)
        {
            for (int i = 3; i < 40; i += 7)
                x[i, j] = few[i, j] = 0;
            (fine[j, 1], fine[j, 2], fine[j, 3]) = (fine[j, 0], 0, fine[j, 4] + fine[j, 5]);
        }

        for (int k = 0; k < 6; k++)
            coarse[k, 1] = coarse[k, 0];
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            foreach (NeuralNmfLabelLoss? labelLoss in new NeuralNmfLabelLoss?[] { null, NeuralNmfLabelLoss.CrossEntropy, NeuralNmfLabelLoss.SquaredError })
            {
                NeuralNmfEstimator.Options options = NeuralData.Options([6, 3], 20, loss, labelLoss, optimizer);
                foreach ((double[,] data, NeuralNmfEstimator.Options of) in new[]
                {
                    (x, options.With(o => o.InitialTemplates = [Build.Matrix(fine), Build.Matrix(coarse)])),
                    (x, options.With(o => o.InitialTemplates = [Build.Matrix(fine), null])),
                    (few, options),
                    (new double[9, 12], options),
                    (new double[,] { { 1, 0, 2 } }, options.With(o => o.Ranks = [6, 5])),
                })
                {
                    NeuralNmfResult result;
                    try
                    {
                        result = NeuralData.Run(data, of);
                    }
                    catch (InvalidOperationException exception) when (optimizer is NeuralNmfOptimizer.ProjectedGradientOptimizer)
                    {
                        // Gradients through nearly dependent columns are huge, and a fixed rate may take the templates out of float32.
                        Assert.Contains("Lower the learning rate", exception.Message);
                        continue;
                    }

                    NeuralData.AssertPossible(result);
                    if (optimizer == NeuralNmfOptimizer.Automatic)
                        Near.NeverRises(result.Epochs.Select(e => e.Loss), 1e-6);
                }
            }
        }
    }

    [Fact]
    public void Labels_of_no_weight_change_no_bit_of_the_templates()
    {
        double[,] x = NeuralData.Grouped(60, 24, 17);
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            NeuralNmfResult guided = NeuralData.Run(x, NeuralData.Options([6, 3], 15, loss, NeuralNmfLabelLoss.CrossEntropy).With(o => o.LabelWeight = 0));
            NeuralNmfResult plain = NeuralData.Run(x, NeuralData.Options([6, 3], 15, loss));
            Assert.Equal(plain.Templates.Select(t => t.Values.ToArray()), guided.Templates.Select(t => t.Values.ToArray()));
            Assert.True(guided.Epochs[^1].LabelLoss < Math.Log(3));
        }
    }

    [Fact]
    public void Labels_shape_the_templates_by_their_weight()
    {
        double[,] x = NeuralData.Grouped(60, 24, 18, noise: 2);
        double LabelLoss(double weight) => NeuralData.Run(x, NeuralData.Options([6, 3], 60, labelLoss: NeuralNmfLabelLoss.CrossEntropy)
            .With(o => o.LabelWeight = weight)).Epochs[^1].LabelLoss;
        double none = LabelLoss(0), some = LabelLoss(0.1), much = LabelLoss(2);
        Assert.True(some < 0.9 * none, $"{none} {some}");
        Assert.True(much < 0.9 * some, $"{some} {much}");
    }

    [Fact]
    public void An_optimizer_that_has_the_name_is_made_and_bad_rates_are_refused()
    {
        Assert.Contains("learningRate is 0, but must be a finite number above 0", Message(() => NeuralNmfOptimizer.ProjectedGradient(0)));
        Assert.Contains("learningRate is NaN", Message(() => NeuralNmfOptimizer.ProjectedGradient(double.NaN)));
        Assert.Contains("decay is 0, but must be above 0 and at most 1", Message(() => NeuralNmfOptimizer.ProjectedGradient(1, 0)));
        Assert.Contains("decay is 1.5", Message(() => NeuralNmfOptimizer.ProjectedGradient(1, 1.5)));
        Assert.Contains("decay is NaN", Message(() => NeuralNmfOptimizer.ProjectedGradient(1, double.NaN)));
        Assert.Contains("learningRate is -1", Message(() => NeuralNmfOptimizer.Adam(-1)));
        Assert.Contains("firstDecay is 1, but must be from 0 to below 1", Message(() => NeuralNmfOptimizer.Adam(firstDecay: 1)));
        Assert.Contains("secondDecay is -0.5", Message(() => NeuralNmfOptimizer.Adam(secondDecay: -0.5)));
        Assert.Contains("epsilon is 0, but must be a finite number above 0", Message(() => NeuralNmfOptimizer.Adam(epsilon: 0)));

        static string Message(Action make) => Assert.Throws<ArgumentOutOfRangeException>(make).Message;
    }
}
