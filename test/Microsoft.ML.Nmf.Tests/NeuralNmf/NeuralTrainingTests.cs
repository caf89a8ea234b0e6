using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralTrainingTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    public void Batches_of_all_rows_are_the_full_batch_bit_for_bit(NeuralNmfLabelLoss? labelLoss)
    {
        double[,] x = NeuralData.Grouped(60, 20, 1);
        foreach (NeuralNmfOptimizer optimizer in new[] { NeuralNmfOptimizer.ProjectedGradient(1), NeuralNmfOptimizer.Adam(0.01) })
        {
            NeuralNmfEstimator.Options options = NeuralData.Options([6, 3], 10, NeuralNmfLoss.Energy, labelLoss, optimizer);
            NeuralNmfResult full = NeuralData.Run(x, options);
            foreach (int size in new[] { 60, 61, 10000 })
            {
                NeuralNmfResult batch = NeuralData.Run(x, options.With(o => o.BatchSize = size));
                Assert.Equal(full.Templates.Select(t => t.Values.ToArray()), batch.Templates.Select(t => t.Values.ToArray()));
                Assert.Equal(full.Epochs.Select(e => e.Loss), batch.Epochs.Select(e => e.Loss));
                Assert.Equal(full.Classification, batch.Classification);
            }

            Assert.NotEqual(full.Templates[0].Values.ToArray(), NeuralData.Run(x, options.With(o => o.BatchSize = 59)).Templates[0].Values.ToArray());
        }
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy, 1)]
    [InlineData(NeuralNmfLoss.Energy, 7)]
    [InlineData(NeuralNmfLoss.Reconstruction, 7)]
    [InlineData(NeuralNmfLoss.Reconstruction, 40)]
    public void Small_batches_lower_the_loss_of_all_rows(NeuralNmfLoss loss, int size)
    {
        foreach (bool sparse in new[] { true, false })
        {
            double[,] x = NeuralData.Grouped(61, 20, 2, density: sparse ? 0.3 : 1);
            NeuralNmfEstimator.Options options = NeuralData.Options([5, 3], 15, loss, NeuralNmfLabelLoss.CrossEntropy, NeuralNmfOptimizer.Adam(0.003));
            options.BatchSize = size;
            options.Initialization = LayerInitialization.Random;
            NeuralNmfResult result = NeuralData.Run(x, options, sparse: sparse);
            NeuralData.AssertPossible(result);
            Assert.True(result.Epochs[^1].Loss < 0.9 * result.Epochs[0].Loss, $"{result.Epochs[0].Loss} → {result.Epochs[^1].Loss}");

            // What an epoch says is about all rows, and so are the sums of activations.
            double[][,] templates = [.. result.Templates.Select(NeuralData.Read)], activations = NaiveNeural.Forward(x, templates);
            double unit = NeuralData.MeanSquare(x);
            double[,] weights = new double[3, 3];
            Buffer.BlockCopy(result.Classification!, 0, weights, 0, 9 * sizeof(double));
            var labels = new NaiveLabels(NeuralData.Keys(61), weights, NeuralNmfLabelLoss.CrossEntropy, 0.5 * unit, 1e-3 * 3 * unit);
            Near.Equal(NaiveNeural.Loss(x, templates, activations, loss, labels), result.Epochs[^1].Loss, 1e-5);
            Near.Equal(NaiveNeural.LabelLoss(activations[^1], labels), result.Epochs[^1].LabelLoss, 1e-5);
            for (int i = 0; i < 2; i++)
                Near.Equal(Sums(activations[i]), Sums(result.Moments[i].Sums), 1e-5);
        }
    }

    public static TheoryData<NeuralNmfOptimizer, int?> Stopping() => new()
    {
        { NeuralNmfOptimizer.Automatic, null }, { NeuralNmfOptimizer.ProjectedGradient(4), null },
        { NeuralNmfOptimizer.Adam(0.02), null }, { NeuralNmfOptimizer.Adam(0.02), 10 },
    };

    [Theory, MemberData(nameof(Stopping))]
    public void With_held_out_rows_the_best_templates_are_kept_and_training_ends_after_the_patience(NeuralNmfOptimizer optimizer, int? batchSize)
    {
        // Labels that say nothing, heavily weighed: what is learned from them cannot hold for other rows.
        double[,] x = NeuralData.Grouped(40, 20, 3, noise: 2);
        var random = new Random(4);
        uint[] keys = [.. Enumerable.Range(0, 40).Select(_ => (uint)random.Next(3) + 1)];
        NeuralNmfEstimator.Options options = NeuralData.Options([6, 3], 300, NeuralNmfLoss.Energy, NeuralNmfLabelLoss.CrossEntropy, optimizer);
        options.LabelWeight = optimizer == NeuralNmfOptimizer.Automatic ? 0.3 : 5;
        options.ValidationFraction = 0.3;
        options.ValidationPatience = 4;
        options.BatchSize = batchSize;
        NeuralNmfResult result = NeuralData.Run(x, options, keys: keys);
        NeuralNmfEpoch best = result.Epochs.MinBy(e => e.ValidationLoss)!;
        Assert.InRange(best.Number, 0, 290);
        Assert.Equal(best.Number + 4, result.Epochs[^1].Number);
        Assert.Equal(TrainingEnd.StoppedEarly, result.Phases[^1].History.End);
        Assert.All(result.Epochs, e => Assert.True(double.IsFinite(e.ValidationLoss)));

        // The same training up to there has no more to go back to.
        Assert.True(best.Number > 0);
        NeuralNmfResult upToThere = NeuralData.Run(x, options.With(o => o.MaximumNumberOfIterations = best.Number), keys: keys);
        Assert.Equal(upToThere.Templates.Select(t => t.Values.ToArray()), result.Templates.Select(t => t.Values.ToArray()));
        Assert.Equal(upToThere.Classification, result.Classification);
        for (int i = 0; i < 2; i++)
            Near.Equal(Sums(upToThere.Moments[i].Sums), Sums(result.Moments[i].Sums), 1e-5);
    }

    [Fact]
    public void Training_that_finds_no_step_is_stalled_and_not_converged()
    {
        TrainingHistory history = NeuralData.Run(NeuralData.Grouped(60, 24, 2), NeuralData.Options([4], 2000, NeuralNmfLoss.Reconstruction)).Phases[^1].History;
        Assert.Equal((TrainingEnd.Stalled, false), (history.End, history.Converged));
        Assert.InRange(history.Last.Number, 1, 1999);
        Assert.Equal(history[^2].Objective, history.Last.Objective, 1e-9);
    }

    [Theory]
    [InlineData(0.3, 6)]
    [InlineData(0.01, 1)]
    [InlineData(0.99, 19)]
    public void Held_out_rows_have_no_part_in_the_training(double fraction, int expected)
    {
        double[,] x = NeuralData.Grouped(20, 10, 5);
        NeuralNmfEstimator.Options options = NeuralData.Options([4, 2], 1).With(o => o.ValidationFraction = fraction);
        NeuralNmfResult before = NeuralData.Run(x, options);
        int held = 0;
        for (int i = 0; i < 20; i++)
        {
            double[,] changed = (double[,])x.Clone();
            changed[i, 3] += 1;
            NeuralNmfResult after = NeuralData.Run(changed, options);
            bool isHeld = before.Epochs[0].ValidationLoss != after.Epochs[0].ValidationLoss && before.Epochs[0].Loss == after.Epochs[0].Loss;
            Assert.Equal(isHeld, before.Epochs[^1].Loss == after.Epochs[^1].Loss);
            held += isHeld ? 1 : 0;
        }

        Assert.Equal(expected, held);
    }

    [Fact]
    public void One_row_cannot_be_held_out_of_one()
        => Assert.Contains("There are 1 rows, too few to hold some out. Set ValidationFraction to 0",
            Assert.Throws<InvalidOperationException>(() => NeuralData.Run(new double[,] { { 1, 2 } }, NeuralData.Options([1], 1)
                .With(o => o.ValidationFraction = 0.5))).Message);

    [Theory, MemberData(nameof(Stopping))]
    public void A_training_is_cancelled_within_an_epoch(NeuralNmfOptimizer optimizer, int? batchSize)
    {
        double[,] x = NeuralData.Grouped(60, 20, 6);
        NeuralNmfEstimator.Options options = NeuralData.Options([6, 3], 10, NeuralNmfLoss.Energy, NeuralNmfLabelLoss.CrossEntropy, optimizer);
        options.BatchSize = batchSize;
        // The loop itself asks twice an epoch; every step of an epoch asks too.
        int steps = batchSize is { } size ? (60 + size - 1) / size : 1;
        for (int within = 1; within <= 2 + steps; within++)
        {
            var monitor = new QuietMonitor();
            int asked = 0;
            monitor.IsCancelled = () => monitor.Reports is [.., { Phase: "Neural NMF, all layers", Iteration.Number: 2 }] && ++asked == within;
            Assert.Throws<OperationCanceledException>(() => NeuralData.Run(x, options, monitor));
            Assert.Equal(within, asked);
            Assert.Equal(2, monitor.Reports[^1].Iteration.Number);
        }
    }

    [Fact]
    public void A_training_is_cancelled_while_a_layer_is_pre_trained()
    {
        double[,] x = NeuralData.Grouped(60, 20, 6);
        var monitor = new QuietMonitor();
        monitor.IsCancelled = () => monitor.Reports is [.., { Phase: "Neural NMF, layer 2 of 2", Iteration.Number: 3 }];
        Assert.Throws<OperationCanceledException>(() => NeuralData.Run(x, NeuralData.Options([6, 3], 10), monitor));
        Assert.Equal(("Neural NMF, layer 2 of 2", 3), (monitor.Reports[^1].Phase, monitor.Reports[^1].Iteration.Number));
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void A_planted_hierarchy_is_recovered(NeuralNmfLoss loss)
    {
        // Eight fine topics of three features each, in two groups of four: how much of a topic a row has is the group's share, more or less, or nothing.
        const int rows = 300;
        var random = new Random(7);
        double[,] fine = new double[24, 8], s = new double[rows, 8], coarse = new double[8, 2];
        for (int j = 0; j < 24; j++)
            fine[j, j / 3] = 0.5 + random.NextDouble();
        for (int k = 0; k < 8; k++)
            coarse[k, k / 4] = 0.6 + 0.4 * random.NextDouble();
        for (int i = 0; i < rows; i++)
        {
            double[] shares = [random.NextDouble() < 0.5 ? 0 : 1 + random.NextDouble(), random.NextDouble() < 0.5 ? 0 : 1 + random.NextDouble()];
            for (int k = 0; k < 8; k++)
                s[i, k] = random.NextDouble() < 0.3 ? 0 : shares[k / 4] * coarse[k, k / 4] * (0.6 + 0.8 * random.NextDouble());
        }

        double[,] x = Naive.Multiply(s, Naive.Transpose(fine));
        NeuralNmfResult result = NeuralData.Run(x, NeuralData.Options([8, 2], 200, loss).With(o => o.PretrainingIterations = 100));
        double[,] first = NeuralData.Read(result.Templates[0]), effective = Naive.Multiply(first, NeuralData.Read(result.Templates[1]));
        double[,] planted = Naive.Multiply(fine, coarse);
        int[] group = [.. Enumerable.Range(0, 2).Select(k => Enumerable.Range(0, 2).MaxBy(c => Cosine(planted, k, effective, c)))];
        Assert.Equal([0, 1], group.Order());
        for (int k = 0; k < 2; k++)
            Assert.True(Cosine(planted, k, effective, group[k]) > 0.98, $"coarse topic {k}");
        double[,] links = NeuralData.Read(result.Templates[1]);
        for (int k = 0; k < 8; k++)
        {
            // The energy moves fine topics of a group towards each other, because that leaves less for the layer above to miss.
            int found = Enumerable.Range(0, 8).MaxBy(c => Cosine(fine, k, first, c));
            Assert.True(Cosine(fine, k, first, found) > (loss == NeuralNmfLoss.Energy ? 0.85 : 0.999), $"fine topic {k}");
            Assert.True(links[found, group[k / 4]] > 2 * links[found, group[1 - k / 4]], $"the parent of fine topic {k}");
        }
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void The_same_bits_come_from_any_number_of_threads(NeuralNmfLoss loss)
    {
        double[,] x = NeuralData.Grouped(1300, 30, 8, density: 0.2);
        (NeuralNmfOptimizer Optimizer, int? BatchSize)[] cases = [(NeuralNmfOptimizer.Automatic, null), (NeuralNmfOptimizer.Adam(), 500)];
        foreach ((NeuralNmfOptimizer optimizer, int? size) in cases)
        {
            NeuralNmfEstimator.Options options = NeuralData.Options([12, 5], 6, loss, NeuralNmfLabelLoss.CrossEntropy, optimizer);
            options.BatchSize = size;
            options.ValidationFraction = 0.1;
            NeuralNmfResult[] results = [.. new[] { 1, 2, 3 }.Select(threads => NeuralData.Run(x, options, sparse: true, threads: threads))];
            foreach (NeuralNmfResult other in results.Skip(1))
            {
                Assert.Equal(results[0].Templates.Select(t => t.Values.ToArray()), other.Templates.Select(t => t.Values.ToArray()));
                Assert.Equal(results[0].Classification, other.Classification);
                Assert.Equal(results[0].Moments.Select(m => m.Sums), other.Moments.Select(m => m.Sums));
                Assert.Equal(results[0].Epochs.Select(e => e with { LayerLosses = [], Seconds = 0 }),
                    other.Epochs.Select(e => e with { LayerLosses = [], Seconds = 0 }));
            }
        }
    }

    [Fact]
    public void The_seed_decides_what_is_random()
    {
        double[,] x = NeuralData.Grouped(60, 20, 9);
        float[] Train(int seed, NeuralNmfEstimator.Options options) => NeuralData.Run(x, options.With(o => o.Seed = seed)).Templates[1].Values.ToArray();
        NeuralNmfEstimator.Options random = NeuralData.Options([6, 3], 3).With(o => o.Initialization = LayerInitialization.Random);
        NeuralNmfEstimator.Options batches = NeuralData.Options([6, 3], 3, optimizer: NeuralNmfOptimizer.Adam()).With(o => o.BatchSize = 10);
        foreach (NeuralNmfEstimator.Options options in new[] { random, batches })
        {
            Assert.Equal(Train(1, options), Train(1, options));
            Assert.NotEqual(Train(1, options), Train(2, options));
        }
    }

    [Fact]
    public void Given_templates_are_where_it_starts_and_the_other_layers_are_fitted_to_them()
    {
        double[,] x = NeuralData.Grouped(60, 20, 10), first = Naive.Random(20, 6, 11), second = Naive.Random(6, 3, 12);
        NeuralNmfEstimator.Options options = NeuralData.Options([6, 3], 1, optimizer: NeuralNmfOptimizer.ProjectedGradient(1e-30));
        NeuralNmfResult both = NeuralData.Run(x, options.With(o => o.InitialTemplates = [Build.Matrix(first), Build.Matrix(second)]));
        Assert.Equal(["all layers"], both.Phases.Select(p => p.Name));
        Assert.Equal([first, second], both.Templates.Select(NeuralData.Read));
        Near.Equal(NaiveNeural.Loss(x, [first, second], NaiveNeural.Forward(x, [first, second]), NeuralNmfLoss.Energy, null), both.Epochs[0].Loss, 1e-5);

        NeuralNmfResult one = NeuralData.Run(x, options.With(o => o.InitialTemplates = [Build.Matrix(first), null]));
        Assert.Equal(["layer 1", "layer 2", "all layers"], one.Phases.Select(p => p.Name));
        Assert.Equal(first, NeuralData.Read(one.Templates[0]));
        Assert.True(one.Epochs[0].LayerLosses[1] < both.Epochs[0].LayerLosses[1]);
    }

    private static double[,] Sums(double[,] activations)
    {
        var sums = new double[1, activations.GetLength(1)];
        for (int i = 0; i < activations.GetLength(0); i++)
        {
            for (int k = 0; k < sums.Length; k++)
                sums[0, k] += activations[i, k];
        }

        return sums;
    }

    private static double[,] Sums(double[] sums)
    {
        var row = new double[1, sums.Length];
        Buffer.BlockCopy(sums, 0, row, 0, sums.Length * sizeof(double));
        return row;
    }

    private static double Cosine(double[,] a, int k, double[,] b, int c)
    {
        double inner = 0, first = 0, second = 1e-300;
        for (int j = 0; j < a.GetLength(0); j++)
            (inner, first, second) = (inner + a[j, k] * b[j, c], first + a[j, k] * a[j, k], second + b[j, c] * b[j, c]);
        return inner / Math.Sqrt(first * second);
    }
}
